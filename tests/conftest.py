"""The sandbox's cloud, one at a time: moto has one state in a process. A CA for local servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from xdist.scheduler import LoadScopeScheduling

from sandbox.cloud import Cloud
from tests.engine.pairs import PAIRS
from tests.protocol.servers import Trust


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[Cloud]:
    with Cloud() as cloud:
        yield cloud


@pytest.fixture
def cloud(shared_cloud: Cloud) -> Cloud:
    """An empty cloud."""
    shared_cloud.reset()
    return shared_cloud


class ByPair(LoadScopeScheduling):  # type: ignore[misc]
    """One process runs a module, or what it has for one pair of host and zone, from end to end:
    they share a cloud, and maybe a deployment."""

    def _split_scope(self, nodeid: str) -> str:
        module, _, test = nodeid.partition("::")
        pair = next((str(each) for each in PAIRS if str(each) in test), "")
        return f"{module} {pair}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByPair:
    return ByPair(config, log)


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    ca = trustme.CA(organization_name="Test CA")
    file: Path = tmp_path_factory.mktemp("trust") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Trust(ca, file)
