"""The fixture of a CA for local servers."""

from pathlib import Path

import pytest
import trustme

from tests.protocol.servers import Trust


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    ca = trustme.CA(organization_name="Test CA")
    file: Path = tmp_path_factory.mktemp("trust") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Trust(ca, file)
