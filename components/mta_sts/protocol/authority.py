"""The authoritative servers of a name, so that no resolver's cache stands in between."""

import asyncio

import dns.exception
import dns.name
import dns.rrset
from dns.rdatatype import RdataType

from mta_sts.protocol.exchange import Question, Reply, Server, exchange, text
from mta_sts.protocol.sender_errors import DnsError, DnsFailedError, DnsZoneError
from mta_sts.protocol.vantage import Vantage

_DEEPEST = 8  # delegations below the zone that the resolver knows
_PARENT_SERVERS = 3  # of thirteen or so


def resolver_servers(question: Question, vantage: Vantage) -> list[Server]:
    """The resolver to ask: the vantage's, or those of the system.

    Raises:
        DnsFailedError: the system has none.
    """
    if vantage.dns is not None:
        return [vantage.dns]
    from dns.resolver import Resolver  # which brings an HTTP client

    try:
        system = Resolver()
    except dns.exception.DNSException as error:
        raise DnsFailedError(text(question.name), question.kind.name, str(error)) from None
    return [(str(address), system.port) for address in system.nameservers]


async def ask_authority(question: Question, vantage: Vantage) -> Reply:
    """Put `question` to the servers of the zone its name is in.

    The resolver is asked only which zone that is and where its servers are. A delegation it does
    not know yet is followed from the servers above (RFC 1034 4.3.1).

    Raises:
        DnsError: there is no answer, or no server to ask.
    """
    resolver = resolver_servers(question, vantage)
    zone, servers = await _zone(question, resolver)
    for _ in range(_DEEPEST):
        addresses = await _addresses(question, servers, resolver, vantage)
        reply = await exchange(question, addresses, zone)
        below = reply.delegation(zone)
        if below is None:
            return reply
        zone, servers = below.name, _targets(below)
    raise DnsZoneError(text(question.name), question.kind.name, f"no end below {text(zone)}")


async def ask_parents(
    question: Question, vantage: Vantage
) -> tuple[dns.name.Name, list[dns.name.Name], int]:
    """The closest zone that the name of `question` is in, the servers that the zone above names,
    and for how many seconds a resolver may keep that.

    Every zone is asked about the one below it, from the top-level domain on: the resolver would
    tell what the zone itself says. No servers: the name is in no zone below the top-level domain.

    Raises:
        DnsError: there is no answer, or no server to ask.
    """
    resolver = resolver_servers(question, vantage)
    depth = min(2, len(question.name))
    zone, servers = await _zone(
        question.about(question.name.split(depth)[1], RdataType.NS), resolver
    )
    found: tuple[dns.name.Name, list[dns.name.Name], int] = (zone, [], 0)
    asked_at: list[Server] = []
    for depth in range(len(zone) + 1, len(question.name) + 1):
        candidate = question.name.split(depth)[1]
        about = question.about(candidate, RdataType.NS)
        asked_at = asked_at or await _addresses(
            about, sorted(servers)[:_PARENT_SERVERS], resolver, vantage
        )
        reply = await exchange(about, asked_at, zone)
        below = reply.delegation(zone)
        if below is None and reply.chain.canonical_name == candidate:
            below = reply.chain.answer  # it has the zone below, too
        if below is not None:
            zone, servers, asked_at = candidate, _targets(below), []
            found = zone, servers, below.ttl
        elif not reply.exists:
            break
    return found


async def _zone(
    question: Question, resolver: list[Server]
) -> tuple[dns.name.Name, list[dns.name.Name]]:
    """The closest zone above or at the name, and the names of its servers."""
    candidate = question.name
    while candidate != dns.name.root:
        reply = await exchange(question.about(candidate, RdataType.NS), resolver)
        if reply.chain.answer is not None and reply.chain.canonical_name == candidate:
            return candidate, _targets(reply.chain.answer)
        candidate = candidate.parent()
    raise DnsZoneError(text(question.name), question.kind.name, "no zone above it")


def _targets(servers: dns.rrset.RRset) -> list[dns.name.Name]:
    return [record.target for record in servers]


async def _addresses(
    question: Question, servers: list[dns.name.Name], resolver: list[Server], vantage: Vantage
) -> list[Server]:
    """Where these servers are, IPv4 first."""
    questions = [
        question.about(server, kind)
        for kind in (RdataType.A, RdataType.AAAA)
        for server in sorted(servers)
    ]
    replies = await asyncio.gather(
        *(exchange(asked, resolver) for asked in questions), return_exceptions=True
    )
    port = vantage.dns[1] if vantage.dns else 53
    found = [
        (record.address, port)
        for reply in replies
        if isinstance(reply, Reply) and reply.chain.answer is not None
        for record in reply.chain.answer
    ]
    if not found:
        names = ", ".join(text(server) for server in servers)
        reasons = {str(reply) for reply in replies if isinstance(reply, DnsError)}
        detail = "; ".join(sorted(reasons)) or "none"
        raise DnsZoneError(
            text(question.name), question.kind.name, f"addresses of {names}: {detail}"
        )
    return found
