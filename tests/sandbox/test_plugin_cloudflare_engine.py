"""The Cloudflare plugin under the real engine, against the local cloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pulumi_cloudflare as cloudflare
import pytest
from pulumi import ResourceOptions

from sandbox.cloud import Cloud
from sandbox.plugin.cloudflare import CLOUDFLARE
from sandbox.plugin.wire import SIGNATURE
from tests.engine.stack import Stack
from tests.sandbox.plugin_programs import attached, done, refusal, resource

WORKER = "export default { fetch() { return new Response('one'); } };\n"
REPLACED = "create-replacement replace delete-replaced"


@pytest.fixture
def stack(cloud: Cloud, tmp_path: Path) -> Iterator[Stack]:
    with attached(cloud, tmp_path, CLOUDFLARE) as new:
        yield new


class Site:
    """A bucket and a Worker with their host names, and the records beside them."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.worker = WORKER
        self.text = '"v=STSv1; id=1;"'
        self.bucket = "policies"
        self.known: list[str] = []
        """Outputs the program could see, by name."""

    def _see(self, name: str, output: pulumi.Output[Any]) -> None:
        output.apply(lambda _: self.known.append(name))

    def __call__(self) -> None:
        self.known.clear()
        zone = cloudflare.get_zone(filter={"name": "example.com", "match": "all"}).zone_id
        bucket = cloudflare.R2Bucket("bucket", account_id=self.account, name=self.bucket)
        domain = cloudflare.R2CustomDomain(
            "r2",
            account_id=self.account,
            bucket_name=bucket.name,
            domain="mta-sts.a.example.com",
            enabled=True,
            min_tls="1.2",
            zone_id=zone,
        )
        script = cloudflare.WorkersScript(
            "worker",
            account_id=self.account,
            script_name="policies",
            content=self.worker,
            main_module="worker.js",
            compatibility_date="2025-01-01",
            bindings=[
                {"type": "r2_bucket", "name": "POLICIES", "bucket_name": bucket.name},
                {"type": "plain_text", "name": "HELLO", "text": "world"},
            ],
        )
        host = cloudflare.WorkersCustomDomain(
            "host",
            account_id=self.account,
            hostname="mta-sts.b.example.com",
            service=script.script_name,
            zone_id=zone,
        )
        cloudflare.WorkersRoute(
            "route", zone_id=zone, pattern="c.example.com/*", script=script.script_name
        )
        record = cloudflare.DnsRecord(
            "txt", zone_id=zone, name="_mta-sts.example.com", type="TXT", ttl=60, content=self.text
        )
        self._see("worker.etag", script.etag)
        self._see("worker.createdOn", script.created_on)
        self._see("r2.status", domain.status)
        self._see("host.certId", host.cert_id)
        self._see("txt.modifiedOn", record.modified_on)
        self._see("txt.createdOn", record.created_on)


def test_a_site_from_preview_to_destroy(cloud: Cloud, stack: Stack) -> None:
    cloud.create_cloudflare_zone("example.com")
    site = Site(cloud.cloudflare.account)

    planned = done(stack.preview(site))
    assert set(planned.values()) == {"create"}
    assert site.known == []
    assert cloud.log == []

    assert done(stack.up(site)) == planned
    assert len(site.known) == 6
    text = resource(stack.state(), "worker")["outputs"]["bindings"][1]["text"]
    assert SIGNATURE in text  # secret, though given in the open

    cloud.log.clear()
    assert set(done(stack.refresh(site)).values()) == {"refresh"}
    assert set(done(stack.up(site)).values()) == {"same"}
    assert cloud.log == []

    site.worker = WORKER.replace("one", "two")
    site.text = '"v=STSv1; id=2;"'
    planned = {name: step for name, step in done(stack.preview(site)).items() if step != "same"}
    assert planned == {"worker": "update", "txt": "update"}
    assert {"worker.createdOn", "txt.createdOn", "host.certId"} <= set(site.known)
    assert not {"worker.etag", "txt.modifiedOn"} & set(site.known)
    changed = {name: step for name, step in done(stack.up(site)).items() if step != "same"}
    assert changed == planned

    site.bucket = "others"
    planned = {name: step for name, step in done(stack.preview(site)).items() if step != "same"}
    assert planned == {"bucket": REPLACED, "r2": REPLACED, "worker": "update"}
    site.bucket = "policies"

    assert set(done(stack.destroy(site)).values()) == {"delete"}
    held = cloud.cloudflare
    assert (held.buckets, held.workers, held.worker_domains) == ({}, {}, {})
    assert [zone.records for zone in held.zones.values()] == [{}]


def test_text_without_quotes_differs_for_ever(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_cloudflare_zone("example.com")

    def program() -> None:
        for name, content in (("quoted", '"v=STSv1; id=1;"'), ("bare", "v=STSv1; id=1;")):
            cloudflare.DnsRecord(
                name, zone_id=zone, name=f"{name}.example.com", type="TXT", ttl=60, content=content
            )

    done(stack.up(program))
    for _ in range(2):
        done(stack.refresh(program))
        assert done(stack.up(program)) == {"quoted": "same", "bare": "update"}


def test_import_and_what_is_gone(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_cloudflare_zone("example.com")

    def program(identifier: str | None) -> None:
        cloudflare.DnsRecord(
            "txt",
            zone_id=zone,
            name="_t.example.com",
            type="TXT",
            ttl=60,
            content='"one"',
            opts=ResourceOptions(import_=identifier, retain_on_delete=True),
        )

    done(stack.up(lambda: program(None)))
    identifier = resource(stack.state(), "txt")["id"]
    done(stack.destroy(lambda: program(None)))

    words = refusal(stack.up(lambda: program(f"{zone}/{'0' * 32}")))
    assert "failed to make http request: GET" in words
    assert "404 Not Found" in words
    cloud.log.clear()
    assert done(stack.up(lambda: program(f"{zone}/{identifier}"))) == {"txt": "import"}
    assert cloud.log == []


def test_what_the_user_sees_of_a_refusal(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_cloudflare_zone("example.com")

    def record(name: str, kind: str, content: str) -> None:
        cloudflare.DnsRecord(
            name, zone_id=zone, name="mta-sts.example.com", type=kind, ttl=60, content=content
        )

    def program(kind: str) -> None:
        record("mine", "CNAME", "a.example.net")
        record("other", kind, "192.0.2.1")

    words = refusal(stack.preview(lambda: program("AA")))
    assert "Attribute type value must be one of" in words
    assert cloud.log == []
    done(stack.up(lambda: record("mine", "CNAME", "a.example.net")))
    words = refusal(stack.up(lambda: program("A")))
    assert f'failed to make http request: POST "{cloud.environment["CLOUDFLARE_BASE_URL"]}' in words
    assert '"code": 81054' in words
