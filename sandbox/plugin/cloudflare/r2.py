"""`cloudflare.R2Bucket` and `cloudflare.R2CustomDomain`."""

from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin.cloudflare import rules
from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.errors import status, words
from sandbox.plugin.cloudflare.resource import CloudflareResource
from sandbox.plugin.errors import PartlyDone
from sandbox.plugin.resource import Made, Operation, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

LOCATIONS = ("apac", "eeur", "enam", "weur", "wnam", "oc")
JURISDICTIONS = ("default", "eu", "fedramp", "us")
CLASSES = ("Standard", "InfrequentAccess")
TLS = ("1.0", "1.1", "1.2", "1.3")


def jurisdiction(props: Props) -> dict[str, str]:
    """The header that says it."""
    return {"cf-r2-jurisdiction": props.get("jurisdiction", "default")}


class R2Bucket(CloudflareResource):
    source = "r2_bucket:R2Bucket"
    imported = (
        ("account_id", "accountId"), ("bucket_name", "name"), ("jurisdiction", "jurisdiction"),
    )  # fmt: skip
    replaced_by = frozenset({"accountId", "name"})
    keeps = frozenset({"location"})
    defaults: ClassVar = {"jurisdiction": "default", "storageClass": "Standard"}
    computed = frozenset({"creationDate", "location"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.one_of(inputs, ("location",), LOCATIONS)
        yield from rules.one_of(inputs, ("jurisdiction",), JURISDICTIONS)
        yield from rules.one_of(inputs, ("storageClass",), CLASSES)

    def normal(self, inputs: Props) -> Props:
        return {key: value for key, value in inputs.items() if key != "location"}

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        body = {"name": inputs["name"], "storageClass": inputs["storageClass"]}
        if "location" in inputs:
            body["locationHint"] = inputs["location"]
        path = ("accounts", inputs["accountId"], "r2", "buckets")
        found = op.api.call("post", *path, body=body, headers=jurisdiction(inputs))
        return _bucket(found, {}, inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        account, name = state["accountId"], state["name"]
        headers = jurisdiction(state)
        found = op.api.call("get", "accounts", account, "r2", "buckets", name, headers=headers)
        given = {key: value for key, value in state.items() if key in ("accountId", "jurisdiction")}
        return _bucket(found, state, given)

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        account, name = inputs["accountId"], inputs["name"]
        headers = jurisdiction(inputs) | {"cf-r2-storage-class": inputs["storageClass"]}
        found = op.api.call("patch", "accounts", account, "r2", "buckets", name, headers=headers)
        return _bucket(found, old, inputs)

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        account, name = state["accountId"], state["name"]
        headers = jurisdiction(state)
        op.api.call("delete", "accounts", account, "r2", "buckets", name, headers=headers)


def _bucket(found: Any, old: Props, given: Props) -> Made:
    """As the API says, but as given where it was; as it was where the API says nothing."""
    says = {
        "creationDate": found.get("creation_date"),
        "location": found.get("location"),
        "name": found.get("name"),
        "storageClass": found.get("storage_class"),
    }
    state = {**old, **present(says), **given}
    return Made(state["name"], state)


class R2CustomDomain(CloudflareResource):
    """It is there at once, and pending for minutes: nobody waits."""

    source = "r2_custom_domain:R2CustomDomain"
    replaced_by = frozenset({"accountId", "bucketName", "domain", "zoneId"})
    defaults: ClassVar = {"jurisdiction": "default"}
    computed = frozenset({"status", "zoneName"})
    volatile = computed

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.one_of(inputs, ("jurisdiction",), JURISDICTIONS)
        yield from rules.one_of(inputs, ("minTls",), TLS)

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        headers = jurisdiction(inputs)
        op.api.call("post", *_domains(inputs), body=_settings(inputs), headers=headers)
        return self._made(op, inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        return _domain(self._get(op, state), state, {})

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        path = (*_domains(inputs), inputs["domain"])
        op.api.call("put", *path, body=_settings(inputs), headers=jurisdiction(inputs))
        return self._made(op, inputs)

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        path = (*_domains(state), state["domain"])
        op.api.call("delete", *path, headers=jurisdiction(state))

    def _made(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        """What was set, and what only another look tells: the status and the zone's name."""
        try:
            return _domain(self._get(op, inputs), {}, inputs)
        except Exception as failure:
            if not status(failure):
                raise
            raise PartlyDone(_id(inputs), inputs, inputs, words(failure) or "") from None

    def _get(self, op: Operation[Cloudflare], props: Props) -> Any:
        path = (*_domains(props), props["domain"])
        return op.api.call("get", *path, headers=jurisdiction(props))


def _domains(props: Props) -> tuple[str, ...]:
    account, bucket = props["accountId"], props["bucketName"]
    return ("accounts", account, "r2", "buckets", bucket, "domains", "custom")


def _settings(inputs: Props) -> Props:
    names = {
        "ciphers": "ciphers", "domain": "domain", "enabled": "enabled", "minTls": "minTLS",
        "zoneId": "zoneId",
    }  # fmt: skip
    return {name: inputs[key] for key, name in names.items() if key in inputs}


def _domain(found: Any, old: Props, given: Props) -> Made:
    says = {
        "ciphers": found.get("ciphers"),
        "domain": found.get("domain"),
        "enabled": found.get("enabled"),
        "minTls": found.get("minTLS"),
        "status": found.get("status"),
        "zoneId": found.get("zoneId"),
        "zoneName": found.get("zoneName"),
    }
    state = {**old, **present(says), **given}
    return Made(_id(state), state)


def _id(props: Props) -> str:
    """The engine's; the API has none. Not unique: every domain of a zone has the same."""
    return f"{props['accountId']}__{props['zoneId']}"
