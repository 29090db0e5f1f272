"""Where the zone above sends people, whatever the zone itself says."""

import asyncio
from collections.abc import Mapping
from typing import Any

import dns.rcode
import pytest

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.resolve import Delegation, delegation
from tests.protocol.servers import DOMAIN, Answer, DnsServer, Trust, Zones, holds, says, zone

pytestmark = pytest.mark.timeout(20)

TOP = zone(apex="com")
REFERRAL = (f"{DOMAIN}. 60 IN NS ns2.com.", f"{DOMAIN}. 60 IN NS NS1.com.")
SERVERS = {"NS1.com A": holds("NS1.com. 60 IN A 127.0.0.1"), "ns2.com A": says(dns.rcode.SERVFAIL)}


def ask(
    trust: Trust,
    name: str,
    zones: Zones,
    instead: Mapping[str, Answer] | None = None,
    **fields: Any,
) -> tuple[Delegation, list[tuple[str, bool]]]:
    async def main() -> tuple[Delegation, list[tuple[str, bool]]]:
        server = DnsServer(zones, instead)
        async with server.serving() as port:
            return await delegation(name, trust.vantage(port, **fields)), server.asked

    return asyncio.run(main())


def refers(*records: str) -> Answer:
    return holds(authority=records, authoritative=False)


def test_the_parent_is_asked_and_not_the_zone(trust: Trust) -> None:
    found, asked = ask(trust, f"{DOMAIN}.", TOP, {f"{DOMAIN} NS": refers(*REFERRAL)})
    assert found == Delegation(DOMAIN, ("ns1.com", "ns2.com"), 60)
    assert [recursion for what, recursion in asked if what == f"{DOMAIN} NS"] == [False]


def test_a_parent_that_has_the_zone_too(trust: Trust) -> None:
    both = {f"{DOMAIN} NS": holds(*REFERRAL)}
    assert ask(trust, DOMAIN, TOP, both)[0] == Delegation(DOMAIN, ("ns1.com", "ns2.com"), 60)


def test_servers_that_do_not_answer_for_the_zone_are_no_matter(trust: Trust) -> None:
    """A lame delegation: it is where the parent sends people all the same."""
    lame = {f"{DOMAIN} NS": refers(f"{DOMAIN}. 60 IN NS nowhere.example.")}
    assert ask(trust, DOMAIN, TOP, lame)[0] == Delegation(DOMAIN, ("nowhere.example",), 60)


def test_a_domain_within_a_zone(trust: Trust) -> None:
    instead = {f"{DOMAIN} NS": refers(*REFERRAL), f"mail.{DOMAIN} NS": holds()} | SERVERS
    found, _ = ask(trust, f"mail.{DOMAIN}", TOP, instead)
    assert found == Delegation(DOMAIN, ("ns1.com", "ns2.com"), 60)


def test_a_zone_below(trust: Trust) -> None:
    below = refers(f"sub.{DOMAIN}. 60 IN NS ns.example.")
    instead = {f"{DOMAIN} NS": refers(*REFERRAL), f"sub.{DOMAIN} NS": below} | SERVERS
    found, _ = ask(trust, f"sub.{DOMAIN}", TOP, instead)
    assert found == Delegation(f"sub.{DOMAIN}", ("ns.example",), 60)


def test_no_such_name(trust: Trust) -> None:
    assert ask(trust, DOMAIN, TOP)[0] == Delegation("com", (), 0)
    assert ask(trust, f"a.b.{DOMAIN}", TOP)[0] == Delegation("com", (), 0)


def test_a_parent_that_cannot_be_asked(trust: Trust) -> None:
    with pytest.raises(errors.DnsFailedError):
        ask(trust, DOMAIN, TOP, {f"{DOMAIN} NS": says(dns.rcode.SERVFAIL)})
    with pytest.raises(errors.DnsZoneError):
        ask(trust, DOMAIN, TOP, {"com NS": holds()})
    with pytest.raises(errors.DnsTimeoutError):
        ask(trust, DOMAIN, TOP, {"com NS": lambda query: None}, dns_timeout=0.3)
    with pytest.raises(errors.DnsNameError):
        ask(trust, "bücher.example", TOP)


def test_servers_below_that_cannot_be_asked_about_a_zone_below(trust: Trust) -> None:
    """Whether `sub` is a zone of its own, only the servers of the domain know."""
    instead = {f"{DOMAIN} NS": refers(*REFERRAL), f"sub.{DOMAIN} NS": says(dns.rcode.REFUSED)}
    with pytest.raises(errors.DnsFailedError):
        ask(trust, f"sub.{DOMAIN}", TOP, instead | SERVERS)
