"""Faults of the AWS APIs, and the log of writes."""

import threading
import time
from typing import Any

import pytest
from botocore.exceptions import (  # type: ignore[import-untyped]
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
)

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import answers, change, refusal


class Caller:
    """Puts one object in a thread, and remembers how it went."""

    def __init__(self, cloud: Cloud, key: str) -> None:
        self.error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run, args=(cloud.client("s3"), key), daemon=True
        )
        self._thread.start()

    def _run(self, s3: Any, key: str) -> None:
        try:
            s3.put_object(Bucket="box", Key=key, Body=b"x")
        except (ClientError, HTTPClientError) as error:
            self.error = error

    def wait(self, timeout: float = 5) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    cloud.client("s3").create_bucket(Bucket="box")
    cloud.log.clear()
    return "box"


def keys(cloud: Cloud) -> list[str]:
    listed = cloud.client("s3").list_objects_v2(Bucket="box")
    return [each["Key"] for each in listed.get("Contents", [])]


@pytest.mark.usefixtures("bucket")
def test_any_call_that_writes_but_the_first(cloud: Cloud) -> None:
    fault = cloud.faults.add(service="*", operation="*", writes=True, skip=1)
    s3 = cloud.client("s3")
    s3.put_object(Bucket="box", Key="first", Body=b"")
    s3.list_objects_v2(Bucket="box")
    with pytest.raises(ClientError):
        cloud.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")
    assert (fault.hits, fault.where) == (1, "route53 CreateHostedZone")
    assert keys(cloud) == ["first"]


@pytest.mark.usefixtures("bucket")
def test_fail(cloud: Cloud) -> None:
    fault = cloud.faults.add(
        service="s3", operation="PutObject", how="fail", status=503, code="SlowDown", match="/box/x"
    )
    cloud.client("s3").put_object(Bucket="box", Key="y", Body=b"")
    assert not fault.hit.is_set()
    with pytest.raises(ClientError) as caught:
        cloud.client("s3").put_object(Bucket="box", Key="x", Body=b"")
    assert refusal(caught.value) == ("SlowDown", 503)
    assert fault.hit.is_set()
    cloud.client("s3").put_object(Bucket="box", Key="x", Body=b"")
    assert keys(cloud) == ["x", "y"]


@pytest.mark.parametrize(
    ("service", "operation", "call"),
    [
        ("acm", "RequestCertificate", lambda c: c.request_certificate(DomainName="a.example")),
        ("acm", "ListCertificates", lambda c: c.list_certificates()),
        ("route53", "ListHostedZones", lambda c: c.list_hosted_zones()),
        ("cloudfront", "ListDistributions", lambda c: c.list_distributions()),
        ("cloudfront", "List*", lambda c: c.list_functions()),
        ("sts", "GetCallerIdentity", lambda c: c.get_caller_identity()),
    ],
)
def test_errors_in_every_protocol(cloud: Cloud, service: str, operation: str, call: Any) -> None:
    call(cloud.client(service))
    cloud.faults.add(service=service, operation=operation, status=400, code="Throttling")
    with pytest.raises(ClientError) as caught:
        call(cloud.client(service))
    assert refusal(caught.value) == ("Throttling", 400)


@pytest.mark.usefixtures("bucket")
def test_hang_until_released(cloud: Cloud) -> None:
    fault = cloud.faults.add(service="s3", operation="PutObject", how="hang")
    caller = Caller(cloud, "x")
    assert fault.hit.wait(5)
    assert keys(cloud) == []
    assert not caller.wait(0.1)
    fault.release()
    assert caller.wait()
    assert caller.error is None
    assert keys(cloud) == ["x"]


@pytest.mark.usefixtures("bucket")
def test_a_hung_call_whose_caller_is_gone_is_never_applied(cloud: Cloud) -> None:
    fault = cloud.faults.add(service="s3", operation="PutObject", how="hang", times=None)
    dropped = Caller(cloud, "x")
    assert fault.hit.wait(5)
    cloud.faults.clear()
    assert dropped.wait()
    assert isinstance(dropped.error, ConnectionClosedError)
    assert keys(cloud) == []
    assert cloud.log == []


@pytest.mark.usefixtures("bucket")
def test_a_slow_call(cloud: Cloud) -> None:
    cloud.faults.add(service="s3", operation="PutObject", how="hang", seconds=0.3)
    began = time.monotonic()
    cloud.client("s3").put_object(Bucket="box", Key="x", Body=b"")
    assert time.monotonic() - began >= 0.3


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("seconds", [0.0, 0.3])
def test_lose(cloud: Cloud, seconds: float) -> None:
    fault = cloud.faults.add(service="s3", operation="PutObject", how="lose", seconds=seconds)
    caller = Caller(cloud, "x")
    assert fault.hit.wait(5)
    assert keys(cloud) == ["x"]
    assert caller.wait()
    assert isinstance(caller.error, ConnectionClosedError)


def test_words_of_the_body_choose_a_call(cloud: Cloud) -> None:
    zone = cloud.create_zone("example.com")
    cloud.faults.add(
        service="route53", operation="ChangeResourceRecordSets", match="_mta-sts", status=400
    )
    change(cloud, zone, ("CREATE", "mta-sts.example.com", "TXT", ['"a"']))
    with pytest.raises(ClientError):
        change(cloud, zone, ("CREATE", "_mta-sts.example.com", "TXT", ['"a"']))
    assert answers(cloud, "_mta-sts.example.com", "TXT") == []


@pytest.mark.usefixtures("bucket")
def test_the_log_holds_writes_only(cloud: Cloud) -> None:
    s3 = cloud.client("s3")
    s3.put_object(Bucket="box", Key="x", Body=b"")
    s3.get_object(Bucket="box", Key="x")
    s3.head_bucket(Bucket="box")
    s3.list_objects_v2(Bucket="box")
    cloud.client("cloudfront").list_distributions()
    cloud.client("sts").get_caller_identity()
    with pytest.raises(ClientError):
        s3.put_bucket_policy(Bucket="box", Policy="{")
    assert [(w.service, w.operation, w.path, w.status) for w in cloud.log] == [
        ("s3", "PutObject", "/box/x", 200),
        ("s3", "PutBucketPolicy", "/box?policy", 400),
    ]
    assert cloud.log[0].time == pytest.approx(time.time(), abs=5)
