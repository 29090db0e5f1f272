"""Where DNS records go. A zone knows nothing of policies."""

from collections.abc import Mapping
from typing import Any, Protocol

import pulumi

from mta_sts.arguments import Zone


class ZoneModule(Protocol):
    """What a module of this package provides."""

    RECORD_TYPE: str
    """The type token of the record's resource."""
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
    ) -> pulumi.CustomResource:
        """Make the DNS record `name`, of type `kind` (CNAME, TXT), with one value."""

    def value_of(self, properties: Mapping[str, Any]) -> str:
        """The one value in a record's inputs or recorded outputs, as `record` was given it."""

    async def name_servers(
        self, zone_id: str, opts: pulumi.InvokeOptions
    ) -> tuple[str, ...] | None:
        """The zone's name servers; None where they are not known."""

    def value(self, resource: pulumi.CustomResource) -> pulumi.Output[str]:
        """The one value that a record has once it is made."""


def zone_of(zone: Zone) -> tuple[ZoneModule, pulumi.Input[str]]:
    """The module for this zone, imported only here, and the zone's id."""
    from mta_sts.zones import route53

    return route53, zone["route53"]
