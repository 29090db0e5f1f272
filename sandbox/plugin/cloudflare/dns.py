"""`cloudflare.DnsRecord`."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin.cloudflare import rules
from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.resource import CloudflareResource, among, snaked
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import UNKNOWN, Props

TYPES = (
    "A", "AAAA", "CNAME", "MX", "NS", "OPENPGPKEY", "PTR", "TXT", "CAA", "CERT", "DNSKEY", "DS",
    "HTTPS", "LOC", "NAPTR", "SMIMEA", "SRV", "SSHFP", "SVCB", "TLSA", "URI",
)  # fmt: skip
INPUTS = (
    "comment", "content", "data", "name", "priority", "privateRouting", "proxied", "settings",
    "tags", "ttl", "type",
)  # fmt: skip
STAMPS = {"comment": "commentModifiedOn", "tags": "tagsModifiedOn"}
NO_SETTINGS = {"flattenCname": False, "ipv4Only": False, "ipv6Only": False}


class DnsRecord(CloudflareResource):
    source = "dns_record:DnsRecord"
    imported = (("zone_id", "zoneId"), ("dns_record_id", "id"))
    replaced_by = frozenset({"type", "zoneId"})
    sets = frozenset({"tags"})
    keeps = frozenset({"settings", "tags", *(f"settings.{key}" for key in NO_SETTINGS)})
    defaults: ClassVar = {"proxied": False}
    computed = frozenset(
        {
            "commentModifiedOn", "content", "createdOn", "meta", "modifiedOn", "proxiable",
            "settings", "tags", "tagsModifiedOn",
        }
    )  # fmt: skip
    volatile = frozenset({"commentModifiedOn", "modifiedOn", "tagsModifiedOn"})

    unsupported = frozenset({"includeShadowMetadata"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.one_of(inputs, ("type",), TYPES)
        yield from rules.conflicts(inputs, "content", "data")
        yield from rules.between(inputs, ("priority",), 0, 65535)

    def normal(self, inputs: Props) -> Props:
        content = inputs.get("content")
        if "data" in inputs:  # what the content then is, the API tells
            return {key: value for key, value in inputs.items() if key != "content"}
        if inputs.get("type") == "CNAME" and isinstance(content, str) and content != UNKNOWN:
            return {**inputs, "content": content.lower()}
        return inputs

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        return frozenset({"modifiedOn", *(STAMPS[key] for key in keys & STAMPS.keys())})

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        if inputs["proxied"] and inputs["ttl"] != 1:
            raise Refused(
                "ttl must be set to 1 when `proxied` is true: When a DNS record is marked as"
                " `proxied` the TTL must be 1 as Cloudflare will control the TTL internally."
            )
        found = op.api.call("post", "zones", inputs["zoneId"], "dns_records", body=_body(inputs))
        return self._made(found, inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        found = op.api.call("get", "zones", state["zoneId"], "dns_records", identifier)
        name = _name(state.get("name", ""), found["name"])
        return self._made({**found, "name": name}, {"zoneId": state["zoneId"]})

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        kept: Props = {key: old[key] for key in ("settings", "tags") if key in old}
        body = _body({**kept, **inputs})
        zone = inputs["zoneId"]
        found = op.api.call("put", "zones", zone, "dns_records", identifier, body=body)
        return self._made(found, inputs)

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        op.api.call("delete", "zones", state["zoneId"], "dns_records", identifier)

    def _made(self, found: Any, inputs: Props) -> Made:
        """With the inputs as given, not as the API spells them: that only a refresh sees."""
        state = {**among(found, self.computed | {*INPUTS}), **inputs}
        if found.get("meta"):
            state["meta"] = json.dumps(found["meta"])
        if state["type"] == "CNAME":
            state["settings"] = NO_SETTINGS | state.get("settings", {})
        return Made(found["id"], state)


def _body(inputs: Props) -> Props:
    return {key: value for key, value in snaked(inputs).items() if key != "zone_id"}


def _name(given: str, found: str) -> str:
    """The name as given, where that is short for what the API says."""
    plain = given.removesuffix(".")
    return given if plain == found or given == "@" or found.startswith(f"{plain}.") else found
