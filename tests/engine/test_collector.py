"""The collector on the real engine: deployed, posted to as senders do, and taken down."""

import gzip
import json
import runpy
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx
import pulumi
import pulumi.runtime
import pytest
from click.testing import CliRunner

from mta_sts import CloudFrontHost, MtaSts, ReportCollector
from mta_sts.commands import FINDINGS
from mta_sts.commands.reports import reports
from mta_sts.hosts import worker
from mta_sts.protocol.tlsrpt import TlsRpt
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.engine.ground import SPREAD
from tests.engine.programs import Program, policy
from tests.engine.stack import Run, Stack
from tests.sandbox import cloud_site, cloudflare_site

DOMAIN, ELSEWHERE = "solarmora.com", "solarmora.net"
AT = f"tls-reports.{ELSEWHERE}"
URL = f"https://{AT}/v1/tlsrpt"
BUCKET = "mta-sts-test-reports"
REPORT = gzip.compress((ROOT / "tests" / "reports" / "samples" / "rfc8460.json").read_bytes())
YEAR = {
    "id": "expire",
    "enabled": True,
    "conditions": {"prefix": ""},
    "deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": 31536000}},
}
PARTS = ["reports-bucket", "reports-expiry", "reports-script", "reports-domain"]


def configured(cloud: Cloud, at: str | None = AT) -> Program:
    """The repository's own program: a domain, and where its reports are collected."""
    account = {"accountId": cloud.cloudflare.account}
    if at is not None:
        account["collectReportsAt"] = at
    domain = {
        "mode": "testing",
        "mx": [f"mail.{DOMAIN}"],
        "zone": "cloudflare",
        "host": "worker",
        "reports": [URL, f"mailto:tls-reports@{DOMAIN}"],
    }

    def program() -> None:
        pulumi.runtime.set_all_config(
            {
                "mta-sts:domains": json.dumps({DOMAIN: domain}),
                "mta-sts:cloudflare": json.dumps(account),
            }
        )
        runpy.run_path(str(ROOT / "__main__.py"))

    return program


def post_as_a_sender(cloud: Cloud, body: bytes) -> httpx.Response:
    """To the address in the domain's TLS reporting record, at the address that DNS gives for it."""
    (text,) = cloud_site.answers(cloud, f"_smtp._tls.{DOMAIN}", "TXT")
    (url,) = (each for each in TlsRpt.parse(text.strip('"')).rua if each.startswith("https:"))
    host = str(urlsplit(url).hostname)
    (address,) = cloud_site.answers(cloud, host, "A")
    trusted = ssl.create_default_context(cafile=cloud.environment["MTA_STS_CA_FILE"])
    with httpx.Client(verify=trusted, trust_env=False) as client:
        return client.post(
            f"https://{address}:{cloud.edge.port}{urlsplit(url).path}",
            content=body,
            headers={"Host": host, "Content-Type": "application/tlsrpt+gzip"},
            extensions={"sni_hostname": host},
        )


def held(cloud: Cloud) -> list[tuple[bytes, str]]:
    """What the bucket holds, and as what."""
    s3 = cloudflare_site.s3(cloud)
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    objects = [s3.get_object(Bucket=BUCKET, Key=key) for key in keys]
    return [(each["Body"].read(), each["ContentType"]) for each in objects]


def read(cloud: Cloud) -> tuple[int, list[dict[str, Any]]]:
    """Exit status of `mta-sts reports` over the bucket, and what it prints."""
    environment = {
        "AWS_ENDPOINT_URL_S3": cloud.environment["SANDBOX_R2_URL"],
        "AWS_ACCESS_KEY_ID": cloud.cloudflare.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.cloudflare.secret_access_key,
        "AWS_REGION": "auto",
    }
    done = CliRunner().invoke(reports, [f"s3://{BUCKET}", "--json"], env=environment)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def emptied(cloud: Cloud) -> None:
    s3 = cloudflare_site.s3(cloud)
    for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])


