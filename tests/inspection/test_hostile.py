"""Hostile servers cost their domain a finding, and the others nothing."""

import asyncio
import resource
import time
from collections.abc import Sequence

import dns.message
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mta_sts.inspection.domain import inspect
from mta_sts.inspection.many import inspect_all
from mta_sts.inspection.names import names
from mta_sts.inspection.result import Inspection
from tests.inspection.site import DOMAIN, HOST, MX, POLICY, records, serving, soa, without
from tests.protocol.servers import Answer, Handler, HttpsServer, Trust, reply, sends
from tests.protocol.smtp_server import SmtpServer

pytestmark = pytest.mark.timeout(100)

GOOD = [f"good{number}.example" for number in range(20)]
COPIES = 3
"""Of every hostile domain."""


class Rendered(dns.message.Message):
    """An answer whose records are put into bytes once, so that the server is not what is slow."""

    def __init__(self, query: dns.message.Message, wire: bytes) -> None:
        super().__init__(query.id)
        self.rendered = query.id.to_bytes(2, "big") + wire[2:]

    def to_wire(self, *_: object, **__: object) -> bytes:
        return self.rendered


def flood(name: str, kind: str, data: Sequence[str]) -> Answer:
    """As many records as a message of 64 KiB has room for."""
    message = dns.message.make_response(dns.message.make_query(name, kind))
    message.answer = [dns.rrset.from_text_list(f"{name}.", 60, "IN", kind, data)]
    wire = message.to_wire(max_size=65535)
    assert wire
    return lambda query: Rendered(query, wire)


def chain(name: str) -> list[str]:
    """CNAMEs, each to the next, that lead nowhere."""
    first = f"_mta-sts.{name}. 60 IN CNAME c0.{name}."
    return [first, *(f"c{n}.{name}. 60 IN CNAME c{n + 1}.{name}." for n in range(40))]


MANY = {"mx-uncovered", "mx-unused", "mx-many"}
LARGE = {"dns-too-large"}
FLOODS: dict[str, tuple[str, str, list[str], set[str]]] = {
    "txt": ("_mta-sts.", "TXT", [f'"{n}"' for n in range(3500)], LARGE),
    "long": ("_mta-sts.", "TXT", [f'"{n:0200}"' for n in range(280)], {"record-missing"}),
    "mx": ("", "MX", [f"{n} m{n}.example." for n in range(2200)], LARGE),
    "more": ("", "MX", [f"{n} m{n}.a." for n in range(900)], MANY),
    "caa": ("mta-sts.", "CAA", [f'0 issue "{n}.a"' for n in range(1800)], LARGE),
    "address": ("mta-sts.", "A", [f"127.1.{n // 250}.{n % 250}" for n in range(3500)], LARGE),
    "rua": ("_smtp._tls.", "TXT", [f'"v=TLSRPTv1; {n}"' for n in range(990)], {"reports-several"}),
}
"""By kind of domain: what is asked, what is answered, and what is found."""


def test_floods_of_dns(trust: Trust) -> None:
    zones = {"example": [soa("example")], **{name: records(name) for name in GOOD}}
    instead: dict[str, Answer] = {}
    found: dict[str, set[str]] = {name: set() for name in GOOD}
    for copy in range(COPIES):
        for kind, (prefix, type_, data, codes) in FLOODS.items():
            name = f"{kind}{copy}.example"
            zones[name], found[name] = records(name), codes
            instead[f"{prefix}{name} {type_}"] = flood(f"{prefix}{name}", type_, data)
        name = f"chain{copy}.example"
        zones[name] = without(f"_mta-sts.{name}", "TXT", records(name)) + chain(name)
        found[name] = {"dns-chain"}
    https = HttpsServer(
        sends(reply(POLICY.render())), trust.context(*(f"mta-sts.{name}" for name in found))
    )
    seen: dict[str, Inspection] = {}
    with serving(trust, zones, https=https, instead=instead) as site:
        vantage = trust.vantage(site.dns, site.https, timeout=20.0, dns_timeout=20.0)
        began = time.monotonic()
        asyncio.run(
            inspect_all(names(found), vantage, lambda each: seen.update({each.domain: each}))
        )
        took = time.monotonic() - began
    assert {name: {each.code for each in seen[name].findings} for name in found} == found
    assert took < 20
    assert max(len(repr(each)) for each in seen.values()) < 100_000


ENDLESS: dict[str, tuple[Handler, str]] = {
    "body": (
        sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"x" * 65536, again=True),
        "https-too-large",
    ),
    "header": (sends(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536, again=True), "https-answer"),
    "headers": (sends(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 9999, again=True), "https-answer"),
    "interim answers": (sends(b"HTTP/1.1 103 x\r\n\r\n" * 999, again=True), "https-timeout"),
    "a chunk's size": (
        sends(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"0" * 65536,
            again=True,
        ),
        "https-timeout",
    ),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_what_has_no_end_is_not_read_to_it(trust: Trust, what: str) -> None:
    handler, code = ENDLESS[what]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with serving(
        trust, {DOMAIN: records(), "com": [soa("com")]},
        https=HttpsServer(handler, trust.context(HOST)),
    ) as site:  # fmt: skip
        began = time.monotonic()
        seen = asyncio.run(inspect(DOMAIN, trust.vantage(site.dns, site.https)))
        took = time.monotonic() - began
    assert [each.code for each in seen.findings] == [code]
    assert took < 5
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert more < 50_000  # KiB


PIECES = st.sampled_from(
    [
        b"220 x\r\n",
        b"250-STARTTLS\r\n",
        b"250 STARTTLS\r\n",
        b"\xff",
        b"\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"Content-Type: text/plain\r\n\r\n",
        b"version: STSv1\nmode: none\nmax_age: 1\n",
    ]
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_answer_ends_in_a_traceback(trust: Trust, data: st.DataObject) -> None:
    """Whatever comes over DNS, HTTPS and SMTP, there is an inspection."""
    parts = st.lists(PIECES | st.binary(max_size=40), max_size=6)
    wire = data.draw(st.binary(max_size=80))
    asked = data.draw(st.sampled_from([f"_mta-sts.{DOMAIN} TXT", f"{DOMAIN} MX", f"{HOST} A"]))
    https = HttpsServer(sends(*data.draw(parts)), trust.context(HOST))
    smtp = SmtpServer(trust.context(MX), instead=sends(*data.draw(parts)))
    zone = {DOMAIN: [*records(), f"{MX}. 60 IN A 127.0.0.1"]}
    garbage: Answer = lambda query: Rendered(query, b"\0\0" + wire)  # noqa: E731
    with serving(trust, zone, https=https, smtp=smtp, instead={asked: garbage}) as site:
        vantage = trust.vantage(
            site.dns, site.https, smtp_port=site.smtp, timeout=0.3, dns_timeout=0.3
        )
        assert asyncio.run(inspect(DOMAIN, vantage, smtp=True)).domain == DOMAIN
