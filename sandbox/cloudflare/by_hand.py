"""Records of a Cloudflare zone set by the sandbox itself, without the API."""

from collections.abc import Iterable

from sandbox.cloudflare import dns_rules
from sandbox.cloudflare.state import Record, Zone


def put(zone: Zone, records: Iterable[tuple[str, str, int, list[str]]]) -> None:
    """Set records (name, type, ttl, values) that are not proxied, in the place of those there."""
    for name, type_, ttl, values in records:
        full = dns_rules.full_name(name, zone)
        for present in _present(zone, full, type_):
            zone.remove(present.id)
        for value in values:
            zone.put(_record(full, type_, ttl, value))


def delete(zone: Zone, records: Iterable[tuple[str, str]]) -> None:
    """Delete records (name, type). Raises KeyError where there are none."""
    for name, type_ in records:
        present = _present(zone, dns_rules.full_name(name, zone), type_)
        if not present:
            raise KeyError(name, type_)
        for record in present:
            zone.remove(record.id)


def _present(zone: Zone, name: str, type_: str) -> list[Record]:
    return [each for each in zone.records.values() if (each.name, each.type) == (name, type_)]


def _record(name: str, type_: str, ttl: int, value: str) -> Record:
    if type_ == "MX":
        priority, _, host = value.partition(" ")
        return Record(name, type_, host.rstrip("."), ttl, priority=int(priority))
    return Record(name, type_, value if type_ == "TXT" else value.rstrip("."), ttl)
