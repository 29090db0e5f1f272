"""What DNS reads of moto's state."""

from dataclasses import dataclass
from typing import Any

from sandbox.aws import backends
from sandbox.aws.distribution import TENANT_ONLY


@dataclass(frozen=True)
class Record:
    name: str
    type: str
    ttl: int
    values: list[str]
    alias: str | None


@dataclass(frozen=True)
class Zone:
    """A public hosted zone. `version` is another object after each change."""

    id: str
    name: str
    version: object
    servers: list[str]
    _sets: list[Any]

    def records(self) -> list[Record]:
        return [
            Record(
                name=found.name.replace("\\052", "*", 1),
                type=str(found.type),
                ttl=int(found.ttl or 0),
                values=list(found.records),
                alias=found.alias_target["DNSName"] if found.alias_target else None,
            )
            for found in self._sets
        ]


def version() -> object:
    """Differs when anything here does: the lists of record sets are replaced, never changed."""
    return [zone.rrsets for zone in backends.route53().zones.values()], distribution_hosts()


def zones() -> list[Zone]:
    """The public hosted zones, the oldest first."""
    return [
        Zone(
            id=zone.resource_id,
            name=zone.name,
            version=zone.rrsets,
            servers=zone.delegation_set.name_servers if zone.delegation_set else [],
            _sets=zone.rrsets,
        )
        for zone in backends.route53().zones.values()
        if not zone.private_zone
    ]


def distribution_hosts() -> list[str]:
    """The d….cloudfront.net name of each distribution, and of each connection group; one with
    tenants answers at no name of its own."""
    cloudfront = backends.cloudfront()
    direct = [
        found.domain_name
        for found in cloudfront.distributions.values()
        if found.connection_mode != TENANT_ONLY
    ]
    return [*direct, *cloudfront.tenants.endpoints]
