"""What DNS holds for a name, as a sender finds it: of its resolver, or of authoritative servers."""

import asyncio
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdtypes.ANY.MX
import dns.rdtypes.ANY.TXT
import dns.rrset
import dns.ttl
from dns.rdatatype import RdataType

from mta_sts.protocol.authority import ask_authority, ask_parents, resolver_servers
from mta_sts.protocol.exchange import Question, exchange, place, text
from mta_sts.protocol.sender_errors import DnsChainError, DnsError, DnsNameError
from mta_sts.protocol.vantage import Vantage

_LONGEST_CHAIN = 16


@dataclass(frozen=True)
class Answer:
    """What DNS says of a name, be it that there is nothing.

    Attributes:
        name: what was asked for.
        canonical: the name that CNAMEs led to, else `name`.
        exists: false where DNS says that there is no such name (NXDOMAIN, RFC 2308 2.1).
        ttl: seconds a resolver may keep this answer, also when it is that there is nothing.
        source: the server that gave it, `address:port`.
    """

    name: str
    canonical: str
    exists: bool
    ttl: int
    source: str


@dataclass(frozen=True)
class TxtAnswer(Answer):
    """The TXT records: the strings of each joined with nothing between (RFC 8461 3.1). Bytes that
    are not ASCII are read as Latin-1, so that no record is lost or becomes another."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class AddressAnswer(Answer):
    """The addresses, IPv4 first."""

    addresses: tuple[str, ...]


@dataclass(frozen=True)
class MailHost:
    """An MX host; the lowest preference is tried first."""

    preference: int
    host: str


@dataclass(frozen=True)
class MxAnswer(Answer):
    """Where mail for a domain goes, in order of preference.

    Attributes:
        hosts: empty where the domain takes no mail, or does not exist.
        implicit: there is no MX record, so that the domain is its own MX host (RFC 5321 5.1).
        null: there is the record that says that the domain takes no mail (RFC 7505 3).
    """

    hosts: tuple[MailHost, ...]
    implicit: bool
    null: bool


@dataclass(frozen=True)
class CaaRecord:
    """One property of a CAA record set (RFC 8659 4.1); the tag in lower case."""

    critical: bool
    tag: str
    value: str


@dataclass(frozen=True)
class CaaAnswer(Answer):
    """The CAA records that count for a certificate for `asked`: those at `name`, which is it or
    its closest ancestor that has any. Without any, `name` is the last that was asked."""

    asked: str
    records: tuple[CaaRecord, ...]


@dataclass(frozen=True)
class Delegation:
    """The closest zone that a name is in, as the zone above it has it (RFC 1034 4.2.1).

    Attributes:
        zone: its name.
        servers: the name servers that people are sent to, sorted; none where it does not exist.
        ttl: seconds that a resolver may keep that.
    """

    zone: str
    servers: tuple[str, ...]
    ttl: int


async def txt(name: str, vantage: Vantage) -> TxtAnswer:
    """The TXT records at `name`; a CNAME is followed (RFC 8461 8.2).

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    answer, records = await _ask(name, RdataType.TXT, vantage)
    joined = (b"".join(record.strings).decode("latin-1") for record in records)
    return TxtAnswer(**vars(answer), texts=tuple(sorted(joined)))


async def cname(name: str, vantage: Vantage) -> str | None:
    """The target of the CNAME at `name` itself, lower-case and without a trailing dot.

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    _, records = await _ask(name, RdataType.CNAME, vantage)
    return next((text(record.target) for record in records), None)


async def addresses(name: str, vantage: Vantage) -> AddressAnswer:
    """The addresses of `name`, A and AAAA; CNAMEs are followed.

    Raises:
        DnsError: neither kind can be asked for, or one cannot and there is none of the other.
    """
    both = await asyncio.gather(
        _ask(name, RdataType.A, vantage),
        _ask(name, RdataType.AAAA, vantage),
        return_exceptions=True,
    )
    answers = [found for found in both if not isinstance(found, BaseException)]
    known = tuple(record.address for _, records in answers for record in records)
    for failure in both:
        if isinstance(failure, BaseException) and not (known and isinstance(failure, DnsError)):
            raise failure
    answer = min((answer for answer, _ in answers), key=lambda answer: answer.ttl)
    return AddressAnswer(**vars(answer), addresses=known)


async def mx(name: str, vantage: Vantage) -> MxAnswer:
    """Where mail for the domain `name` goes.

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    answer, records = await _ask(name, RdataType.MX, vantage)
    found = sorted((record.preference, text(record.exchange)) for record in records)
    hosts = tuple(MailHost(preference, host) for preference, host in found if host != ".")
    implicit = answer.exists and not found
    if implicit:
        hosts = (MailHost(0, answer.name),)
    return MxAnswer(**vars(answer), hosts=hosts, implicit=implicit, null=bool(found) and not hosts)


async def caa(name: str, vantage: Vantage) -> CaaAnswer:
    """The CAA records that count for a certificate for `name`. CNAMEs are followed, and what they
    lead to is not climbed from (RFC 8659 3).

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    climbed = name.rstrip(".")
    while True:
        answer, records = await _ask(climbed, RdataType.CAA, vantage)
        found = tuple(
            CaaRecord(
                critical=bool(record.flags & 128),
                tag=record.tag.decode("ascii", "replace").lower(),
                value=record.value.decode("ascii", "replace"),
            )
            for record in records
        )
        parent = climbed.partition(".")[2]
        if found or not parent:
            return CaaAnswer(**vars(answer), asked=name, records=found)
        climbed = parent


async def delegation(name: str, vantage: Vantage) -> Delegation:
    """Where the zone above sends people for `name`, whatever the zone itself says.

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    zone, servers, ttl = await ask_parents(_question(name, RdataType.NS, vantage), vantage)
    return Delegation(text(zone), tuple(sorted(text(server) for server in servers)), ttl)


def _question(name: str, kind: RdataType, vantage: Vantage) -> Question:
    until = asyncio.get_running_loop().time() + vantage.dns_timeout
    try:
        return Question(dns.name.from_text(name.encode("ascii").decode("ascii")), kind, until)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise DnsNameError(name, kind.name, str(error)) from None


async def _ask(
    name: str, kind: RdataType, vantage: Vantage
) -> tuple[Answer, dns.rrset.RRset | tuple[()]]:
    """The answer for `name`, and its records of type `kind`; CNAMEs are followed."""
    question = _question(name, kind, vantage)
    wanted = question.name
    ttl = dns.ttl.MAX_TTL
    for _ in range(_LONGEST_CHAIN):
        if vantage.authoritative:
            reply = await ask_authority(question, vantage)
        else:
            reply = await exchange(question, resolver_servers(question, vantage))
        chain = reply.chain
        ttl = min(ttl, chain.minimum_ttl)
        if chain.answer is not None or chain.canonical_name == question.name:
            end = text(chain.canonical_name)
            answer = Answer(text(wanted), end, reply.exists, ttl, place(reply.source))
            return answer, chain.answer or ()
        # the server does not know what the CNAME leads to
        question = question.about(chain.canonical_name, kind)
    raise DnsChainError(text(wanted), kind.name, f"{text(question.name)} is one more")
