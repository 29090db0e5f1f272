"""Where DNS records go. A zone knows nothing of policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import pulumi

from mta_sts.arguments import External, Zone
from mta_sts.zones.recorded import CLOUDFLARE, ROUTE53, RecordedZone


class ZoneModule(Protocol):
    """What a module of this package provides."""

    RECORD_TYPE: str
    """The type token of the record's resource."""
    PACKAGE: str
    """The provider's package."""
    TAKES_OVER: bool
    """Whether a record is made where the same one stands already, left there by a killed run."""
    NAMES_ARE_EXCLUSIVE: bool
    """Whether a name can be on one thing only: a record, or what makes its own records."""
    CHANGES_TYPES: bool
    """Whether a record of one type becomes one of another in place: an address a CNAME."""
    IDENTITY: list[str]
    """The inputs that say which record it is and what it holds."""

    def record(
        self,
        resource: str,
        zone_id: pulumi.Input[str],
        name: pulumi.Input[str],
        kind: pulumi.Input[str],
        value: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
        *,
        proxied: bool = False,
    ) -> pulumi.CustomResource:
        """Make the DNS record `name`, of type `kind` (CNAME, TXT), with one value.

        Args:
            proxied: whether the zone's owner answers in place of what the record points to.
        """

    def import_id(self, zone_id: str, name: str, kind: str) -> str:
        """By what `pulumi import` knows the record `name` of type `kind`."""

    async def name_servers(
        self, zone_id: str, opts: pulumi.InvokeOptions
    ) -> tuple[str, ...] | None:
        """The zone's name servers; None where they are not known."""

    async def name(self, zone_id: str, opts: pulumi.InvokeOptions) -> str | None:
        """The zone's own name; None where it is not known."""

    def name_at_once(self, zone_id: str, opts: pulumi.InvokeOptions) -> str:
        """The zone's own name, while the program stands still."""

    def look_up(self, domain: str) -> str:
        """The id of the one zone named `domain`."""

    def value(self, resource: pulumi.CustomResource) -> pulumi.Output[str]:
        """The one value that a record has once it is made."""


@dataclass(frozen=True)
class ZoneOfDomain:
    """A zone that holds records of a domain."""

    module: ZoneModule
    id: pulumi.Input[str]
    protect: bool | None = None
    """Whether its records are protected; None: as the component is."""
    announced_at: str | None = None
    """Of a domain whose own zone others keep: where the policy is announced in this one. No other
    record of the domain is here (RFC 8461 8.2)."""

    @property
    def recorded(self) -> RecordedZone | None:
        """As the state knows it; None where it is not known which zone it is."""
        if isinstance(self.id, pulumi.Output):
            return None
        return RecordedZone(self.module.RECORD_TYPE, str(self.id))


def module_of(record_type: str) -> ZoneModule:
    """The module of the zones that have records of this type, imported only here."""
    if record_type == CLOUDFLARE:
        from mta_sts.zones import cloudflare

        return cloudflare
    from mta_sts.zones import route53

    return route53


def zone_of(zone: Zone | External) -> tuple[ZoneModule, pulumi.Input[str]]:
    """The module for this zone, and the zone's id; of a zone that others keep, those of the zone of
    ours in which the domain is announced."""
    if external := zone.get("external"):
        return zone_of(cast(External, external))
    if "cloudflare" in zone:
        return module_of(CLOUDFLARE), zone["cloudflare"]
    return module_of(ROUTE53), zone["route53"]


def look_up(zone: Mapping[str, Any], domain: str) -> Zone:
    """The zone, its id looked up by the name of the domain where it is left out."""
    ((kind, given),) = zone.items()
    if kind == "external":
        return Zone(external=given)
    module = module_of(CLOUDFLARE if kind == "cloudflare" else ROUTE53)
    zone_id = given or module.look_up(domain)
    return Zone(cloudflare=zone_id) if kind == "cloudflare" else Zone(route53=zone_id)
