"""`cloudflare.WorkersScript`: a Worker's modules and what they are bound to."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any, ClassVar

from sandbox.plugin.cloudflare import rules
from sandbox.plugin.cloudflare.clients import Cloudflare, Files
from sandbox.plugin.cloudflare.resource import CloudflareResource, among, cameled, snaked
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.rules import each, known
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

CONTENT_TYPES = (
    "application/javascript+module", "application/javascript", "text/javascript+module",
    "text/javascript", "text/x-python",
)  # fmt: skip
USAGE_MODELS = ("standard", "bundled", "unbound")
BINDINGS = (
    "ai", "ai_search", "ai_search_namespace", "analytics_engine", "assets", "browser", "d1",
    "data_blob", "dispatch_namespace", "durable_object_namespace", "hyperdrive", "inherit",
    "images", "json", "kv_namespace", "media", "mtls_certificate", "plain_text", "pipelines",
    "queue", "ratelimit", "r2_bucket", "secret_text", "send_email", "service", "tail_consumer",
    "text_blob", "vectorize", "version_metadata", "secrets_store_secret", "secret_key", "workflow",
    "wasm_module", "vpc_service", "vpc_network",
)  # fmt: skip
METADATA = (
    "bindings", "bodyPart", "compatibilityDate", "compatibilityFlags", "keepBindings", "logpush",
    "mainModule", "usageModel",
)  # fmt: skip
SETTINGS = ("compatibilityDate", "compatibilityFlags", "logpush", "usageModel")


class WorkersScript(CloudflareResource):
    source = "workers_script:WorkersScript"
    imported = (("account_id", "accountId"), ("script_name", "scriptName"))
    replaced_by = frozenset({"accountId", "scriptName"})
    sets = frozenset({"compatibilityFlags", "keepBindings"})
    keeps = frozenset({"bindings", "compatibilityFlags"})
    defaults: ClassVar = {"logpush": False, "usageModel": "standard"}
    computed = frozenset(
        {
            "createdOn", "etag", "handlers", "hasAssets", "hasModules", "lastDeployedFrom",
            "migrationTag", "modifiedOn", "namedHandlers", "placementMode", "placementStatus",
            "startupTimeMs",
        }
    )  # fmt: skip
    volatile = computed - {"createdOn"}
    secret = frozenset({"bindings.text", "bindings.keyBase64", "bindings.keyJwk"})
    unsupported = frozenset(
        {
            "annotations", "assets", "bindingsInherit", "cacheOptions", "exports", "force",
            "keepAssets", "limits", "migrations", "observability", "packageDependencies",
            "placement", "tailConsumers",
        }
    )  # fmt: skip

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.at_least_one(inputs, "content", "contentFile", "assets")
        yield from rules.conflicts(inputs, "content", "contentFile")
        yield from rules.requires(inputs, "contentFile", "contentSha256")
        yield from _hash_fits(inputs)
        yield from rules.one_of(inputs, ("contentType",), CONTENT_TYPES)
        yield from rules.one_of(inputs, ("usageModel",), USAGE_MODELS)
        for binding in each(inputs, "bindings"):
            yield from rules.one_of(inputs, (*binding, "type"), BINDINGS)

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        path = ("accounts", inputs["accountId"], "workers", "scripts", inputs["scriptName"])
        answer = op.api.send("put", *path, files=_upload(inputs))
        state = {**among(answer.json()["result"], self.computed), **inputs}
        return Made(inputs["scriptName"], state)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        account, name = state["accountId"], state["scriptName"]
        service = op.api.call("get", "accounts", account, "workers", "services", name)
        path = ("accounts", account, "workers", "scripts", name)
        settings = op.api.call("get", *path, "settings")
        parts = _parts(op.api.send("get", *path, "content", "v2"))
        found = {
            **state,
            **among(service["default_environment"]["script"], self.computed | {*SETTINGS}),
            **among(settings, SETTINGS),
            **_refreshed(state, parts),
        }
        bindings = _bindings(settings.get("bindings") or [], state.get("bindings", []))
        found.pop("bindings", None)
        return Made(name, {**found, "bindings": bindings} if bindings else found)

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        kept = {key: old[key] for key in self.keeps if key in old}
        made = self.create(op, {**kept, **inputs})
        return Made(made.identifier, {"createdOn": old.get("createdOn"), **made.state})

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        path = ("accounts", state["accountId"], "workers", "scripts", state["scriptName"])
        op.api.call("delete", *path)


def _hash_fits(inputs: Props) -> Iterator[Problem]:
    given, file = known(inputs, ("contentSha256",)), known(inputs, ("contentFile",))
    content = known(inputs, ("content",)) or (_file(file).decode() if file else None)
    if given is None or content is None:
        return
    actual = hashlib.sha256(content.encode()).hexdigest()
    if given != actual:
        source = f"content_file ({file})" if file else "content"
        yield Problem(
            ("contentSha256",),
            f"SHA-256 Hash Mismatch. The provided SHA-256 hash '{given}' does not match the actual"
            f" hash '{actual}' of {source}",
        )


def _file(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as failure:
        raise Refused(
            f"failed to read file: could not read file {path}: {failure.strerror}"
        ) from None


def _upload(inputs: Props) -> Files:
    """The parts of the upload: the main one, the other modules, the metadata."""
    main = inputs.get("mainModule")
    kind = "application/javascript+module" if main else "application/javascript"
    name = main or "script"
    metadata = {key: inputs[key] for key in METADATA if key in inputs}
    if not main:
        metadata["bodyPart"] = name
    given = inputs.get("contentFile")
    content = _file(given) if given else inputs["content"].encode()
    files: Files = [(name, (name, content, inputs.get("contentType", kind)))]
    for part, file in inputs.get("files", {}).items():
        body = (
            _file(file["contentFile"])
            if "contentFile" in file
            else base64.b64decode(file.get("contentBase64", ""))
        )
        files.append((part, (part, body, file["contentType"])))
    text = json.dumps(snaked(metadata)).encode()
    return [*files, ("metadata", (None, text, "application/json"))]


def _parts(answer: Any) -> dict[str, bytes]:
    """Name -> content of the modules, the main one first."""
    kind = answer.headers.get("Content-Type", "")
    if not kind.startswith("multipart/"):
        return {"": answer.content}
    whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + answer.content)
    parts: dict[str, bytes] = {}
    for part in whole.walk():
        if not part.is_multipart():
            name = part.get_param("name", "", "content-disposition")
            parts[str(name)] = part.get_payload(decode=True)  # type: ignore[assignment]
    return parts


def _refreshed(state: Props, parts: dict[str, bytes]) -> Props:
    """The content as it is; of what comes from files, its hash."""
    content = next(iter(parts.values()), b"")
    found: Props = {}
    if "contentFile" not in state:
        found["content"] = content.decode()
    if "contentSha256" in state:
        found["contentSha256"] = hashlib.sha256(content).hexdigest()
    if "files" in state:
        found["files"] = {
            name: {**file, "contentSha256": hashlib.sha256(parts[name]).hexdigest()}
            if "contentSha256" in file and name in parts
            else file
            for name, file in state["files"].items()
        }
    return found


def _bindings(found: list[Any], known_ones: list[Any]) -> list[Any]:
    """Like the real provider: those it made stay as it made them, changed since or not; only new
    ones, and secrets that are gone, are noticed."""
    there = {(binding["type"], binding["name"]) for binding in found}
    mine = {(binding["type"], binding["name"]) for binding in known_ones}
    return [
        *(b for b in known_ones if b["type"] != "secret_text" or (b["type"], b["name"]) in there),
        *(
            cameled(b)
            for b in found
            if b["type"] != "secret_text" and (b["type"], b["name"]) not in mine
        ),
    ]
