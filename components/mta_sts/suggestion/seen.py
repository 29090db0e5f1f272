"""What there is of a domain before this project: its MX hosts, its zone, and any MTA-STS."""

import asyncio
from dataclasses import dataclass

from mta_sts.protocol.resolve import Delegation, MxAnswer, addresses, cname, delegation, mx, txt
from mta_sts.protocol.sender import Sight, look
from mta_sts.protocol.sender_errors import DnsError
from mta_sts.protocol.tlsrpt import TlsRpt, TlsRptError
from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard


@dataclass(frozen=True)
class Seen:
    """What was seen of a domain.

    Attributes:
        texts: the TXT records at `_mta-sts` that start as an MTA-STS record does.
        target: what the CNAME at `mta-sts` points to; None where there is none but by a wildcard.
        addresses: those of `mta-sts`, where it is no CNAME, and not by a wildcard.
        rua: the addresses in the TLS reporting record, if a sender finds one to use (RFC 8460 3).
        delegation: None where it could not be told.
    """

    domain: str
    mx: MxAnswer
    sight: Sight
    texts: tuple[str, ...]
    target: str | None
    addresses: tuple[str, ...]
    rua: tuple[str, ...]
    delegation: Delegation | None


async def see(domain: str, vantage: Vantage) -> Seen:
    """Look at the mail domain `domain`, a host name in its one spelling.

    Raises:
        DnsError: DNS cannot be asked.
        VantageError: the CA file cannot be read.
    """
    host = f"mta-sts.{domain}"
    (live, sight, parent), (records, target, found, rua) = await asyncio.gather(
        asyncio.gather(mx(domain, vantage), look(domain, vantage), _delegation(domain, vantage)),
        asyncio.gather(
            txt(f"_mta-sts.{domain}", vantage),
            cname(host, vantage),
            addresses(host, vantage),
            txt(f"_smtp._tls.{domain}", vantage),
        ),
    )
    is_free = (target or found.addresses) and await is_by_wildcard(host, vantage)
    return Seen(
        domain=domain,
        mx=live,
        sight=sight,
        texts=tuple(text for text in records.texts if text.startswith("v=STSv1")),
        target=None if is_free else target,
        addresses=() if target or is_free else found.addresses,
        rua=_rua(rua.texts),
        delegation=parent,
    )


async def _delegation(domain: str, vantage: Vantage) -> Delegation | None:
    try:
        return await delegation(domain, vantage)
    except DnsError:
        return None


def _rua(texts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return TlsRpt.select(texts).rua
    except TlsRptError:
        return ()
