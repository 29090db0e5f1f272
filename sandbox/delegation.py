"""Which zone the parent delegates a domain to, of those there are of its name in both clouds."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.aws import hosted as route53
from sandbox.cloudflare import hosted as cloudflare

Hosted = route53.Zone | cloudflare.Zone


@dataclass(frozen=True)
class Delegation:
    """`ttl`: of the parent's NS records, in seconds; None: that of the zone's own."""

    zone_id: str
    ttl: int | None = None


chosen: dict[str, Delegation] = {}
"""By the domain's name. As moto's state, it is the process's, and read under LOCK."""
left: set[str] = set()
"""The zones that were delegated until another was chosen."""


def choose(name: str, zone_id: str, ttl: int | None) -> None:
    """Raises ValueError if there is no such zone of that name."""
    if zone_id not in {zone.id for zone in _by_name().get(name, [])}:
        raise ValueError(f"{zone_id} is no zone of the name {name}")
    left.update(zone.id for zone in _by_name()[name] if leads_to(zone.id, name))
    chosen[name] = Delegation(zone_id, ttl)


def keep_first(name: str) -> None:
    """Delegate to the zone that there is now, whichever are made later."""
    if zones := _by_name().get(name):
        chosen.setdefault(name, Delegation(zones[0].id))


def delegated() -> Iterator[tuple[Hosted, int | None]]:
    """The zones that are delegated, and the TTL that was chosen."""
    for name, zones in _by_name().items():
        choice = chosen.get(name)
        zone = next((zone for zone in zones if choice and zone.id == choice.zone_id), None)
        yield (zone, choice.ttl) if zone and choice else (zones[0], None)


def leads_to(zone_id: str, name: str) -> bool:
    """Whether the zone of that name is the one that is delegated."""
    zones = _by_name().get(name, [])
    choice = chosen.get(name)
    if choice and choice.zone_id in {zone.id for zone in zones}:
        return choice.zone_id == zone_id
    return bool(zones) and zones[0].id == zone_id


def has_led_to(zone_id: str, name: str) -> bool:
    """Whether the zone of that name is the one that is delegated, or was."""
    return leads_to(zone_id, name) or zone_id in left


def servers() -> set[str]:
    """The name servers of all zones, delegated or not."""
    return {server for zone in _everywhere() for server in zone.servers}


def version() -> object:
    """Differs when anything here does."""
    return route53.version(), cloudflare.version(), dict(chosen)


def _everywhere() -> list[Hosted]:
    return [*route53.zones(), *cloudflare.zones()]


def _by_name() -> dict[str, list[Hosted]]:
    found: dict[str, list[Hosted]] = {}
    for zone in _everywhere():
        found.setdefault(zone.name.rstrip(".").lower(), []).append(zone)
    return found
