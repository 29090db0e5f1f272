"""`cloudflare.WorkersCustomDomain` and `cloudflare.WorkersRoute`."""

from typing import Any

from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.resource import CloudflareResource, among, snaked
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.wire import Props


class WorkersCustomDomain(CloudflareResource):
    source = "workers_custom_domain:WorkersCustomDomain"
    imported = (("account_id", "accountId"), ("domain_id", "id"))
    replaced_by = frozenset(
        {"accountId", "environment", "hostname", "service", "zoneId", "zoneName"}
    )
    keeps = frozenset({"environment", "zoneId", "zoneName"})
    computed = frozenset({"certId", "environment", "zoneId", "zoneName"})

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        body = snaked({key: value for key, value in inputs.items() if key != "accountId"})
        found = op.api.call("put", "accounts", inputs["accountId"], "workers", "domains", body=body)
        return self._made(found, inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        account = state["accountId"]
        found = op.api.call("get", "accounts", account, "workers", "domains", identifier)
        return self._made(found, {"accountId": account})

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        return Made(identifier, {**old, **inputs})  # the real provider's does nothing

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        op.api.call("delete", "accounts", state["accountId"], "workers", "domains", identifier)

    def _made(self, found: Any, inputs: Props) -> Made:
        keys = self.computed | {"hostname", "service"}
        return Made(found["id"], {**among(found, keys), **inputs})


class WorkersRoute(CloudflareResource):
    source = "workers_route:WorkersRoute"
    imported = (("zone_id", "zoneId"), ("route_id", "id"))
    replaced_by = frozenset({"zoneId"})

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        zone = inputs["zoneId"]
        found = op.api.call("post", "zones", zone, "workers", "routes", body=_route(inputs))
        return Made(found["id"], inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        zone = state["zoneId"]
        found = op.api.call("get", "zones", zone, "workers", "routes", identifier)
        return Made(found["id"], {"zoneId": zone, **among(found, ("pattern", "script"))})

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        zone = inputs["zoneId"]
        body = _route(inputs)
        op.api.call("put", "zones", zone, "workers", "routes", identifier, body=body)
        return Made(identifier, inputs)

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        op.api.call("delete", "zones", state["zoneId"], "workers", "routes", identifier)


def _route(inputs: Props) -> Props:
    return {key: inputs[key] for key in ("pattern", "script") if key in inputs}
