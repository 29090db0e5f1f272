"""Whether CNAMEs that others make are in DNS, and lead where they must."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from mta_sts.external import NOTHING
from mta_sts.findings import Absent, Wanted
from mta_sts.protocol.errors import quoted
from mta_sts.protocol.resolve import addresses, cname, txt
from mta_sts.protocol.vantage import Vantage
from mta_sts.words import listed

MOST_STEPS = 8
"""CNAMEs, one after another, that are followed."""


async def absent(wanted: Sequence[Wanted], vantage: Vantage) -> tuple[Absent, ...]:
    """Those of these CNAMEs that are not there, or lead elsewhere.

    What a resolver says to be missing, the zone's own servers are asked about: its memory of a name
    that did not exist fools nobody.

    Raises:
        DnsError: DNS cannot be asked.
    """
    looked = await asyncio.gather(*(_instead(each, vantage) for each in wanted))
    return tuple(
        Absent(each, found) for each, found in zip(wanted, looked, strict=True) if found is not None
    )


async def _instead(wanted: Wanted, vantage: Vantage) -> str | None:
    """What is there in place of the record; None where it is as it must be."""
    found = await _leads(wanted, vantage)
    if found is not None and not vantage.authoritative:
        found = await _leads(wanted, replace(vantage, authoritative=True))
    return found


async def _leads(wanted: Wanted, vantage: Vantage) -> str | None:
    name, target = wanted.name, await cname(wanted.name, vantage)
    for _ in range(MOST_STEPS):
        if target == wanted.value.lower():
            return None
        if target is None:
            break
        name, target = target, await cname(target, vantage)
    else:
        return "CNAMEs that do not end"
    if name != wanted.name:
        return f"it leads to {name}"
    if name.startswith("_"):
        texts = (await txt(name, vantage)).texts
        return f"the TXT record {listed(map(quoted, texts))}, and no CNAME" if texts else NOTHING
    known = (await addresses(name, vantage)).addresses
    return f"the addresses {listed(known)}, and no CNAME" if known else NOTHING
