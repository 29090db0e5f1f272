"""The Cloudflare plugin against the cloud, without an engine: what it sends, sees and says."""

import base64
import hashlib
import time
from collections.abc import Iterator
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest

from sandbox.cloud import Cloud
from sandbox.cloudflare import r2_buckets
from sandbox.plugin.cloudflare import CLOUDFLARE
from sandbox.plugin.server import serve_in_process
from tests.sandbox.plugin_call import UNKNOWN, Plugin, partly_made, refused

ZONE = "cloudflare:index/getZone:getZone"
FAILED = "failed to make http request: "
WORKER = "import policies from './policies.json';\nexport default { fetch() {} };\n"


@pytest.fixture
def port(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    with serve_in_process(CLOUDFLARE) as number:
        yield number


@pytest.fixture
def plugin(port: int) -> Plugin:
    return Plugin(port)


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_cloudflare_zone("example.com")


@pytest.fixture
def account(cloud: Cloud) -> str:
    return cloud.cloudflare.account


def txt(zone: str, **others: Any) -> dict[str, Any]:
    name = "_mta-sts.example.com"
    return {
        "zoneId": zone, "name": name, "type": "TXT", "ttl": 60, "content": '"v=STSv1; id=1;"',
        **others,
    }  # fmt: skip


# Who is asked, and as whom


def test_a_zone(cloud: Cloud, plugin: Plugin, zone: str, account: str) -> None:
    by_name = plugin.invoke(ZONE, {"filter": {"name": "example.com", "match": "all"}})
    assert plugin.invoke(ZONE, {"zoneId": zone})["nameServers"] == by_name["nameServers"]
    assert (by_name["zoneId"], by_name["id"], by_name["name"]) == (zone, zone, "example.com")
    assert (by_name["account"]["id"], by_name["status"]) == (account, "active")

    nowhere = {"filter": {"name": "example.net", "match": "all"}}
    assert refused(plugin.invoke, ZONE, nowhere) == "failed to find exactly one result: 0 found"
    cloud.create_cloudflare_zone("example.net")
    several = {"filter": {"match": "all", "account": {"id": account}}}
    assert refused(plugin.invoke, ZONE, several) == "failed to find exactly one result: 2 found"
    assert "Missing Attribute Configuration" in refused(plugin.invoke, ZONE, {})
    both = {"zoneId": zone, **nowhere}
    assert "Invalid Attribute Combination" in refused(plugin.invoke, ZONE, both)


def test_a_wrong_token(cloud: Cloud, port: int, zone: str) -> None:
    words = refused(Plugin(port, apiToken="wrong").create, "DnsRecord", txt(zone))
    base = cloud.environment["CLOUDFLARE_BASE_URL"]
    assert words.startswith(f'{FAILED}POST "{base}/zones/{zone}/dns_records": 403 Forbidden {{')
    assert '"code": 10000, "message": "Authentication error"' in words


def test_no_token(port: int, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    words = refused(Plugin(port).create, "DnsRecord", txt(zone))
    assert "400 Bad Request" in words
    assert '"code": 9106' in words


def test_a_dead_endpoint(port: int) -> None:
    plugin = Plugin(port, baseUrl="http://127.0.0.1:1/client/v4")
    began = time.monotonic()
    words = refused(plugin.create, "DnsRecord", txt("z"))
    dead = f'{FAILED}Post "http://127.0.0.1:1/client/v4/zones/z/dns_records": '
    assert words == f"{dead}[Errno 111] Connection refused"
    assert time.monotonic() - began < 10


def test_a_rate_limit_is_waited_for(cloud: Cloud, plugin: Plugin, zone: str) -> None:
    fault = cloud.faults.add(
        service="cloudflare", operation="*", status=429, retry_after=1, times=2
    )
    began = time.monotonic()
    plugin.create("DnsRecord", txt(zone))
    assert fault.hits == 2
    assert time.monotonic() - began >= 2


def test_what_fails_for_good_is_said(cloud: Cloud, plugin: Plugin, zone: str) -> None:
    fault = cloud.faults.add(service="cloudflare", operation="*", status=503, times=None)
    words = refused(plugin.create, "DnsRecord", txt(zone))
    assert "503 Service Unavailable {" in words
    assert fault.hits == 3


# DNS records


def test_a_record_from_create_to_delete(cloud: Cloud, plugin: Plugin, zone: str) -> None:
    identifier, state = plugin.create("DnsRecord", txt(zone, comment="by us"))
    assert (state["proxied"], state["comment"]) == (False, "by us")
    assert {"createdOn", "modifiedOn", "proxiable"} <= state.keys()

    refreshed = plugin.refresh("DnsRecord", identifier, state, txt(zone, comment="by us"))
    assert refreshed is not None
    assert refreshed[1] == txt(zone, comment="by us", proxied=False)

    new = txt(zone, content='"v=STSv1; id=2;"', ttl=300)
    state = plugin.update("DnsRecord", identifier, state, new)
    outputs, inputs = plugin.read("DnsRecord", f"{zone}/{identifier}")
    assert inputs == new
    assert outputs["content"] == '"v=STSv1; id=2;"'

    cloud.log.clear()
    plugin.delete("DnsRecord", identifier, state)
    assert plugin.refresh("DnsRecord", identifier, state, new) is None
    assert "404 Not Found" in refused(plugin.delete, "DnsRecord", identifier, state)
    assert "404 Not Found" in refused(plugin.read, "DnsRecord", f"{zone}/{identifier}")
    words = refused(plugin.read, "DnsRecord", identifier)
    form = "<zone_id>/<dns_record_id>"
    assert words == f'invalid ID: expected urlencoded segments "{form}", got "{identifier}"'


def test_text_without_quotes_is_never_what_was_given(plugin: Plugin, zone: str) -> None:
    bare = txt(zone, content="v=STSv1; id=1;")
    identifier, state = plugin.create("DnsRecord", bare)
    assert state["content"] == "v=STSv1; id=1;"
    refreshed = plugin.refresh("DnsRecord", identifier, state, bare)
    assert refreshed is not None
    assert refreshed[1]["content"] == '"v=STSv1; id=1;"'
    assert list(plugin.diff("DnsRecord", refreshed[1], bare).diffs) == ["content"]


def test_a_record_that_is_there(plugin: Plugin, zone: str) -> None:
    plugin.create("DnsRecord", txt(zone))
    words = refused(plugin.create, "DnsRecord", txt(zone))
    assert '"code": 81058' in words
    alias = txt(zone, name="mta-sts.example.com", type="CNAME", content="a.example.net")
    plugin.create("DnsRecord", alias)
    address = {**alias, "type": "A", "content": "192.0.2.1"}
    assert '"code": 81054' in refused(plugin.create, "DnsRecord", address)
    assert "400 Bad Request" in words


def test_a_proxied_record_has_the_automatic_ttl(cloud: Cloud, plugin: Plugin, zone: str) -> None:
    alias = txt(zone, type="CNAME", content="a.example.net", proxied=True)
    words = refused(plugin.create, "DnsRecord", alias)
    assert words.startswith("ttl must be set to 1 when `proxied` is true: ")
    assert cloud.log == []
    _, state = plugin.create("DnsRecord", {**alias, "ttl": 1})
    assert state["settings"] == {"flattenCname": False, "ipv4Only": False, "ipv6Only": False}


def test_a_short_name_is_the_full_one(plugin: Plugin, zone: str) -> None:
    short = txt(zone, name="_mta-sts")
    identifier, state = plugin.create("DnsRecord", short)
    refreshed = plugin.refresh("DnsRecord", identifier, state, short)
    assert refreshed is not None
    assert refreshed[1]["name"] == "_mta-sts"
    assert plugin.read("DnsRecord", f"{zone}/{identifier}")[1]["name"] == "_mta-sts.example.com"


def test_what_a_preview_of_an_update_knows(plugin: Plugin, zone: str) -> None:
    old = txt(zone, comment="a")
    _, state = plugin.create("DnsRecord", old)
    planned = plugin.planned("DnsRecord", old, state, {**old, "ttl": 300})
    assert planned["modifiedOn"] == UNKNOWN
    assert planned.get("commentModifiedOn") != UNKNOWN
    assert planned["createdOn"] == state["createdOn"]
    planned = plugin.planned("DnsRecord", old, state, {**old, "comment": "b"})
    assert planned["commentModifiedOn"] == UNKNOWN


# R2


def test_a_bucket_from_create_to_delete(
    cloud: Cloud, plugin: Plugin, zone: str, account: str
) -> None:
    bucket = {"accountId": account, "name": "policies"}
    identifier, state = plugin.create("R2Bucket", {**bucket, "location": "weur"})
    assert (identifier, state["location"], state["jurisdiction"]) == ("policies", "weur", "default")
    _, inputs = plugin.read("R2Bucket", f"{account}/policies/default")
    assert {key: inputs[key] for key in bucket} == bucket
    seen = plugin.update(
        "R2Bucket", identifier, state, {**bucket, "storageClass": "InfrequentAccess"}
    )
    assert seen["storageClass"] == "InfrequentAccess"

    domain = {
        "accountId": account, "bucketName": "policies", "domain": "mta-sts.example.com",
        "zoneId": zone, "enabled": True,
    }  # fmt: skip
    cloud.cloudflare.pending_seconds = 3600
    held, seen = plugin.create("R2CustomDomain", domain)
    assert held == f"{account}__{zone}"
    assert (seen["zoneName"], seen["status"]["ssl"] in ("pending", "initializing")) == (
        "example.com",
        True,
    )
    seen = plugin.update("R2CustomDomain", held, seen, {**domain, "minTls": "1.2"})
    refreshed = plugin.refresh("R2CustomDomain", held, seen, {**domain, "minTls": "1.2"})
    assert refreshed is not None
    assert refreshed[1] == {**domain, "minTls": "1.2", "jurisdiction": "default"}
    assert "does not support import" in refused(plugin.read, "R2CustomDomain", held)

    plugin.delete("R2CustomDomain", held, seen)
    assert plugin.refresh("R2CustomDomain", held, seen, domain) is None
    plugin.delete("R2Bucket", identifier, state)
    assert plugin.refresh("R2Bucket", identifier, state, bucket) is None


def test_a_bucket_that_is_not_empty(plugin: Plugin, account: str) -> None:
    identifier, state = plugin.create("R2Bucket", {"accountId": account, "name": "policies"})
    r2_buckets.objects().put_object("policies", "mta-sts.txt", b"x")
    words = refused(plugin.delete, "R2Bucket", identifier, state)
    assert "409 Conflict {" in words
    assert '"code": 10008' in words


def test_a_domain_that_cannot_be_looked_at_is_kept(
    cloud: Cloud, plugin: Plugin, zone: str, account: str
) -> None:
    plugin.create("R2Bucket", {"accountId": account, "name": "policies"})
    domain = {"accountId": account, "bucketName": "policies", "zoneId": zone, "enabled": True}
    cloud.faults.add(service="cloudflare", operation="r2.domains.get", status=503, times=None)
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create("R2CustomDomain", {**domain, "domain": "mta-sts.example.com"})
    partly = partly_made(failure.value)
    assert partly.id == f"{account}__{zone}"
    assert "503 Service Unavailable" in partly.reasons[0]


def test_a_host_name_that_has_a_record(plugin: Plugin, zone: str, account: str) -> None:
    plugin.create("DnsRecord", txt(zone, name="a.example.com", type="CNAME", content="b.net"))
    plugin.create("R2Bucket", {"accountId": account, "name": "policies"})
    domain = {"accountId": account, "bucketName": "policies", "zoneId": zone, "enabled": True}
    words = refused(plugin.create, "R2CustomDomain", {**domain, "domain": "a.example.com"})
    assert words.startswith(FAILED)


# Workers


def script(account: str, **others: Any) -> dict[str, Any]:
    policies = base64.b64encode(b'{"example.com": "x"}').decode()
    return {
        "accountId": account, "scriptName": "mta-sts", "content": WORKER, "mainModule": "main.js",
        "compatibilityDate": "2025-01-01",
        "bindings": [{"type": "plain_text", "name": "HELLO", "text": "world"}],
        "files": {
            "policies.json": {"contentType": "application/json", "contentBase64": policies}
        },
        **others,
    }  # fmt: skip


def test_a_worker_from_create_to_delete(plugin: Plugin, zone: str, account: str) -> None:
    given = script(account)
    identifier, state = plugin.create("WorkersScript", given)
    assert identifier == "mta-sts"
    assert {"createdOn", "modifiedOn", "etag"} <= state.keys()
    refreshed = plugin.refresh("WorkersScript", identifier, state, given)
    assert refreshed is not None
    assert refreshed[1] == {**given, "logpush": False, "usageModel": "standard"}
    assert refreshed[0]["content"] == WORKER
    assert plugin.read("WorkersScript", f"{account}/mta-sts")[1]["content"] == WORKER

    host = {"accountId": account, "hostname": "mta-sts.example.com", "service": "mta-sts"}
    held, seen = plugin.create("WorkersCustomDomain", {**host, "zoneId": zone})
    assert seen["zoneName"] == "example.com"
    assert (
        plugin.read("WorkersCustomDomain", f"{account}/{held}")[1]["hostname"] == host["hostname"]
    )
    route = {"zoneId": zone, "pattern": "b.example.com/*", "script": "mta-sts"}
    routed, on = plugin.create("WorkersRoute", route)
    on = plugin.update("WorkersRoute", routed, on, {**route, "pattern": "c.example.com/*"})
    _, inputs = plugin.read("WorkersRoute", f"{zone}/{routed}")
    assert inputs == {**route, "pattern": "c.example.com/*"}

    plugin.delete("WorkersRoute", routed, on)
    assert plugin.refresh("WorkersRoute", routed, on, route) is None
    plugin.delete("WorkersCustomDomain", held, seen)
    assert plugin.refresh("WorkersCustomDomain", held, seen, host) is None
    plugin.delete("WorkersScript", identifier, state)
    assert plugin.refresh("WorkersScript", identifier, state, given) is None


def test_what_changed_behind_its_back(plugin: Plugin, account: str) -> None:
    given = script(account)
    digest = hashlib.sha256(base64.b64decode(given["files"]["policies.json"]["contentBase64"]))
    given["files"]["policies.json"]["contentSha256"] = digest.hexdigest()
    identifier, state = plugin.create("WorkersScript", given)
    changed = base64.b64encode(b"{}").decode()
    plugin.create("R2Bucket", {"accountId": account, "name": "others"})
    other = script(
        account,
        content=f"{WORKER}// by hand\n",
        bindings=[
            {"type": "plain_text", "name": "HELLO", "text": "moon"},
            {"type": "r2_bucket", "name": "POLICIES", "bucketName": "others"},
        ],
        files={"policies.json": {"contentType": "application/json", "contentBase64": changed}},
    )
    plugin.update("WorkersScript", identifier, state, other)
    refreshed = plugin.refresh("WorkersScript", identifier, state, given)
    assert refreshed is not None
    inputs = refreshed[1]
    assert inputs["content"] == other["content"]
    hello, policies = inputs["bindings"]
    assert hello["text"] == "world"  # the real provider keeps what it made
    assert policies["bucketName"] == "others"
    seen = inputs["files"]["policies.json"]["contentSha256"]
    assert seen == hashlib.sha256(b"{}").hexdigest()


def test_a_host_name_that_is_taken(plugin: Plugin, zone: str, account: str) -> None:
    plugin.create("WorkersScript", script(account))
    alias = txt(zone, name="a.example.com", type="CNAME", content="b.example.net")
    plugin.create("DnsRecord", alias)
    host = {"accountId": account, "hostname": "a.example.com", "service": "mta-sts"}
    words = refused(plugin.create, "WorkersCustomDomain", {**host, "zoneId": zone})
    assert "409 Conflict {" in words
    assert '"code": 100117' in words
