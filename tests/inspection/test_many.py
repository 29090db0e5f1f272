"""How many domains are looked at at the same time."""

import asyncio
import subprocess
import sys

import pytest

from mta_sts.inspection.many import MOST, inspect_all
from mta_sts.inspection.names import names
from mta_sts.inspection.result import Inspection
from tests.inspection.site import POLICY, records, serving, soa
from tests.protocol.servers import HttpsServer, Trust, reply

pytestmark = pytest.mark.timeout(60)


def test_no_more_than_a_hundred_at_the_same_time(trust: Trust) -> None:
    domains = [f"d{number}.example" for number in range(MOST + 30)]
    there = most = 0

    async def counts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal there, most
        there += 1
        most = max(most, there)
        await asyncio.sleep(2)
        there -= 1
        writer.write(reply(POLICY.render()))

    https = HttpsServer(counts, trust.context(*(f"mta-sts.{each}" for each in domains)))
    zones = {"example": [soa("example")], **{each: records(each) for each in domains}}
    seen: list[Inspection] = []
    with serving(trust, zones, https=https) as site:
        vantage = trust.vantage(site.dns, site.https, timeout=20.0, dns_timeout=20.0)
        asyncio.run(inspect_all(names(domains), vantage, seen.append))
    assert sorted(each.domain for each in seen) == sorted(domains)
    assert {each.state for each in seen} == {"enforce"}
    assert MOST / 2 < most <= MOST


@pytest.mark.parametrize(
    ("limits", "sockets", "domains"),
    [
        ((64, 100), 6, 11),  # 100 files, as it may ask for them, but for 32
        ((64, 64), 40, 1),
        ((1024, 4096), 6, 677),
    ],
)
def test_there_is_room_for_their_sockets(
    limits: tuple[int, int], sockets: int, domains: int
) -> None:
    program = (
        f"import resource; from mta_sts.inspection.many import room; "
        f"resource.setrlimit(resource.RLIMIT_NOFILE, {limits}); print(room({sockets}))"
    )
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert int(printed.stdout) == domains
