"""The sandbox's cloud, one at a time: moto has one state in a process."""

from collections.abc import Iterator

import pytest

from sandbox.cloud import Cloud


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[Cloud]:
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def cloud(shared_cloud: Cloud) -> Cloud:
    """An empty cloud."""
    shared_cloud.reset()
    return shared_cloud
