"""A domain whose records move to another zone, and when those in the old one go (P2).

The parent may delegate to the old zone for long after the move began, and resolvers hold that for
its TTL. Until then both zones have the records.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from mta_sts.findings import Observed
from mta_sts.memory import Leaving
from mta_sts.state import State
from mta_sts.zones import ZoneOfDomain, module_of
from mta_sts.zones.recorded import RecordedZone


def zones(
    domain: str, here: RecordedZone | None, state: State, now: datetime
) -> list[ZoneOfDomain]:
    """The zones that a domain moves out of, and that keep its records in this run.

    Args:
        here: the zone given; None where it is not known yet.
    """
    if here is None:
        return []
    entry = state.memory_of(domain).entry
    leaves = entry.leaving if entry else None
    return [
        ZoneOfDomain(
            module_of(record.zone.type),
            record.zone.id,
            protects(leaves, record.zone.id),
            record.name if record.is_delegated_by(domain) else None,
        )
        for record in state.announcements(domain)
        if record.zone != here and keeps(leaves, record.zone.id, now)
    ]


def keeps(leaves: Leaving | None, zone_id: str, now: datetime) -> bool:
    """Whether the zone that is left keeps the records in this run."""
    if leaves is None or leaves.zone != zone_id:
        return True
    return now < leaves.until or not leaves.lifted


def protects(leaves: Leaving | None, zone_id: str) -> bool | None:
    """Whether its records must not be deleted; None: like the other records of the domain.

    Once it is known when they go, they are unprotected, as of a run before that.
    """
    return False if leaves is not None and leaves.zone == zone_id else None


def seen(leaves: Leaving | None, zone_id: str, observed: Observed, now: datetime) -> Leaving | None:
    """When the records in the zone that is left go, after what this run has seen; None while the
    parent is not seen to delegate to the new one."""
    if leaves is not None and leaves.zone == zone_id:
        return replace(leaves, lifted=True)
    if not observed.is_delegated:
        return None
    return Leaving(zone_id, now + timedelta(seconds=observed.delegation_ttl), lifted=False)