def test_a_report_from_a_sender_to_its_reader(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    cloud.create_cloudflare_zone(DOMAIN)
    cloud.create_cloudflare_zone(ELSEWHERE)
    previewed = stack.preview(configured(cloud))
    assert not previewed.failed, previewed.printed
    run = stack.up(configured(cloud))
    assert not run.failed, run.printed
    assert run.outputs["reports"] == {"url": URL, "bucket": BUCKET}
    assert [step.name for step in run.changes if step.name in PARTS] == PARTS
    assert cloud.cloudflare.buckets[BUCKET].rules == [YEAR]

    answer = post_as_a_sender(cloud, REPORT)
    assert (answer.status_code, answer.text) == (200, "Stored\n")
    assert held(cloud) == [(REPORT, "application/tlsrpt+gzip")]
    status, (told, reading) = read(cloud)
    assert (status, told["domain"], reading["reports"]) == (FINDINGS, DOMAIN, 1)
    refused = post_as_a_sender(cloud, bytes(10485761))
    assert (refused.status_code, refused.text) == (413, "More than 10485760 bytes\n")
    assert held(cloud) == [(REPORT, "application/tlsrpt+gzip")]

    written = list(cloud.log)
    again = stack.up(configured(cloud), expect_no_changes=True)
    assert (again.failed, again.changes) == (False, []), again.printed
    assert cloud.log == written
    refreshed = stack.refresh(configured(cloud))
    assert [step for step in refreshed.changes if step.op == "update"] == []


@pytest.mark.parametrize("how", ["destroyed", "left out"])
def test_reports_are_not_deleted_with_it(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    cloud.create_cloudflare_zone(DOMAIN)
    cloud.create_cloudflare_zone(ELSEWHERE)
    run = stack.up(configured(cloud))
    assert not run.failed, run.printed
    post_as_a_sender(cloud, REPORT)

    def take_down() -> Run:
        if how == "destroyed":
            return stack.destroy(lambda: None)
        return stack.up(configured(cloud, at=None))

    stopped = take_down()
    assert stopped.failed
    assert "409 Conflict" in stopped.printed
    assert "The bucket you tried to delete is not empty." in stopped.printed
    assert held(cloud) == [(REPORT, "application/tlsrpt+gzip")]
    assert cloud_site.answers(cloud, AT, "A") == []
    emptied(cloud)
    again = take_down()
    assert not again.failed, again.printed
    assert BUCKET not in cloud.cloudflare.buckets
    assert BUCKET not in cloud.cloudflare.workers


def test_a_name_below_no_zone(cloud: Cloud, stack: Stack) -> None:
    cloud.create_cloudflare_zone(DOMAIN)
    run = stack.preview(configured(cloud, at=f"tls.reports.{DOMAIN}"))
    assert run.failed
    assert (
        f"mta-sts:cloudflare: collectReportsAt: tls.reports.{DOMAIN} looks up the zone "
        f"reports.{DOMAIN}: "
    ) in run.printed
    assert (
        "failed to find exactly one result: 0 found. Take a name one label below a zone of the "
        "account, and a token that may read it"
    ) in run.printed
    assert "Traceback" not in run.printed
    assert cloud.log == []


def test_in_a_program_of_ones_own_nobody_is_sent_to_an_address_that_is_not_there(
    cloud: Cloud, stack: Stack
) -> None:
    """A domain on AWS, whose reports go to Cloudflare: the record waits for the address."""
    zone: Any = {"route53": cloud.create_zone(DOMAIN)}
    other: Any = {"cloudflare": cloud.create_cloudflare_zone(ELSEWHERE)}

    def program() -> None:
        account = cloud.cloudflare.account
        collector = ReportCollector("reports", {"account_id": account, "zone": other, "host": AT})
        host = CloudFrontHost("host", {"domains": [{"domain": DOMAIN, "zone": zone}]})
        MtaSts(
            DOMAIN,
            {
                "domain": DOMAIN,
                "zone": zone,
                **policy(reports=[collector.url]),  # type: ignore[typeddict-item]
                "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
            },
        )

    previewed = stack.preview(program)
    assert not previewed.failed, previewed.printed
    fault = cloud.faults.add(
        service="cloudflare", operation="workers.domains.update", status=403, times=None
    )
    failed = stack.up(program)
    assert failed.failed
    assert fault.hit.is_set()
    assert cloud_site.answers(cloud, f"_smtp._tls.{DOMAIN}", "TXT") == []
    cloud.faults.clear()
    run = stack.up(program)
    assert not run.failed, run.printed
    assert post_as_a_sender(cloud, REPORT).status_code == 200
    assert held(cloud) == [(REPORT, "application/tlsrpt+gzip")]
