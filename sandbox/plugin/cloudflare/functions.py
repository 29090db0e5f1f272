"""The functions a program can call, as `cloudflare.get_zone`."""

from collections.abc import Callable
from typing import Any

from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.resource import among
from sandbox.plugin.errors import Refused
from sandbox.plugin.wire import Props

ZONE = (
    "account", "activatedOn", "cnameSuffix", "createdOn", "developmentMode", "meta", "modifiedOn",
    "name", "nameServers", "originalDnshost", "originalNameServers", "originalRegistrar", "owner",
    "paused", "permissions", "plan", "status", "tenant", "tenantUnit", "type", "vanityNameServers",
    "verificationKey",
)  # fmt: skip


def get_zone(api: Cloudflare, args: Props) -> Props:
    given = [key for key in ("zoneId", "filter") if key in args]
    if len(given) != 1:
        summary = "Invalid Attribute Combination" if given else "Missing Attribute Configuration"
        raise Refused(
            f"{summary}: Exactly one of these attributes must be configured: [zone_id,filter]"
        )
    zone = args["zoneId"] if "zoneId" in args else _only(api, args["filter"])
    if not zone:
        raise Refused(
            "Invalid zone configuration: empty or null zone ID: zone_id resolved to an empty or"
            " null value."
        )
    found: dict[str, Any] = api.call("get", "zones", zone)
    return {**among(found, ZONE), **args, "id": zone, "zoneId": zone}


def _only(api: Cloudflare, wanted: Props) -> str:
    """The id of the one zone that fits; like the real provider it looks at one page only."""
    query: dict[str, str] = {}
    for key, value in wanted.items():
        if key == "account":
            query |= {f"account.{part}": name for part, name in value.items()}
        elif key == "types":
            query["type"] = ",".join(value)
        else:
            query[key] = value
    found = api.call("get", "zones", query=query)
    if len(found) != 1:
        raise Refused(f"failed to find exactly one result: {len(found)} found")
    return str(found[0]["id"])


FUNCTIONS: dict[str, Callable[[Cloudflare, Props], Props]] = {
    "cloudflare:index/getZone:getZone": get_zone,
}
