"""The plugin against the cloud, without an engine: functions, refusals of AWS, its own process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest

from sandbox.cloud import Cloud
from sandbox.plugin.install import install
from sandbox.plugin.server import serve_in_process
from tests.sandbox.plugin_call import UNKNOWN, Plugin, partly_made, refused

ZONE = "aws:route53/getZone:getZone"
FUNCTION = {"name": "f", "code": "x", "runtime": "cloudfront-js-2.0"}


@pytest.fixture
def port(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    with serve_in_process() as number:
        yield number


@pytest.fixture
def plugin(port: int) -> Plugin:
    return Plugin(port, region="us-east-1")


def test_a_zone_by_name(cloud: Cloud, plugin: Plugin) -> None:
    assert "no matching Route 53 Hosted Zone found" in refused(
        plugin.invoke, ZONE, {"name": "example.com"}
    )
    zone = cloud.create_zone("example.com")
    found = plugin.invoke(ZONE, {"name": "Example.com."})
    assert (found["zoneId"], found["name"], found["privateZone"]) == (zone, "example.com", False)
    assert plugin.invoke(ZONE, {"zoneId": zone})["name"] == "example.com"
    assert "no matching" in refused(
        plugin.invoke, ZONE, {"name": "example.com", "privateZone": True}
    )
    cloud.create_zone("example.com")
    assert "multiple Route 53 Hosted Zones matched" in refused(
        plugin.invoke, ZONE, {"name": "example.com"}
    )
    assert "NoSuchHostedZone" in refused(plugin.invoke, ZONE, {"zoneId": "Z0"})


def test_the_caller(plugin: Plugin) -> None:
    assert plugin.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"].isdigit()


def test_each_connection_has_its_own_configuration(port: int) -> None:
    plugins = [Plugin(port, region=region) for region in ("eu-west-1", "us-west-2")]
    regions = [
        plugin.create("Bucket", {"bucket": f"bucket-{number}"})[1]["region"]
        for number, plugin in enumerate(plugins)
    ]
    assert regions == ["eu-west-1", "us-west-2"]
    assert plugins[0].create("Bucket", {"region": "eu-central-1"})[1]["region"] == "eu-central-1"


def test_no_region(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    assert "Missing region configuration" in refused(Plugin, port)


def test_a_dead_endpoint(port: int) -> None:
    plugin = Plugin(port, region="us-east-1", endpoints='[{"s3": "http://127.0.0.1:1"}]')
    began = time.monotonic()
    words = refused(plugin.create, "Bucket", {"bucket": "b-dead"})
    assert "creating S3 Bucket (b-dead): Could not connect to the endpoint URL" in words
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        ("Certificate", {"domainName": f"{'a' * 60}.org", "validationMethod": "DNS"}, None),
        (
            "Certificate",
            {"domainName": f"{'a' * 61}.org", "validationMethod": "DNS"},
            "Member must have length less than or equal to 64",
        ),
        ("Certificate", {"domainName": "a.org"}, "`validation_method` must be set when creating"),
        ("Function", {**FUNCTION, "code": "x" * 10240}, None),
        ("Function", {**FUNCTION, "code": "x" * 10241}, "FunctionSizeLimitExceeded"),
    ],
)
def test_limits_of_aws(
    plugin: Plugin, kind: str, inputs: dict[str, Any], words: str | None
) -> None:
    if words is None:
        plugin.create(kind, inputs)
    else:
        assert words in refused(plugin.create, kind, inputs)


def test_a_function_that_cannot_be_published_is_kept(cloud: Cloud, plugin: Plugin) -> None:
    cloud.faults.add(
        service="cloudfront", operation="PublishFunction", status=400, code="TestFunctionFailed"
    )
    with pytest.raises(grpc.RpcError) as failure:
        plugin.create("Function", FUNCTION)
    partly = partly_made(failure.value)
    assert partly.id == "f"
    assert (
        "publishing CloudFront Function (f): operation error PublishFunction" in partly.reasons[0]
    )


def test_txt_values_are_quoted(cloud: Cloud, plugin: Plugin) -> None:
    zone = cloud.create_zone("example.com")
    long = "a" * 255 + '" "' + "b" * 10
    records = {"zoneId": zone, "name": "T", "type": "TXT", "ttl": 60, "records": ["v=1; x", long]}
    identifier, state = plugin.create("Record", records)
    assert identifier == f"{zone}_t_TXT"
    assert state["fqdn"] == "t.example.com"
    sets = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
    (made,) = (item for item in sets["ResourceRecordSets"] if item["Type"] == "TXT")
    assert [value["Value"] for value in made["ResourceRecords"]] == ['"v=1; x"', f'"{long}"']
    _, inputs = plugin.read("Record", identifier)
    assert inputs == {**records, "name": "t"}


def test_what_a_preview_of_an_update_knows(cloud: Cloud, plugin: Plugin) -> None:
    plugin.create("Bucket", {"bucket": "b-known"})
    old = {"bucket": "b-known", "key": "k", "content": "one"}
    _, state = plugin.create("BucketObjectv2", old)
    planned = plugin.planned("BucketObjectv2", old, state, {**old, "content": "two"})
    assert (planned["etag"], planned["versionId"]) == (UNKNOWN, UNKNOWN)
    assert planned["arn"] == state["arn"]
    given = plugin.planned("BucketObjectv2", old, state, {**old, "content": "two", "etag": "e"})
    assert given["etag"] == "e"
    same = plugin.planned("BucketObjectv2", old, state, {**old, "tags": {"a": "b"}})
    assert same["etag"] == state["etag"]


def test_a_plugin_starts_without_the_packages_that_take_long_to_import() -> None:
    program = "import sys, sandbox.plugin.install; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()
    assert not {"boto3", "cloudflare", "pulumi_aws", "pulumi_cloudflare"} & {*loaded}


@pytest.mark.parametrize("name", ["aws", "cloudflare"])
def test_the_installed_plugin_dies_with_its_parent(tmp_path: Path, name: str) -> None:
    install(tmp_path)
    (command,) = tmp_path.glob(f"plugins/resource-{name}-v*/pulumi-resource-{name}")
    starter = (
        "import subprocess, sys, time\n"
        "plugin = subprocess.Popen([sys.argv[1], '127.0.0.1:1'], stdout=subprocess.PIPE)\n"
        "print(plugin.pid, plugin.stdout.readline().decode(), flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", starter, command], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as parent:
        assert parent.stdout is not None
        pid, port = (int(word) for word in parent.stdout.readline().split())
        assert "version" in str(_about(port))
        parent.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(pid)


def _about(port: int) -> Any:
    from google.protobuf import empty_pb2  # type: ignore[import-untyped]
    from pulumi.runtime.proto import provider_pb2_grpc

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"
