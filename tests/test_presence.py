"""Whether CNAMEs that others make lead where they must, as a real DNS server has them."""

import asyncio

import dns.message
import dns.rcode
import pytest

from mta_sts.findings import Absent, Wanted
from mta_sts.presence import absent
from mta_sts.protocol.sender_errors import DnsError
from tests.protocol.servers import DOMAIN, HOST, DnsServer, Trust, says, zone

TOP = zone(apex="com")
TO = f"target.{DOMAIN}"
WANTED = Wanted(HOST, "CNAME", TO)
UNDERSCORE = Wanted(f"_mta-sts.{DOMAIN}", "CNAME", TO)


def look(trust: Trust, wanted: Wanted, *records: str, authoritative: bool = True) -> list[str]:
    async def main() -> list[Absent]:
        async with DnsServer(TOP | zone(*records)).serving() as port:
            vantage = trust.vantage(port, authoritative=authoritative)
            return list(await absent([wanted], vantage))

    found = asyncio.run(main())
    assert all(each.wanted == wanted for each in found)
    return [each.found for each in found]


CASES = [
    (WANTED, [f"{HOST}. 60 IN CNAME {TO}."], []),
    (WANTED, [f"{HOST}. 60 IN CNAME {TO.upper()}."], []),
    (WANTED, [f"{HOST}. 60 IN CNAME x.{DOMAIN}.", f"x.{DOMAIN}. 60 IN CNAME {TO}."], []),
    (WANTED, [], ["nothing"]),
    (WANTED, [f"{HOST}. 60 IN CNAME y.{DOMAIN}."], [f"it leads to y.{DOMAIN}"]),
    (
        WANTED,  # flattened, or proxied: the certificate and the cache are another's then
        [f"{HOST}. 60 IN A 127.0.0.1"],
        ["the addresses 127.0.0.1, and no CNAME"],
    ),
    (
        UNDERSCORE,  # one of the owner's own, from before
        [f'_mta-sts.{DOMAIN}. 60 IN TXT "v=STSv1; id=1;"'],
        ["the TXT record 'v=STSv1; id=1;', and no CNAME"],
    ),
    (UNDERSCORE, [], ["nothing"]),
]


@pytest.mark.parametrize(("wanted", "records", "found"), CASES)
def test_what_is_there(trust: Trust, wanted: Wanted, records: list[str], found: list[str]) -> None:
    assert look(trust, wanted, *records) == found


def test_a_circle_ends(trust: Trust) -> None:
    circle = [f"{HOST}. 60 IN CNAME x.{DOMAIN}.", f"x.{DOMAIN}. 60 IN CNAME {HOST}."]
    assert look(trust, WANTED, *circle) == ["CNAMEs that do not end"]


def test_a_resolver_that_remembers_that_there_was_nothing(trust: Trust) -> None:
    """The zone's own servers are asked before anything is said to be gone."""

    async def main() -> tuple[tuple[Absent, ...], list[bool]]:
        server = DnsServer(TOP | zone(f"{HOST}. 60 IN CNAME {TO}."))
        remembered = server.answer

        def answer(wire: bytes) -> dns.message.Message | None:
            reply = remembered(wire)
            asked, recursive = server.asked[-1]
            if asked == f"{HOST} CNAME" and recursive and reply is not None:
                reply.answer = []
                reply.set_rcode(dns.rcode.NXDOMAIN)
            return reply

        server.answer = answer  # type: ignore[method-assign]
        async with server.serving() as port:
            found = await absent([WANTED], trust.vantage(port))
        return found, [how for name, how in server.asked if name == f"{HOST} CNAME"]

    assert asyncio.run(main()) == ((), [True, False])


def test_dns_that_fails_is_no_answer(trust: Trust) -> None:
    async def main() -> None:
        server = DnsServer(TOP | zone(), {f"{HOST} CNAME": says(dns.rcode.SERVFAIL)})
        async with server.serving() as port:
            await absent([WANTED], trust.vantage(port))

    with pytest.raises(DnsError):
        asyncio.run(main())
