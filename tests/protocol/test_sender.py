"""What a sender sees of a whole domain."""

import asyncio
import contextlib
import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from mta_sts.protocol import Policy, Record, errors, sender_errors
from mta_sts.protocol.names import HostNameError
from mta_sts.protocol.sender import Observation, Sight, look
from tests.protocol.servers import (
    ADDRESS,
    DOMAIN,
    HOST,
    DnsServer,
    HttpsServer,
    Trust,
    reply,
    sends,
    zone,
)

pytestmark = pytest.mark.timeout(20)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
POLICY = Policy(mode="enforce", mx=["mail.solarmora.com"], max_age=604800)
URL = f"https://{HOST}/.well-known/mta-sts.txt"


def record(record_id: str) -> str:
    return f'_mta-sts.{DOMAIN}. 60 IN TXT "{Record(id=record_id).render()}"'


def see(trust: Trust, *records: str, body: bytes | None = POLICY.render()) -> Sight:
    """A look at the domain with these DNS records, and with a server unless `body` is None."""

    async def main() -> Sight:
        async with contextlib.AsyncExitStack() as stack:
            dns = await stack.enter_async_context(DnsServer(zone(*records)).serving())
            https = 9
            if body is not None:
                server = HttpsServer(sends(reply(body)), trust.context(HOST))
                https = await stack.enter_async_context(server.serving())
            vantage = trust.vantage(dns, https, dns_timeout=1.0, clock=lambda: NOW)
            return await look("Solarmora.COM.", vantage)

    return asyncio.run(main())


def told(sight: Sight) -> list[tuple[str, bool]]:
    """What was observed, and whether it was good."""
    return [(seen.what, seen.error is None) for seen in sight.observations]


def test_all_is_well(trust: Trust) -> None:
    sight = see(trust, record(POLICY.id), ADDRESS)
    assert sight.domain == DOMAIN
    assert sight.record == Record(id=POLICY.id)
    assert sight.policy == POLICY
    assert sight.body == POLICY.render()
    assert sight.id_matches is True
    assert sight.error is None
    by_what = {seen.what: seen for seen in sight.observations}
    assert list(by_what) == ["record", "address", "certificate", "https", "policy", "id"]
    assert {seen.at for seen in sight.observations} == {NOW}
    assert by_what["record"].found == f"v=STSv1; id={POLICY.id};"
    assert by_what["record"].source.startswith("127.0.0.1:")
    assert by_what["address"].found == "127.0.0.1"
    assert by_what["certificate"].found.startswith(f"{HOST}, by Test CA, until ")
    assert by_what["https"].found.startswith("68 bytes of text/plain in ")
    assert by_what["policy"] == Observation(
        what="policy",
        at=NOW,
        source=f"{URL} at 127.0.0.1",
        found="enforce; mail.solarmora.com; max_age 604800",
    )
    assert by_what["id"].found == f"{POLICY.id} is the hash of what is served"


def test_an_id_of_another_policy_is_told_and_no_error(trust: Trust) -> None:
    sight = see(trust, record("20160831085700Z"), ADDRESS)
    assert sight.id_matches is False
    assert sight.error is None
    found = f"20160831085700Z is not the hash, which is {POLICY.id}, of what is served"
    assert sight.observations[-1].found == found


def test_the_policy_is_seen_before_its_record(trust: Trust) -> None:
    sight = see(trust, ADDRESS)
    assert told(sight) == [
        ("record", False),
        ("address", True),
        ("certificate", True),
        ("https", True),
        ("policy", True),
    ]
    assert sight.policy == POLICY
    assert sight.id_matches is None
    assert isinstance(sight.error, errors.NoRecordError)
    assert sight.observations[0].found == f"no TXT record at _mta-sts.{DOMAIN}"
    assert sight.observations[0].error is sight.error


def test_no_host(trust: Trust) -> None:
    sight = see(trust, record("1"), body=None)
    assert told(sight) == [("record", True), ("address", False)]
    assert isinstance(sight.error, sender_errors.NoAddressError)


def test_no_server(trust: Trust) -> None:
    sight = see(trust, record("1"), ADDRESS, body=None)
    assert told(sight) == [("record", True), ("address", True), ("https", False)]
    assert isinstance(sight.error, sender_errors.ConnectError)


def test_a_bad_policy(trust: Trust) -> None:
    body = b"version: STSv1\nmode: Enforce\nmax_age: 1\n"
    sight = see(trust, record("1"), ADDRESS, body=body)
    assert sight.body == body
    assert sight.policy is None
    assert isinstance(sight.error, errors.ModeError)
    assert sight.observations[-2].error is sight.error


def test_no_dns_at_all(trust: Trust) -> None:
    sight = asyncio.run(look(DOMAIN, trust.vantage(9, dns_timeout=0.5)))
    assert told(sight) == [("record", False), ("address", False)]
    assert isinstance(sight.error, sender_errors.DnsError)


def test_what_is_no_domain(trust: Trust) -> None:
    with pytest.raises(HostNameError):
        asyncio.run(look("_x", trust.vantage(9)))


def test_a_domain_too_long_for_its_policy_host(trust: Trust) -> None:
    domain = ".".join(["a" * 62] * 4)
    sight = asyncio.run(look(domain, trust.vantage(9)))
    assert isinstance(sight.error, sender_errors.DnsNameError)


def test_the_protocol_alone_reads_no_dns_or_http_library() -> None:
    program = "import json, sys, mta_sts.protocol; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, timeout=20
    ).stdout
    assert {"dns", "aiohttp", "pulumi"}.isdisjoint(json.loads(output))
