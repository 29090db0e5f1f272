"""Buckets: S3 and R2, as the sandbox has them, and what keeps one from being read."""

import gzip
from datetime import UTC, datetime

import pytest

from mta_sts.protocol.report import Report
from mta_sts.reports import bucket
from mta_sts.reports.bucket import HOW
from mta_sts.reports.folder import Folder
from mta_sts.reports.found import ReportsNotReadError
from mta_sts.reports.places import read
from sandbox.cloud import Cloud
from tests.reports.made import DOMAIN, policy, report
from tests.reports.test_contents import mailed, zipped
from tests.sandbox import cloudflare_site

ENOUGH = 2 * bucket.AT_ONCE + 5
"""Objects, more than are fetched at once."""


@pytest.fixture
def s3(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """A cloud with a bucket of reports, as the environment has it."""
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    cloud.client("s3").create_bucket(Bucket="tls-reports")
    return cloud


def put(cloud: Cloud, key: str, data: bytes) -> None:
    cloud.client("s3").put_object(Bucket="tls-reports", Key=key, Body=data)


def found(place: str) -> dict[str, str]:
    return {
        name: outcome.organization if isinstance(outcome, Report) else outcome.reason
        for name, outcome in read([place])
    }


def test_all_that_may_be_in_a_bucket(s3: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raw mail as SES stores it, bodies as they were POSTed, and other things; large ones are read
    as they come."""
    objects = {
        "mail/5o8k0m2d": mailed(gzip.compress(report(policy(), sender="SES"))),
        "mail/AMAZON_SES_SETUP_NOTIFICATION": b"Subject: Amazon SES Setup Notification\n\nHi.\n",
        "mail/": b"",
        "posts/1": report(policy(), sender="posted"),
        "posts/2": gzip.compress(report(policy(), sender="packed")),
        "posts/3": zipped({"a": report(policy(), sender="zipped")}),
        "posts/.hidden": b"",
        "posts/empty": b"",
    }
    for key, data in objects.items():
        put(s3, key, data)
    expected = {
        "s3://tls-reports/mail/5o8k0m2d: r.json.gz": "SES",
        "s3://tls-reports/mail/AMAZON_SES_SETUP_NOTIFICATION": "a message without a TLS report",
        "s3://tls-reports/posts/1": "posted",
        "s3://tls-reports/posts/2": "packed",
        "s3://tls-reports/posts/3: a": "zipped",
        "s3://tls-reports/posts/empty": "empty",
    }
    assert found("s3://tls-reports") == expected
    monkeypatch.setattr(bucket, "SMALL", -1)
    assert found("s3://tls-reports") == expected
    assert found("s3://tls-reports/posts/2") == {"s3://tls-reports/posts/2": "packed"}
    assert found("s3://tls-reports/gone") == {}


def test_r2(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose address, and whose key, the environment has as every program of AWS wants them."""
    cloudflare_site.make_bucket(cloud, "tls-reports")
    cloudflare_site.s3(cloud).put_object(Bucket="tls-reports", Key="a/1", Body=report(policy()))
    settings = {
        "AWS_ENDPOINT_URL_S3": cloud.environment["SANDBOX_R2_URL"],
        "AWS_ACCESS_KEY_ID": cloud.cloudflare.access_key_id,
        "AWS_SECRET_ACCESS_KEY": cloud.cloudflare.secret_access_key,
        "AWS_REGION": "auto",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert found("s3://tls-reports/a/") == {"s3://tls-reports/a/1": "A"}


def test_many_objects(s3: Cloud) -> None:
    for number in range(ENOUGH):
        put(s3, f"r/{number:03}", report(policy(mx1=1), name=str(number)))
    folder = Folder.read("s3://tls-reports/r/")
    summed = folder.of(DOMAIN, datetime(2026, 1, 10, tzinfo=UTC))
    assert (summed.successful, summed.failures[0].sessions) == (5 * ENOUGH, ENOUGH)


def why(place: str) -> str:
    with pytest.raises(ReportsNotReadError) as raised:
        Folder.read(place)
    return str(raised.value)


def test_no_such_bucket(s3: Cloud) -> None:
    assert why("s3://not-there/x") == (
        "s3://not-there: An error occurred (NoSuchBucket) when calling the ListObjectsV2 "
        f"operation: The specified bucket does not exist. {HOW}"
    )


@pytest.mark.parametrize("small", [2**20, -1])
def test_an_object_that_is_refused(s3: Cloud, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr(bucket, "SMALL", small)
    put(s3, "a", report(policy()))
    s3.faults.add(service="s3", operation="GetObject", status=403, code="AccessDenied")
    told = why("s3://tls-reports")
    assert told.startswith(
        "s3://tls-reports: An error occurred (AccessDenied) when calling the GetObject operation: "
    )
    assert told.endswith(HOW)


@pytest.mark.parametrize("operation", ["ListObjects*", "GetObject"])
def test_a_call_that_fails_once_is_made_again(s3: Cloud, operation: str) -> None:
    put(s3, "a", report(policy()))
    fault = s3.faults.add(service="s3", operation=operation)
    assert found("s3://tls-reports") == {"s3://tls-reports/a": "A"}
    assert fault.hits == 1


def test_no_credentials(s3: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    assert why("s3://tls-reports") == f"s3://tls-reports: Unable to locate credentials. {HOW}"


def test_nobody_answers(s3: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    assert why("s3://tls-reports") == (
        's3://tls-reports: Could not connect to the endpoint URL: "http://127.0.0.1:9/tls-reports'
        f'?list-type=2&prefix=&encoding-type=url". {HOW}'
    )


def test_an_address_that_is_none(s3: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "reports")
    assert why("s3://tls-reports") == f"s3://tls-reports: Invalid endpoint: reports. {HOW}"
