"""The sandbox's cloud, one at a time: moto has one state in a process. A CA for local servers."""

from collections.abc import Iterator

import pytest
from xdist.scheduler import LoadScopeScheduling

from sandbox.aws.iam import ANYTHING
from sandbox.cloud import Cloud
from tests.engine.pairs import PAIRS
from tests.protocol.trusted import trust

__all__ = ["trust"]


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[Cloud]:
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def cloud(shared_cloud: Cloud) -> Cloud:
    """An empty cloud."""
    shared_cloud.reset()
    return shared_cloud


@pytest.fixture
def administrator(cloud: Cloud) -> None:
    """The key in the environment may do anything, as what it makes is not a stack's of ours."""
    cloud.keys.documents = [ANYTHING]


class ByPair(LoadScopeScheduling):  # type: ignore[misc]
    """One process runs a module, or what it has for one pair of host and zone, from end to end:
    they share a cloud, and maybe a deployment."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        pair = next((str(each) for each in PAIRS if str(each) in test), "")
        return f"{module} {pair}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByPair:
    return ByPair(config, log)
