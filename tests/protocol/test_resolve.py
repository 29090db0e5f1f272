"""A sender's questions to DNS: to its resolver, and to authoritative servers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import dns.rcode
import pytest

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.resolve import MailHost, addresses, cname, mx, txt
from mta_sts.protocol.vantage import Vantage
from tests.protocol.servers import DOMAIN, HOST, Answer, DnsServer, Trust, Zones, holds, says, zone

pytestmark = pytest.mark.timeout(20)

T = TypeVar("T")
NAME = f"_mta-sts.{DOMAIN}"


def ask(
    trust: Trust,
    query: Callable[[str, Vantage], Awaitable[T]],
    name: str,
    zones: Zones,
    instead: Mapping[str, Answer] | None = None,
    **fields: Any,
) -> T:
    async def main() -> T:
        async with DnsServer(zones, instead).serving() as port:
            return await query(name, trust.vantage(port, **fields))

    return asyncio.run(main())


def silence(_: object) -> None:
    return None


def test_the_strings_of_a_record_are_joined(trust: Trust) -> None:
    record = f'{NAME}. 60 IN TXT "v=STSv1; " "id=1;"'
    answer = ask(trust, txt, NAME, zone(record, f'{NAME}. 60 IN TXT "hello"'))
    assert answer.texts == ("hello", "v=STSv1; id=1;")


def test_bytes_that_are_no_ascii_stay_apart(trust: Trust) -> None:
    answer = ask(trust, txt, NAME, zone(f'{NAME}. 60 IN TXT "v=STSv1; id=1\\255;"'))
    assert answer.texts == ("v=STSv1; id=1\xff;",)


def test_an_answer_has_its_source_and_ttl(trust: Trust) -> None:
    answer = ask(trust, txt, NAME.upper() + ".", zone(f'{NAME}. 60 IN TXT "x"'))
    assert (answer.name, answer.canonical, answer.exists, answer.ttl) == (NAME, NAME, True, 60)
    assert answer.source.startswith("127.0.0.1:")


@pytest.mark.parametrize("authoritative", [False, True])
def test_nothing_is_an_answer(trust: Trust, authoritative: bool) -> None:
    no_name = ask(trust, txt, NAME, zone(), authoritative=authoritative)
    assert (no_name.texts, no_name.exists, no_name.ttl) == ((), False, 30)
    no_data = ask(trust, txt, f"ns.{DOMAIN}", zone(), authoritative=authoritative)
    assert (no_data.texts, no_data.exists, no_data.ttl) == ((), True, 30)


@pytest.mark.parametrize("authoritative", [False, True])
def test_a_cname_into_another_zone_is_followed(trust: Trust, authoritative: bool) -> None:
    zones = zone(f"{NAME}. 20 IN CNAME x.provider.example.") | zone(
        'x.provider.example. 60 IN TXT "v=STSv1; id=1;"', apex="provider.example"
    )
    answer = ask(trust, txt, NAME, zones, authoritative=authoritative)
    assert answer.texts == ("v=STSv1; id=1;",)
    assert (answer.canonical, answer.ttl) == ("x.provider.example", 20)


def test_a_cname_to_nowhere(trust: Trust) -> None:
    zones = zone(f"{NAME}. 20 IN CNAME x.provider.example.") | zone(apex="provider.example")
    answer = ask(trust, txt, NAME, zones, authoritative=True)
    assert (answer.texts, answer.exists, answer.canonical) == ((), False, "x.provider.example")


def test_the_cname_itself(trust: Trust) -> None:
    zones = zone(f"{HOST}. 20 IN CNAME D111.cloudfront.example.")
    assert ask(trust, cname, HOST, zones) == "d111.cloudfront.example"
    assert ask(trust, cname, HOST, zones, authoritative=True) == "d111.cloudfront.example"
    assert ask(trust, cname, DOMAIN, zones) is None
    assert ask(trust, cname, NAME, zones) is None


def test_addresses_of_both_kinds(trust: Trust) -> None:
    zones = zone(f"{HOST}. 20 IN AAAA 2001:db8::1", f"{HOST}. 60 IN A 192.0.2.1")
    answer = ask(trust, addresses, HOST, zones)
    assert answer.addresses == ("192.0.2.1", "2001:db8::1")
    assert answer.ttl == 20


def test_addresses_of_one_kind_are_enough(trust: Trust) -> None:
    zones = zone(f"{HOST}. 60 IN A 192.0.2.1")
    failing: dict[str, Answer] = {f"{HOST} AAAA": says(dns.rcode.SERVFAIL)}
    assert ask(trust, addresses, HOST, zones, failing).addresses == ("192.0.2.1",)
    with pytest.raises(errors.DnsFailedError):
        ask(trust, addresses, HOST, zone(f"{HOST}. 60 IN TXT x"), failing)


def test_mx_hosts(trust: Trust) -> None:
    records = [f"{DOMAIN}. 60 IN MX 20 b.example.", f"{DOMAIN}. 60 IN MX 10 A.example."]
    answer = ask(trust, mx, DOMAIN, {}, {f"{DOMAIN} MX": holds(*records)})
    assert answer.hosts == (MailHost(10, "a.example"), MailHost(20, "b.example"))
    assert (answer.implicit, answer.null, answer.ttl) == (False, False, 60)


def test_a_domain_without_mx_is_its_own(trust: Trust) -> None:
    answer = ask(trust, mx, DOMAIN, zone())
    assert answer.hosts == (MailHost(0, DOMAIN),)
    assert (answer.implicit, answer.null) == (True, False)


def test_null_mx(trust: Trust) -> None:
    answer = ask(trust, mx, DOMAIN, zone(f"{DOMAIN}. 60 IN MX 0 ."))
    assert (answer.hosts, answer.implicit, answer.null) == ((), False, True)


def test_a_name_that_does_not_exist_has_no_mx(trust: Trust) -> None:
    answer = ask(trust, mx, f"no.{DOMAIN}", zone())
    assert (answer.hosts, answer.implicit, answer.exists) == ((), False, False)


LOOP = (f"{NAME}. 60 IN CNAME x.{NAME}.", f"x.{NAME}. 60 IN CNAME {NAME}.")
ENDLESS = tuple(f'{NAME}. 60 IN TXT "{number:0200}"' for number in range(250))

BAD: list[tuple[str, Answer, type[errors.DnsError], str]] = [
    ("SERVFAIL", says(dns.rcode.SERVFAIL), errors.DnsFailedError, "SERVFAIL"),
    ("REFUSED", says(dns.rcode.REFUSED), errors.DnsFailedError, "REFUSED"),
    ("silence", silence, errors.DnsTimeoutError, "no answer"),
    ("a circle of CNAMEs at once", holds(*LOOP), errors.DnsChainError, "127.0.0.1"),
]


@pytest.mark.parametrize("authoritative", [False, True])
@pytest.mark.parametrize(
    ("answer", "kind", "found"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad(
    trust: Trust, answer: Answer, kind: type[errors.DnsError], found: str, authoritative: bool
) -> None:
    instead = {f"{NAME} TXT": answer}
    with pytest.raises(errors.DnsError) as raised:
        ask(trust, txt, NAME, zone(), instead, authoritative=authoritative, dns_timeout=1.0)
    assert type(raised.value) is kind
    assert found in raised.value.found
    assert str(raised.value) == f"{NAME} TXT: {kind.rule}: {raised.value.found}"


@pytest.mark.parametrize("authoritative", [False, True])
def test_a_circle_of_cnames_step_by_step(trust: Trust, authoritative: bool) -> None:
    with pytest.raises(errors.DnsChainError):
        ask(trust, txt, NAME, zone(*LOOP), authoritative=authoritative)


def test_50_kb_of_txt_come_over_tcp(trust: Trust) -> None:
    answer = ask(trust, txt, NAME, {}, {f"{NAME} TXT": holds(*ENDLESS)})
    assert len(answer.texts) == len(ENDLESS)


def test_a_tcp_server_that_drips_is_given_up(trust: Trust) -> None:
    class Dripping(DnsServer):
        async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while not writer.is_closing():
                writer.write(b"\xff")
                await writer.drain()
                await asyncio.sleep(0.05)

    async def main() -> None:
        server = Dripping({}, {f"{NAME} TXT": holds(*ENDLESS)})
        async with server.serving() as port:
            await txt(NAME, trust.vantage(port, dns_timeout=1.0))

    with pytest.raises(errors.DnsTimeoutError):
        asyncio.run(main())


@pytest.mark.parametrize(
    "name", ["a..example", "a" * 64 + ".example", "ü.example", ".".join(["a" * 60] * 5)]
)
def test_what_is_no_name(trust: Trust, name: str) -> None:
    with pytest.raises(errors.DnsNameError):
        ask(trust, txt, name, zone())


def test_authoritative_servers_are_asked_without_recursion(trust: Trust) -> None:
    async def main() -> list[tuple[str, bool]]:
        server = DnsServer(zone(f'{NAME}. 60 IN TXT "x"'))
        async with server.serving() as port:
            await txt(NAME, trust.vantage(port, authoritative=True))
        return server.asked

    asked = asyncio.run(main())
    assert asked[:2] == [(f"{NAME} NS", True), (f"{DOMAIN} NS", True)]
    assert asked[-1] == (f"{NAME} TXT", False)
    assert sorted(asked[2:-1]) == [(f"ns.{DOMAIN} A", True), (f"ns.{DOMAIN} AAAA", True)]


def test_a_resolver_that_remembers_that_there_was_nothing(trust: Trust) -> None:
    """Its negative cache does not reach the answer (DESIGN P2)."""

    def remembers(query: object) -> object:
        recursive = bool(query.flags & 0x0100)  # type: ignore[attr-defined]
        right = holds(f'{NAME}. 60 IN TXT "new"')
        return (says(dns.rcode.NXDOMAIN) if recursive else right)(query)  # type: ignore[arg-type]

    instead: dict[str, Answer] = {f"{NAME} TXT": remembers}  # type: ignore[dict-item]
    assert ask(trust, txt, NAME, zone(), instead).texts == ()
    assert ask(trust, txt, NAME, zone(), instead, authoritative=True).texts == ("new",)


def test_a_delegation_the_resolver_does_not_know_is_followed(trust: Trust) -> None:
    asked: list[int] = []

    def refers_then_answers(query: object) -> object:
        asked.append(1)
        referral = holds(authority=[f"{NAME}. 60 IN NS ns.{DOMAIN}."], authoritative=False)
        answer = referral if len(asked) == 1 else holds(f'{NAME}. 60 IN TXT "below"')
        return answer(query)  # type: ignore[arg-type]

    instead: dict[str, Answer] = {f"{NAME} TXT": refers_then_answers}  # type: ignore[dict-item]
    assert ask(trust, txt, NAME, zone(), instead, authoritative=True).texts == ("below",)


def test_a_lame_server_is_passed_over(trust: Trust) -> None:
    lame: dict[str, Answer] = {f"{NAME} TXT": holds(authoritative=False)}
    with pytest.raises(errors.DnsFailedError, match="not authoritative"):
        ask(trust, txt, NAME, zone(), lame, authoritative=True)


def test_a_server_that_points_elsewhere_is_lame(trust: Trust) -> None:
    aside = holds(authority=[f"other.{DOMAIN}. 60 IN NS ns.{DOMAIN}."], authoritative=False)

    async def main() -> list[tuple[str, bool]]:
        server = DnsServer(zone(), {f"{NAME} TXT": aside})
        async with server.serving() as port:
            with pytest.raises(errors.DnsFailedError, match="not authoritative"):
                await txt(NAME, trust.vantage(port, authoritative=True))
        return server.asked

    assert asyncio.run(main()).count((f"{NAME} TXT", False)) == 1


def test_a_delegation_without_end(trust: Trust) -> None:
    labels = [".".join(["a"] * depth) for depth in range(1, 12)]
    referrals = iter(
        holds(authority=[f"{label}.{DOMAIN}. 60 IN NS ns.{DOMAIN}."], authoritative=False)
        for label in labels
    )
    name = f"{labels[-1]}.{DOMAIN}"
    instead: dict[str, Answer] = {f"{name} TXT": lambda query: next(referrals)(query)}
    with pytest.raises(errors.DnsZoneError, match="no end below"):
        ask(trust, txt, name, zone(), instead, authoritative=True)


def test_the_zone_of_a_cname_is_not_that_of_its_target(trust: Trust) -> None:
    zones = zone(f"{HOST}. 20 IN CNAME x.provider.example.")
    chain = holds(
        f"{HOST}. 20 IN CNAME x.provider.example.",
        "x.provider.example. 60 IN NS unreachable.provider.example.",
    )
    assert (
        ask(trust, cname, HOST, zones, {f"{HOST} NS": chain}, authoritative=True)
        == "x.provider.example"
    )


def test_the_second_server_is_asked_when_the_first_is_dead(trust: Trust) -> None:
    zones = zone(f'{NAME}. 60 IN TXT "x"', f"ns0.{DOMAIN}. 60 IN A 127.0.0.2")
    servers = holds(f"{DOMAIN}. 60 IN NS ns0.{DOMAIN}.", f"{DOMAIN}. 60 IN NS ns.{DOMAIN}.")
    answer = ask(trust, txt, NAME, zones, {f"{DOMAIN} NS": servers}, authoritative=True)
    assert answer.texts == ("x",)
    assert answer.source.startswith("127.0.0.1:")


def test_a_zone_whose_servers_have_no_address(trust: Trust) -> None:
    instead = {f"{DOMAIN} NS": holds(f"{DOMAIN}. 60 IN NS no.{DOMAIN}.")}
    with pytest.raises(errors.DnsZoneError, match=f"addresses of no.{DOMAIN}: none"):
        ask(trust, txt, NAME, zone(), instead, authoritative=True)


def test_a_name_outside_all_zones(trust: Trust) -> None:
    instead = {"x.example NS": says(dns.rcode.NXDOMAIN), "example NS": says(dns.rcode.NXDOMAIN)}
    with pytest.raises(errors.DnsZoneError, match="no zone above it"):
        ask(trust, txt, "x.example", {}, instead, authoritative=True)
