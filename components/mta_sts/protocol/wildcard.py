"""Names that a wildcard answers for, as it does for every name that nobody made (RFC 4592)."""

import asyncio
import secrets

from mta_sts.protocol.resolve import addresses, cname
from mta_sts.protocol.vantage import Vantage

Leads = tuple[str | None, frozenset[str]]
"""Where a name leads: the target of its CNAME, and its addresses."""


async def is_by_wildcard(name: str, vantage: Vantage) -> bool:
    """Whether `name` leads where any name beside it does, so that a record of its own is free to be
    made.

    Raises:
        DnsError: DNS cannot be asked; the subclass says why.
    """
    nobodys = f"{secrets.token_hex(12)}.{name.partition('.')[2]}"
    here, beside = await asyncio.gather(_leads(name, vantage), _leads(nobodys, vantage))
    return here == beside != (None, frozenset())


async def _leads(name: str, vantage: Vantage) -> Leads:
    target = await cname(name, vantage)
    found = () if target else (await addresses(name, vantage)).addresses
    return target, frozenset(found)
