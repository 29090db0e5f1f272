"""Inputs that the real Cloudflare provider refuses, and which changes replace."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.plugin.cloudflare import CLOUDFLARE
from tests.sandbox.plugin_call import UNKNOWN, Plugin, refused, served

RECORD = {"zoneId": "z", "name": "a.example.com", "type": "TXT", "ttl": 60, "content": '"x"'}
BUCKET = {"accountId": "a", "name": "b"}
DOMAIN = {
    "accountId": "a",
    "bucketName": "b",
    "domain": "a.example.com",
    "enabled": True,
    "zoneId": "z",
}
SCRIPT = {"accountId": "a", "scriptName": "s", "content": "export default {}", "mainModule": "m.js"}
HOST = {"accountId": "a", "hostname": "a.example.com", "service": "s", "zoneId": "z"}
ROUTE = {"zoneId": "z", "pattern": "a.example.com/*", "script": "s"}
BINDING = {"type": "r2_bucket", "name": "POLICIES", "bucketName": "b"}


@pytest.fixture(scope="module")
def plugin() -> Iterator[Plugin]:
    with served(CLOUDFLARE, baseUrl="http://127.0.0.1:1", apiToken="t") as one:
        yield one


def without(props: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in props.items() if key not in keys}


def at(path: str) -> str:
    return f". Examine values at 'it.{path}'."


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("DnsRecord", RECORD),
        ("DnsRecord", {**RECORD, "type": UNKNOWN, "content": UNKNOWN, "ttl": UNKNOWN}),
        ("DnsRecord", {**RECORD, "ttl": 7}),  # the API has its say
        ("DnsRecord", {**RECORD, "type": "MX", "priority": 0}),
        ("DnsRecord", {**without(RECORD, "content"), "type": "CAA", "data": {"tag": "issue"}}),
        ("R2Bucket", BUCKET),
        ("R2Bucket", {**BUCKET, "location": "WEUR"}),
        ("R2CustomDomain", {**DOMAIN, "minTls": "1.2"}),
        ("WorkersScript", SCRIPT),
        ("WorkersScript", {**SCRIPT, "content": UNKNOWN, "bindings": [BINDING, UNKNOWN]}),
        ("WorkersScript", {**SCRIPT, "contentSha256": UNKNOWN}),
        ("WorkersScript", {**SCRIPT, "files": {"p.json": {"contentType": "application/json"}}}),
        ("WorkersCustomDomain", HOST),
        ("WorkersRoute", without(ROUTE, "script")),
    ],
)
def test_accepted(plugin: Plugin, kind: str, inputs: dict[str, Any]) -> None:
    assert plugin.check(kind, inputs)[1] == []


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        # types
        ("DnsRecord", without(RECORD, "ttl"), "Missing required property 'ttl'"),
        ("DnsRecord", {**RECORD, "ttl": "x"}, 'expected number type, got "x" of type string'),
        ("DnsRecord", {**RECORD, "value": "x"}, "Invalid or unknown key" + at("value")),
        ("R2CustomDomain", without(DOMAIN, "enabled"), "Missing required property 'enabled'"),
        ("WorkersScript", {**SCRIPT, "bindings": [{"type": "ai"}]}, "property 'bindings[0].name'"),
        ("WorkersCustomDomain", without(HOST, "service"), "Missing required property 'service'"),
        ("WorkersRoute", {**ROUTE, "scriptName": "s"}, "Invalid or unknown key" + at("scriptName")),
        # choices
        (
            "DnsRecord",
            {**RECORD, "type": "TXTT"},
            'Invalid Attribute Value Match. Attribute type value must be one of: ["\\"A\\"" ',
        ),
        ("DnsRecord", {**RECORD, "type": "TXTT"}, 'got: "TXTT"' + at("type")),
        (
            "R2CustomDomain",
            {**DOMAIN, "minTls": "1.4"},
            'Attribute min_tls value must be one of: ["\\"1.0\\"" "\\"1.1\\""'
            ' "\\"1.2\\"" "\\"1.3\\""], got: "1.4"' + at("minTls"),
        ),
        ("R2Bucket", {**BUCKET, "location": "moon"}, 'got: "moon"' + at("location")),
        ("R2Bucket", {**BUCKET, "storageClass": "Cold"}, "Attribute storage_class value must be"),
        (
            "WorkersScript",
            {**SCRIPT, "bindings": [{**BINDING, "type": "r2"}]},
            'got: "r2"' + at("bindings[0].type"),
        ),
        ("WorkersScript", {**SCRIPT, "usageModel": "free"}, at("usageModel")),
        # ranges and combinations
        ("DnsRecord", {**RECORD, "priority": 65536}, "between 0.000000 and 65535.000000, got: "),
        (
            "DnsRecord",
            {**RECORD, "data": {"tag": "issue"}},
            'Attribute "data" cannot be specified when "content" is specified' + at("content"),
        ),
        (
            "WorkersScript",
            without(SCRIPT, "content"),
            "Missing Attribute Configuration: At least one of these attributes must be configured:"
            " [content,content_file,assets]",
        ),
        (
            "WorkersScript",
            {**without(SCRIPT, "content"), "contentFile": UNKNOWN},
            'Attribute "content_sha256" must be specified when "content_file" is specified',
        ),
        ("WorkersScript", {**SCRIPT, "contentSha256": "0"}, "SHA-256 Hash Mismatch. The provided"),
        # what only the stand-in does not do
        (
            "WorkersScript",
            {**SCRIPT, "limits": {"cpuMs": 10}},
            "limits is not supported by the sandbox's cloudflare provider",
        ),
    ],
)
def test_refused(plugin: Plugin, kind: str, inputs: dict[str, Any], words: str) -> None:
    assert words in " | ".join(plugin.check(kind, inputs)[1])


def test_a_file_and_its_hash(plugin: Plugin, tmp_path: Path) -> None:
    file = tmp_path / "worker.js"
    inputs = {**without(SCRIPT, "content"), "contentFile": str(file), "contentSha256": "0"}
    words = refused(plugin.check, "WorkersScript", inputs)
    assert words == f"failed to read file: could not read file {file}: No such file or directory"
    file.write_text("export default {}")
    wrong = plugin.check("WorkersScript", inputs)[1]
    assert f"of content_file ({file})" in wrong[0]
    inputs["contentSha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
    assert plugin.check("WorkersScript", inputs)[1] == []


def test_configuration(plugin: Plugin) -> None:
    assert plugin.check_config({"baseUrl": "http://127.0.0.1:1", "apiToken": "t"}) == []
    (wrong,) = plugin.check_config({"token": "t"})
    assert wrong.startswith("`cloudflare:token` is not a valid configuration key")


@pytest.mark.parametrize(
    ("kind", "old", "new", "replaces"),
    [
        ("DnsRecord", RECORD, {**RECORD, "content": '"y"', "ttl": 1, "name": "b"}, []),
        ("DnsRecord", RECORD, {**RECORD, "type": "CNAME", "content": "a."}, ["type"]),
        ("DnsRecord", RECORD, {**RECORD, "zoneId": "y"}, ["zoneId"]),
        ("R2Bucket", BUCKET, {**BUCKET, "name": "c"}, ["name"]),
        ("R2Bucket", BUCKET, {**BUCKET, "storageClass": "InfrequentAccess"}, []),
        ("R2CustomDomain", DOMAIN, {**DOMAIN, "enabled": False, "minTls": "1.2"}, []),
        ("R2CustomDomain", DOMAIN, {**DOMAIN, "bucketName": "c"}, ["bucketName"]),
        ("R2CustomDomain", DOMAIN, {**DOMAIN, "domain": "b.example.com"}, ["domain"]),
        ("R2CustomDomain", DOMAIN, {**DOMAIN, "zoneId": "y"}, ["zoneId"]),
        ("WorkersScript", SCRIPT, {**SCRIPT, "content": "x", "mainModule": "n.js"}, []),
        ("WorkersScript", SCRIPT, {**SCRIPT, "bindings": [BINDING]}, []),
        ("WorkersScript", SCRIPT, {**SCRIPT, "scriptName": "t"}, ["scriptName"]),
        ("WorkersCustomDomain", HOST, {**HOST, "service": "t"}, ["service"]),
        ("WorkersCustomDomain", HOST, {**HOST, "zoneId": "y"}, ["zoneId"]),
        ("WorkersRoute", ROUTE, {**ROUTE, "pattern": "b/*", "script": "t"}, []),
        ("WorkersRoute", ROUTE, {**ROUTE, "zoneId": "y"}, ["zoneId"]),
    ],
)
def test_what_replaces(
    plugin: Plugin, kind: str, old: dict[str, Any], new: dict[str, Any], replaces: list[str]
) -> None:
    diff = plugin.diff(kind, old, new)
    assert diff.changes == diff.DIFF_SOME
    assert list(diff.replaces) == replaces
    assert not diff.deleteBeforeReplace


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("DnsRecord", RECORD, {**RECORD, "proxied": False}),
        (
            "DnsRecord",
            {**RECORD, "type": "CNAME", "content": "A.example.com"},
            {**RECORD, "type": "CNAME", "content": "a.example.com"},
        ),
        ("R2Bucket", {**BUCKET, "location": "weur"}, {**BUCKET, "location": "apac"}),
        ("R2Bucket", BUCKET, {**BUCKET, "jurisdiction": "default"}),
        ("WorkersScript", {**SCRIPT, "bindings": [BINDING]}, SCRIPT),
        ("WorkersCustomDomain", HOST, without(HOST, "zoneId")),
    ],
)
def test_what_changes_nothing(
    plugin: Plugin, kind: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    diff = plugin.diff(kind, old, new)
    assert diff.changes == diff.DIFF_NONE
