from collections.abc import Iterator

import pytest

from sandbox.cloud import Cloud


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as running:
        yield running
