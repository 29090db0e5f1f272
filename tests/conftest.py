"""The sandbox's cloud, one at a time: moto has one state in a process. A CA for local servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from sandbox.cloud import Cloud
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs a module, or what it has for one pair of host and zone, from end to end:
    they share a cloud, and maybe a deployment."""
    for item in items:
        given = getattr(item, "callspec", None)
        pair = given.params.get("ground", given.params.get("deployment", "")) if given else ""
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {pair}".strip()))


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    ca = trustme.CA(organization_name="Test CA")
    file: Path = tmp_path_factory.mktemp("trust") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Trust(ca, file)
