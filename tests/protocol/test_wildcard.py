"""Names that a wildcard answers for."""

import asyncio

import pytest

from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard
from sandbox.cloud import Cloud

DOMAIN = "solarmora.com"
NAME = f"mta-sts.{DOMAIN}"
A, OTHER = ["192.0.2.1"], ["192.0.2.2"]
WILDCARD = (f"*.{DOMAIN}", "A", 300, A)
CASES = [
    ([], False),  # there is nothing
    ([WILDCARD], True),
    ([(f"*.{DOMAIN}", "CNAME", 300, ["www.example.net."])], True),
    ([WILDCARD, (NAME, "A", 300, OTHER)], False),  # a record of its own
    ([(NAME, "A", 300, A)], False),
    ([WILDCARD, (NAME, "CNAME", 300, ["www.example.net."])], False),
]


@pytest.mark.parametrize(("records", "expected"), CASES)
def test_a_name(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    records: list[tuple[str, str, int, list[str]]],
    expected: bool,
) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    cloud.put_records(cloud.create_zone(DOMAIN), records)
    for authoritative in (True, False):
        vantage = Vantage.from_environment(authoritative=authoritative)
        assert asyncio.run(is_by_wildcard(NAME, vantage)) is expected
