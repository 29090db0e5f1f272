"""The resource types of the Cloudflare provider that are made here, and the function that is asked.

Its Python package gives the plugin's version and is not imported, because that takes seconds of
every preview: docs/internals.md has the figures. The plugin checks what it is given.
"""

from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import left_behind
from mta_sts.by_type import Typed, version_of

PACKAGE = "cloudflare"
DISTRIBUTION = "pulumi-cloudflare"
NEEDED_FOR = "zones and hosts on Cloudflare"
COMPATIBILITY_DATE = "2026-11-01"
"""Of the Workers runtime."""
GET_ZONE = "cloudflare:index/getZone:getZone"


class ZoneNotFoundError(pulumi.RunError):
    """There is no such zone, or it cannot be read. The caller names the zone by its id."""


class _Resource(Typed):
    """A resource that nothing can take over, where it is there already."""

    DISTRIBUTION = DISTRIBUTION
    NEEDED_FOR = NEEDED_FOR

    def __init__(self, resource: str, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        own = pulumi.ResourceOptions(hooks=left_behind.named())
        super().__init__(resource, pulumi.ResourceOptions.merge(own, opts), **inputs)


def _version() -> str:
    return version_of(DISTRIBUTION, NEEDED_FOR)


class DnsRecord(_Resource):
    """A record, the text of a TXT record in double quotes."""

    TYPE = "cloudflare:index/dnsRecord:DnsRecord"
    content: pulumi.Output[str]


class R2Bucket(_Resource):
    """A bucket of an account. Its name is not made unique by itself."""

    TYPE = "cloudflare:index/r2Bucket:R2Bucket"
    name: pulumi.Output[str]


class R2BucketLifecycle(_Resource):
    """The rules by which a bucket deletes objects. Deleting it leaves them in force."""

    TYPE = "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle"


class R2CustomDomain(_Resource):
    """A name under which a bucket is served. It makes its own DNS record and certificate."""

    TYPE = "cloudflare:index/r2CustomDomain:R2CustomDomain"


class WorkersScript(_Resource):
    """A Worker."""

    TYPE = "cloudflare:index/workersScript:WorkersScript"


class WorkersCustomDomain(_Resource):
    """A name that a Worker answers. It makes its own DNS record and certificate."""

    TYPE = "cloudflare:index/workersCustomDomain:WorkersCustomDomain"
    hostname: pulumi.Output[str]


class WorkersRoute(_Resource):
    """A pattern of URLs that a Worker answers, under a proxied record."""

    TYPE = "cloudflare:index/workersRoute:WorkersRoute"


async def zone(zone_id: str, opts: pulumi.InvokeOptions) -> dict[str, Any]:
    """What the provider knows of a zone: `name`, `nameServers` and more.

    Raises:
        ZoneNotFoundError: it cannot be read.
    """
    asked = pulumi.runtime.invoke_output(
        GET_ZONE,
        {"zoneId": zone_id},
        pulumi.InvokeOutputOptions(parent=opts.parent, provider=opts.provider, version=_version()),
    )
    try:
        found = await asked.future()
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise _unread(zone_id, error) from None
    return dict(found or {})


def zone_at_once(zone_id: str, opts: pulumi.InvokeOptions) -> dict[str, Any]:
    """The same, while the program stands still.

    Raises:
        ZoneNotFoundError: it cannot be read.
    """
    options = pulumi.InvokeOptions(opts.parent, opts.provider, version=_version())
    try:
        return dict(pulumi.runtime.invoke(GET_ZONE, {"zoneId": zone_id}, options).value)
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise _unread(zone_id, error) from None


def _unread(zone_id: str, error: Exception) -> ZoneNotFoundError:
    return ZoneNotFoundError(
        f"zone: cloudflare: {zone_id} is not a zone that can be read: {error}. Give the id of the "
        "domain's zone, and a token that may read it"
    )


def zone_named(name: str, asked: str, instead: str) -> str:
    """The id of the zone of this name.

    Args:
        asked: what in the configuration looks it up.
        instead: what to do where it is not found.

    Raises:
        ZoneNotFoundError: there is none, or more than one, or the account could not be asked.
    """
    options = pulumi.InvokeOptions(version=_version())
    try:
        call = pulumi.runtime.invoke(GET_ZONE, {"filter": {"name": name}}, options)
    except Exception as error:  # noqa: BLE001 -- what pulumi raises for a failed call has no type
        raise ZoneNotFoundError(f"{asked} looks up the zone {name}: {error}. {instead}") from None
    return str(call.value["id"])
