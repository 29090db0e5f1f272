"""Records in a hosted zone of Amazon Route 53."""

import pulumi
import pulumi_aws

from mta_sts import aws
from mta_sts.limits import RECORD_TTL
from mta_sts.zones.recorded import ROUTE53

RECORD_TYPE = ROUTE53
PACKAGE = "aws"
TAKES_OVER = True
NAMES_ARE_EXCLUSIVE = False
CHANGES_TYPES = True
IDENTITY = ["name", "type", "records"]


class ZoneNotFoundError(pulumi.RunError):
    """No single public hosted zone has the domain's name. The caller names the zone by its id."""


def record(
    resource: str,
    zone_id: pulumi.Input[str],
    name: pulumi.Input[str],
    kind: pulumi.Input[str],
    value: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    proxied: bool = False,
) -> aws.Record:
    """Make the DNS record `name`, of type `kind` (CNAME, TXT), with one value.

    A record that is already there is taken over: whoever calls has made sure that it is ours.

    Args:
        proxied: never, here.
    """
    return aws.Record(
        resource,
        opts,
        zoneId=zone_id,
        name=name,
        type=kind,
        ttl=RECORD_TTL,
        records=[value],
        allowOverwrite=True,
    )


def import_id(zone_id: str, name: str, kind: str) -> str:
    """By what `pulumi import` knows the record `name` of type `kind`."""
    return f"{zone_id}_{name}_{kind}"


async def name_servers(zone_id: str, opts: pulumi.InvokeOptions) -> tuple[str, ...] | None:
    """The zone's name servers; None where they are not known."""
    zone = pulumi_aws.route53.get_zone_output(zone_id=zone_id, opts=opts)
    try:
        servers = await zone.name_servers.future()
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise _unread(zone_id, error, "the domain's public hosted zone") from None
    return tuple(servers) if servers else None


async def name(zone_id: str, opts: pulumi.InvokeOptions) -> str | None:
    """The zone's own name; None where it is not known."""
    return await pulumi_aws.route53.get_zone_output(zone_id=zone_id, opts=opts).name.future()


def name_at_once(zone_id: str, opts: pulumi.InvokeOptions) -> str:
    """The zone's own name, while the program stands still.

    Raises:
        ZoneNotFoundError: it cannot be read.
    """
    try:
        return pulumi_aws.route53.get_zone(zone_id=zone_id, opts=opts).name
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise _unread(zone_id, error, "a public hosted zone of yours") from None


def _unread(zone_id: str, error: Exception, instead: str) -> ZoneNotFoundError:
    return ZoneNotFoundError(
        f"zone: route53: {zone_id} is not a hosted zone that can be read: {error}. Give the id of "
        f"{instead}"
    )


def value(resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """The one value that a record has once it is made."""
    records: pulumi.Output[list[str]] = resource.records  # type: ignore[attr-defined]
    return records.apply(lambda values: values[0])


def look_up(domain: str) -> str:
    """The id of the one public hosted zone named `domain`.

    Raises:
        ZoneNotFoundError: there is none, or more than one, or the account could not be asked.
    """
    try:
        return pulumi_aws.route53.get_zone(name=domain, private_zone=False).zone_id
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise ZoneNotFoundError(
            f"{domain}: zone: route53 looks up the one public hosted zone of this name: {error}. "
            "Name it by its id instead: zone: {route53: Z0123456789ABC}"
        ) from None
