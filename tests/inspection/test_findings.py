"""What `check` finds around the policy: MX hosts, their TLS, reports, CAA, and DNS that fails."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.rcode
import pytest

from mta_sts.inspection.domain import inspect
from mta_sts.inspection.kinds import (
    EXPIRING,
    KINDS,
    MORE_MX,
    MX_EXPIRING,
    NO_DOMAIN,
    NO_MX_ADDRESS,
    UNCOVERED,
    UNUSED,
)
from mta_sts.protocol import Policy
from tests.commands.typed import same_as_file
from tests.inspection.site import DOMAIN, HOST, MX, POLICY, records, serving, soa, without
from tests.inspection.told import GOLDEN, told
from tests.protocol.certificates import Make, by_another, dated, good, named, old_tls
from tests.protocol.servers import (
    Answer,
    Handler,
    HttpsServer,
    Trust,
    holds,
    one_handshake,
    reply,
    says,
    sends,
    server_context,
    stalls,
)
from tests.protocol.smtp_server import EHLO, GREETING, SCRIPT, STARTTLS, SmtpServer, in_place_of_tls

pytestmark = pytest.mark.timeout(60)

TESTING = Policy(mode="testing", mx=[MX], max_age=604800)
WILD = Policy(mode="testing", mx=[MX, "*.example.org"], max_age=604800)
NONE = Policy(mode="none", mx=[MX], max_age=604800)
ADDRESS = f"{MX}. 60 IN A 127.0.0.1"
FINE = [*records(), ADDRESS]
NO_MX = without(DOMAIN, "MX", FINE)
NO_REPORTS = without(f"_smtp._tls.{DOMAIN}", "TXT", FINE)
NO_CAA = without(DOMAIN, "CAA", FINE)


def silent(_: object) -> None:
    return None


def reports(*texts: str) -> list[str]:
    return NO_REPORTS + [f'_smtp._tls.{DOMAIN}. 60 IN TXT "{text}"' for text in texts]


def soon(trust: Trust, host: str) -> ssl.SSLContext:
    """A certificate that is about to expire."""
    ends = datetime.now(UTC) + timedelta(days=9, minutes=30)
    return server_context(trust.ca.issue_cert(host, not_after=ends))


@dataclass(frozen=True)
class Case:
    """Something about a domain in good order that is otherwise.

    Attributes:
        instead: what answers for some questions, in place of the zone.
        body: what is served.
        tls: the certificate of the policy's host, and `mx_tls` of the MX host.
        smtp: whether to connect to the MX host, or what it says in place of what it should.
        looks: fields of the vantage.
    """

    name: str
    zone: Sequence[str] = tuple(FINE)
    instead: Mapping[str, Answer] = field(default_factory=dict)
    body: bytes = POLICY.render()
    tls: Make = good
    smtp: bool | Sequence[bytes] | Handler = False
    mx_tls: Make = good
    looks: Mapping[str, Any] = field(default_factory=dict)
    domain: str = DOMAIN


def served(name: str, policy: Policy, *more: str, smtp: bool = False, mx_tls: Make = good) -> Case:
    """A domain with this policy, and more records."""
    return Case(name, [*records(DOMAIN, policy, *more), ADDRESS], body=policy.render(), smtp=smtp,
                mx_tls=mx_tls)  # fmt: skip


def fails(name: str, question: str, answer: Answer, *, smtp: bool = False, **looks: Any) -> Case:
    """A domain of which a question is answered otherwise."""
    return Case(name, instead={question: answer}, smtp=smtp, looks=looks)


SERVFAIL = says(dns.rcode.SERVFAIL)
NO_SUCH_NAME = says(dns.rcode.NXDOMAIN)
RECORD = f"_mta-sts.{DOMAIN}"
ENDLESS = holds(*(f'{RECORD}. 60 IN TXT "{number:0200}"' for number in range(250)))
TOO_MANY = holds(*(f'{RECORD}. 60 IN TXT "{number}"' for number in range(1001)))
RUA = "v=TLSRPTv1; rua=mailto:a@b.example"
SECOND = f"{DOMAIN}. 60 IN MX 20 mx2.example.org."
MANY_MX = [f"{DOMAIN}. 60 IN MX {number} mx{number}.example.org." for number in range(25)]
LONG = b"version:STSv1\nmode:testing\nmax_age:1\n" + b"".join(
    b"mx:mail%04d.example\n" % number for number in range(3200)
)
"""64000 bytes, and more in the one spelling of it."""

CASES = [
    Case("all is well"),
    served("an MX host more", POLICY, SECOND),
    served("an MX host one label too deep", WILD, f"{DOMAIN}. 60 IN MX 20 a.b.example.org."),
    served("the same in testing", TESTING, SECOND),
    served("the same in mode none", NONE, SECOND),
    Case("no MX record", NO_MX),
    Case("a null MX", [*NO_MX, f"{DOMAIN}. 60 IN MX 0 ."]),
    served("25 MX hosts", WILD, *MANY_MX),
    fails("no such domain", f"{DOMAIN} MX", NO_SUCH_NAME),
    fails("MX that cannot be asked for", f"{DOMAIN} MX", SERVFAIL),
    Case("no TLS reporting", NO_REPORTS),
    Case("two TLS reporting records", reports(RUA, "v=TLSRPTv1; rua=mailto:c@d.example")),
    Case("a TLS reporting record with a word in it", reports("v=TLSRPTv1; rua")),
    Case("a TLS reporting record without rua", reports("v=TLSRPTv1;")),
    Case("TLS reports by FTP", reports("v=TLSRPTv1; rua=ftp://a.example/")),
    fails("TLS reporting that cannot be asked for", f"_smtp._tls.{DOMAIN} TXT", SERVFAIL),
    Case("no CAA", NO_CAA),
    Case("CAA that lets nobody issue", [*NO_CAA, f'{DOMAIN}. 60 IN CAA 0 issue ";"']),
    Case("CAA with two", [*FINE, f'{DOMAIN}. 60 IN CAA 0 issue "pki.goog; x=y"']),
    Case("CAA about mail only", [*NO_CAA, f'{DOMAIN}. 60 IN CAA 0 iodef "mailto:a@b.example"']),
    fails("CAA that cannot be asked for", f"{HOST} CAA", SERVFAIL),
    fails("TXT records without end", f"{RECORD} TXT", ENDLESS),
    fails("more records than are read", f"{RECORD} TXT", TOO_MANY),
    fails("DNS that is silent", f"{RECORD} TXT", silent, dns_timeout=0.3),
    Case("a zone without servers", looks={"authoritative": True}),
    Case("a domain too long", domain=".".join(["a" * 62] * 4)),
    Case("a certificate that expires soon", tls=soon),
    Case("a policy that is longer than it looks", body=LONG),
    Case("an MX host in good order", smtp=True),
    Case("an MX host without address", without(MX, "A", FINE), smtp=True),
    fails("an MX host whose address cannot be asked for", f"{MX} A", SERVFAIL, smtp=True),
    Case("an MX host that is not there", smtp=True, looks={"smtp_port": 9}),
    Case("an address of two that is not there", [*FINE, f"{MX}. 60 IN AAAA ::1"], smtp=True),
    Case("an MX host that is silent", smtp=stalls),
    Case("a greeting without end", smtp=sends(b"220-x\r\n", again=True)),
    Case("no mail", smtp=[b"554 go away\r\n"]),
    Case("no STARTTLS", smtp=[GREETING, b"250 mx\r\n"]),
    Case("a reply injected", smtp=[GREETING, EHLO, STARTTLS + b"250 ok\r\n"]),
    Case("no TLS after STARTTLS", smtp=in_place_of_tls),
    Case("an MX certificate by another", smtp=True, mx_tls=by_another),
    Case("an MX certificate that expired", smtp=True, mx_tls=dated(-9, -1)),
    Case("an MX certificate of tomorrow", smtp=True, mx_tls=dated(1, 9)),
    Case("an MX certificate for another name", smtp=True, mx_tls=named("other.example")),
    served("the same certificate in testing", TESTING, smtp=True, mx_tls=named("other.example")),
    Case("an MX certificate that expires soon", smtp=True, mx_tls=soon),
    Case("12 MX hosts", [*NO_MX, *MANY_MX[:12]], smtp=True),
]


def look(case: Case, trust: Trust) -> str:
    """What is found, as lines."""
    https = HttpsServer(sends(reply(case.body)), case.tls(trust, HOST))
    smtp = SmtpServer(case.mx_tls(trust, MX))
    if callable(case.smtp):
        smtp.instead = case.smtp
    elif not isinstance(case.smtp, bool):
        smtp.says = case.smtp
    zones = {DOMAIN: case.zone, "com": [soa("com")], "org": [soa("org")]}
    with serving(trust, zones, https=https, smtp=smtp, instead=case.instead) as site:
        looks = {"smtp_port": site.smtp, "https_port": site.https, "timeout": 0.7, **case.looks}
        vantage = trust.vantage(site.dns, **looks)
        seen = asyncio.run(inspect(case.domain, vantage, smtp=bool(case.smtp)))
        return site.normal(told(case.name, seen))


def test_what_is_found(trust: Trust) -> None:
    same_as_file(GOLDEN / "findings.txt", "\n".join(look(case, trust) for case in CASES))


def nobody(trust: Trust, host: str) -> ssl.SSLContext:
    """A server without a certificate for the name."""
    context = trust.context(host)
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    return context


HANDSHAKES: list[tuple[str, Make, Sequence[bytes], str]] = [
    ("a policy host with TLS 1.1", old_tls, (), "https_port"),
    ("a policy host without a certificate", nobody, (), "https_port"),
    ("an MX host with TLS 1.1", old_tls, SCRIPT, "smtp_port"),
]


def test_refused_handshakes(trust: Trust) -> None:
    found = []
    for name, make, script, looks in HANDSHAKES:
        with one_handshake(make(trust, HOST), script) as port:
            case = Case(name, smtp=bool(script), looks={looks: port})
            found.append(look(case, trust).replace(f":{port}", ":<port>"))
    same_as_file(GOLDEN / "handshakes.txt", "\n".join(found))


def test_every_kind_is_shown() -> None:
    """But for that a name is no domain, which tests/commands/test_check.py shows."""
    shown = "".join(file.read_text() for file in GOLDEN.iterdir())
    others = (NO_DOMAIN, EXPIRING, MX_EXPIRING, UNCOVERED, UNUSED, NO_MX_ADDRESS, MORE_MX)
    kinds = [*KINDS.values(), *others]
    assert not [kind.code for kind in kinds if f" {kind.code}: " not in shown]
