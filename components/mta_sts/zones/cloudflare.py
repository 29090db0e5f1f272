"""Records in a zone of Cloudflare."""

import pulumi

from mta_sts import cloudflare
from mta_sts.limits import RECORD_TTL
from mta_sts.zones.recorded import CLOUDFLARE, quoted, unquoted

RECORD_TYPE = CLOUDFLARE
PACKAGE = cloudflare.PACKAGE
IDENTITY = ["name", "type", "content"]
TAKES_OVER = False
NAMES_ARE_EXCLUSIVE = True
CHANGES_TYPES = False
COMMENT = "MTA-STS"
PROXIED_TTL = 1
"""Cloudflare's word for a TTL of its own choice, the only one that a proxied record may have."""


def record(
    resource: str,
    zone_id: pulumi.Input[str],
    name: pulumi.Input[str],
    kind: pulumi.Input[str],
    value: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
    *,
    proxied: bool = False,
) -> cloudflare.DnsRecord:
    """Make the DNS record `name`, of type `kind` (CNAME, TXT), with one value.

    Args:
        proxied: whether Cloudflare answers in place of what the record points to.
    """
    content = pulumi.Output.all(kind, value).apply(
        # The provider gives a TXT record back as it is kept, which is in quotes.
        lambda known: quoted(known[1]) if known[0] == "TXT" else known[1].rstrip(".")
    )
    return cloudflare.DnsRecord(
        resource,
        opts,
        zoneId=zone_id,
        name=name,
        type=kind,
        content=content,
        ttl=PROXIED_TTL if proxied else RECORD_TTL,
        proxied=proxied,
        comment=COMMENT,
    )


def import_id(zone_id: str, name: str, kind: str) -> str:
    """By what `pulumi import` knows a record: an id that Cloudflare's API gives."""
    return f"'{zone_id}/<id of the record>'"


async def name_servers(zone_id: str, opts: pulumi.InvokeOptions) -> tuple[str, ...] | None:
    """The zone's name servers; None where they are not known."""
    servers = (await cloudflare.zone(zone_id, opts)).get("nameServers")
    return tuple(servers) if servers else None


async def name(zone_id: str, opts: pulumi.InvokeOptions) -> str | None:
    """The zone's own name; None where it is not known."""
    return (await cloudflare.zone(zone_id, opts)).get("name")


def name_at_once(zone_id: str, opts: pulumi.InvokeOptions) -> str:
    """The zone's own name, while the program stands still.

    Raises:
        ZoneNotFoundError: it cannot be read.
    """
    return str(cloudflare.zone_at_once(zone_id, opts)["name"])


def value(resource: pulumi.CustomResource) -> pulumi.Output[str]:
    """The one value that a record has once it is made."""
    content: pulumi.Output[str] = resource.content  # type: ignore[attr-defined]
    return content.apply(unquoted)


def look_up(domain: str) -> str:
    """The id of the one zone named `domain`.

    Raises:
        ZoneNotFoundError: there is none, or more than one, or the account could not be asked.
    """
    instead = "Name it by its id instead: zone: {cloudflare: 023e105f4ecef8ad9ca31a8372d0c353}"
    return cloudflare.zone_named(domain, f"{domain}: zone: cloudflare", instead)
