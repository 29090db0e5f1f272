"""What DNS and the host say of a domain now, for a review to weigh."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar
from weakref import WeakKeyDictionary

from mta_sts.findings import OFF, Caa, LiveMx, NotAsked, Observed, Wanted
from mta_sts.presence import absent
from mta_sts.protocol import Record, RecordError
from mta_sts.protocol.names import host_name
from mta_sts.protocol.sender import (
    DnsError,
    FetchError,
    Vantage,
    caa,
    delegation,
    fetch,
    mx,
    txt,
)
from mta_sts.protocol.tlsrpt import TlsRpt, TlsRptError

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds for all that is asked of one domain."""
MOST_DOMAINS = 16
"""Domains that one event loop asks about at the same time."""


class _Turns:
    """The turns that the domains of one event loop take."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(MOST_DOMAINS)
        self.silent = 0
        """Domains, the last ones to end, of which nothing at all was answered."""


_turns: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns]" = WeakKeyDictionary()


async def observe(
    domain: str,
    vantage: Vantage,
    *,
    zone_servers: Iterable[str] | None = None,
    left_servers: Iterable[str] | None = None,
    left_to_owner: bool = False,
    wanted: Sequence[Wanted] = (),
    served: bool = False,
    patience: float = PATIENCE,
) -> Observed:
    """Ask about `domain`. What the other side does never raises: it is in what is returned.

    Domains take turns. Once as many in a row as ask at the same time were answered nothing at all,
    DNS is taken to be out of reach, and those that come after are not asked about.

    Args:
        zone_servers: the name servers of the zone given. Without them it is not asked where the
            parent delegates to.
        left_servers: those of the zone that its records move out of.
        left_to_owner: that zone is kept elsewhere, and so is the one the parent delegates to.
        wanted: CNAMEs that must be there.
        served: fetch the policy file, too.
        patience: seconds until what has not been answered is given up.

    Raises:
        HostNameError: `domain` is no domain.
        VantageError: the CA file cannot be read.
    """
    name = host_name(domain)
    mine = tuple(zone_servers) if zone_servers is not None else None
    left = tuple(left_servers) if left_servers is not None else None
    has_servers = mine is not None or left is not None
    turns = _turns.setdefault(asyncio.get_running_loop(), _Turns())
    async with turns.free:
        if turns.silent >= MOST_DOMAINS:
            why = NotAsked(f"of {turns.silent} domains before nothing was answered")
            absences = why if wanted else OFF
            return Observed(why, why, why, why, why, why, 0, mine, left, absences)
        seen, missing = await asyncio.gather(
            asyncio.gather(
                within(patience, _mx(name, vantage)),
                within(patience, _record_id(name, vantage)),
                within(patience, _rua(name, vantage)),
                within(patience, caa_of(name, vantage)),
                within(patience, delegation(name, vantage)) if has_servers else _off(),
                within(patience, _served(name, vantage)) if served else _off(),
            ),
            within(patience, absent(wanted, vantage)) if wanted else _off(),
        )
    nothing = all(isinstance(each, NotAsked) for each in (*seen, missing))
    turns.silent = turns.silent + 1 if nothing else 0
    live_mx, record_id, rua, found_caa, parent, body = seen
    if left_to_owner and not isinstance(parent, NotAsked):
        left = parent.servers
    return Observed(
        mx=live_mx,
        record_id=record_id,
        served=body,
        rua=rua,
        caa=found_caa,
        delegated=parent if isinstance(parent, NotAsked) else parent.servers,
        delegation_ttl=0 if isinstance(parent, NotAsked) else parent.ttl,
        zone_servers=mine,
        left_servers=left,
        absent=missing,
    )


async def within(seconds: float, answer: Awaitable[T]) -> T | NotAsked:
    """The answer, or why there is none; in `seconds` at the most."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        return NotAsked(f"no answer within {seconds:g} s")
    except (DnsError, FetchError) as error:
        return NotAsked(f"{error.rule}: {error.found}")


async def _off() -> NotAsked:
    return OFF


async def _mx(domain: str, vantage: Vantage) -> LiveMx:
    answer = await mx(domain, vantage)
    return LiveMx(answer.hosts, answer.ttl, implicit=answer.implicit, null=answer.null)


async def _record_id(domain: str, vantage: Vantage) -> str | None:
    texts = (await txt(f"_mta-sts.{domain}", vantage)).texts
    try:
        return Record.select(texts).id
    except RecordError:
        return None


async def _rua(domain: str, vantage: Vantage) -> tuple[str, ...]:
    """The addresses, if exactly one TLS reporting record is there (RFC 8460 3)."""
    texts = (await txt(f"_smtp._tls.{domain}", vantage)).texts
    try:
        return TlsRpt.select(texts).rua
    except TlsRptError:
        return ()


async def caa_of(domain: str, vantage: Vantage) -> Caa | None:
    """The CAA records that count for the certificate of the policy's host.

    Raises:
        DnsError: DNS cannot be asked.
    """
    # A certificate authority looks for itself. The climb to the top is the resolver's, as it knows
    # most of it from the domain before.
    host = f"mta-sts.{domain}"
    answer = await caa(host, replace(vantage, authoritative=False))
    if not answer.records:
        return None
    words = {host: "the mta-sts name", domain: "the domain"}
    return Caa(words.get(answer.name, answer.name), answer.records)


async def _served(domain: str, vantage: Vantage) -> bytes:
    return (await fetch(domain, vantage)).body
