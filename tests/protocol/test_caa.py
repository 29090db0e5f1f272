"""The CAA records that count for a name: at itself or at its closest ancestor (RFC 8659 3)."""

import asyncio

import dns.rcode
import pytest

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.resolve import CaaAnswer, CaaRecord, caa
from tests.protocol.servers import DOMAIN, HOST, Answer, DnsServer, Trust, Zones, says, zone

pytestmark = pytest.mark.timeout(20)


def ask(trust: Trust, zones: Zones, **instead: Answer) -> tuple[CaaAnswer, list[str]]:
    async def main() -> tuple[CaaAnswer, list[str]]:
        server = DnsServer(zones, {f"{DOMAIN} CAA": each for each in instead.values()})
        async with server.serving() as port:
            answer = await caa(HOST, trust.vantage(port))
            return answer, [what for what, _ in server.asked]

    return asyncio.run(main())


ZONES = zone(apex="com") | zone(f"{HOST}. 60 IN A 127.0.0.1")


def test_at_the_name(trust: Trust) -> None:
    records = f'{HOST}. 60 IN CAA 128 ISSUE "amazon.com; a=b"', f'{HOST}. 60 IN CAA 0 iodef "x"'
    answer, asked = ask(trust, zone(*records, f'{DOMAIN}. 60 IN CAA 0 issue ";"'))
    assert answer.name == answer.asked == HOST
    assert sorted(answer.records, key=lambda each: each.tag) == [
        CaaRecord(critical=False, tag="iodef", value="x"),
        CaaRecord(critical=True, tag="issue", value="amazon.com; a=b"),
    ]
    assert asked == [f"{HOST} CAA"]


def test_at_the_closest_ancestor(trust: Trust) -> None:
    zones = zone('com. 60 IN CAA 0 issue "b"', apex="com")
    zones |= zone(f'{DOMAIN}. 60 IN CAA 0 issue "a"')
    answer, _ = ask(trust, zones)
    assert (answer.name, [each.value for each in answer.records]) == (DOMAIN, ["a"])


def test_at_none_up_to_the_top(trust: Trust) -> None:
    answer, asked = ask(trust, ZONES)
    assert (answer.name, answer.records) == ("com", ())
    assert asked == [f"{HOST} CAA", f"{DOMAIN} CAA", "com CAA"]


def test_where_a_cname_leads_but_not_above_that(trust: Trust) -> None:
    host = f"{HOST}. 60 IN CNAME d1.cdn.example."
    above = 'cdn.example. 60 IN CAA 0 issue "above"'
    zones = zone(host, f'{DOMAIN}. 60 IN CAA 0 issue "own"')
    cdn = zone('d1.cdn.example. 60 IN CAA 0 issue "led"', above, apex="cdn.example")
    assert ask(trust, zones | cdn)[0].records[0].value == "led"
    cdn = zone("d1.cdn.example. 60 IN A 127.0.0.1", above, apex="cdn.example")
    assert ask(trust, zones | cdn)[0].records[0].value == "own"


def test_a_failure_on_the_way_is_no_answer(trust: Trust) -> None:
    with pytest.raises(errors.DnsFailedError):
        ask(trust, ZONES, failing=says(dns.rcode.SERVFAIL))
