"""R2: buckets, custom domains, objects by the S3 API, and what the edge serves of them."""

import time
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from sandbox.plugin.aws.clients import Aws
from tests.sandbox import cloud_site
from tests.sandbox.cloud_site import PATH, answers
from tests.sandbox.cloudflare_site import (
    HOST,
    client,
    connect_bucket,
    connect_worker,
    fetch,
    make_bucket,
    refusal,
    s3,
    upload,
)

KEY = PATH.removeprefix("/")


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_cloudflare_zone("example.com")


@pytest.fixture
def buckets(cloud: Cloud) -> Any:
    return client(cloud).r2.buckets


def put(cloud: Cloud, body: bytes) -> None:
    s3(cloud).put_object(
        Bucket="policies",
        Key=KEY,
        Body=body,
        ContentType="text/plain; charset=us-ascii",
        CacheControl="no-store",
    )


def denied(call: Any, **kwargs: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**kwargs)
    return cloud_site.refusal(caught.value)


def test_buckets(cloud: Cloud, buckets: Any) -> None:
    account = cloud.cloudflare.account
    made = buckets.create(account_id=account, name="policies", location_hint="weur")
    assert (made.name, made.location, made.storage_class) == ("policies", "WEUR", "Standard")
    assert buckets.get("policies", account_id=account) == made
    buckets.create(account_id=account, name="another")
    names = [bucket.name for bucket in buckets.list(account_id=account).buckets]
    assert names == ["another", "policies"]
    assert refusal(buckets.create, account_id=account, name="policies") == (409, 10004)
    assert refusal(buckets.create, account_id=account, name="No") == (400, 10005)
    assert refusal(buckets.get, "none", account_id=account) == (404, 10006)
    eu = {"account_id": account, "cf_r2_jurisdiction": "eu"}
    assert refusal(buckets.get, "policies", **eu) == (404, 10006)
    put(cloud, b"x")
    assert refusal(buckets.delete, "policies", account_id=account) == (409, 10008)
    s3(cloud).delete_object(Bucket="policies", Key=KEY)
    buckets.delete("policies", account_id=account)
    assert refusal(buckets.delete, "policies", account_id=account) == (404, 10006)


def test_the_rules_of_a_bucket_are_replaced_by_those_given(cloud: Cloud, buckets: Any) -> None:
    make_bucket(cloud)
    place = {"bucket_name": "policies", "account_id": cloud.cloudflare.account}
    (first,) = buckets.lifecycle.get(**place).rules
    assert first.id == "Default Multipart Abort Rule"
    assert first.abort_multipart_uploads_transition.condition.max_age == 604800
    age = {"condition": {"type": "Age", "maxAge": 31536000}}
    rule = {"id": "expire", "enabled": True, "conditions": {"prefix": ""}}
    buckets.lifecycle.update(**place, rules=[{**rule, "deleteObjectsTransition": age}])
    (only,) = buckets.lifecycle.get(**place).rules
    assert (only.id, only.delete_objects_transition.condition.max_age) == ("expire", 31536000)
    for wrong in ([rule], [{**rule, "expireAfter": 1, "deleteObjectsTransition": age}], ["expire"]):
        assert refusal(buckets.lifecycle.update, **place, rules=wrong) == (400, 10060)
    nowhere = {**place, "bucket_name": "none"}
    assert refusal(buckets.lifecycle.get, **nowhere) == (404, 10006)


def test_a_custom_domain_has_its_own_record(cloud: Cloud, zone: str, buckets: Any) -> None:
    make_bucket(cloud)
    made = connect_bucket(cloud, zone)
    assert (made.domain, made.enabled, made.min_tls, made.zone_id) == (HOST, True, "1.2", zone)
    custom = buckets.domains.custom
    place = {"account_id": cloud.cloudflare.account, "bucket_name": "policies"}
    found = custom.get(HOST, **place)
    assert (found.status.ownership, found.status.ssl) == ("active", "active")
    assert found.zone_name == "example.com"
    assert answers(cloud, HOST, "A") == ["127.0.0.2"]
    records = client(cloud).dns.records
    (record,) = records.list(zone_id=zone)
    assert (record.type, record.content, record.proxied) == ("CNAME", "public.r2.dev", True)
    assert refusal(records.delete, record.id, zone_id=zone) == (400, 1043)
    changed = custom.update(HOST, enabled=True, min_tls="1.3", **place)
    assert changed.min_tls == "1.3"
    listed = custom.list("policies", account_id=cloud.cloudflare.account)
    assert [(domain.domain, domain.min_tls) for domain in listed.domains] == [(HOST, "1.3")]
    assert custom.delete(HOST, **place).domain == HOST
    assert answers(cloud, HOST, "A") == []
    assert list(records.list(zone_id=zone)) == []
    assert refusal(custom.get, HOST, **place)[0] == 404


def test_a_custom_domain_is_refused_a_name_that_is_taken(cloud: Cloud, zone: str) -> None:
    make_bucket(cloud)
    make_bucket(cloud, "another")
    theirs = cloud.create_cloudflare_zone("example.net", account="f" * 32)
    assert refusal(connect_bucket, cloud, theirs, domain="mta-sts.example.net")[0] == 400
    assert refusal(connect_bucket, cloud, zone, domain="mta-sts.example.org")[0] == 400
    assert refusal(connect_bucket, cloud, zone, "none") == (404, 10006)
    cloud.put_records(zone, [(HOST, "CNAME", 300, ["d1.cloudfront.net"])])
    assert refusal(connect_bucket, cloud, zone)[0] == 409
    cloud.delete_records(zone, [(HOST, "CNAME")])
    connect_bucket(cloud, zone)
    assert refusal(connect_bucket, cloud, zone, "another")[0] == 409
    upload(cloud)
    assert refusal(connect_worker, cloud, zone) == (409, 100117)
    account = cloud.cloudflare.account
    assert refusal(client(cloud).r2.buckets.delete, "policies", account_id=account)[0] == 409


def test_the_edge_serves_objects(cloud: Cloud, zone: str) -> None:
    make_bucket(cloud)
    put(cloud, b"one\n")
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    connect_bucket(cloud, zone)
    response = fetch(cloud, HOST)
    assert (response.status_code, response.content) == (200, b"one\n")
    assert response.headers["content-type"] == "text/plain; charset=us-ascii"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["server"] == "cloudflare"
    put(cloud, b"two\n")
    assert fetch(cloud, HOST).content == b"two\n"
    cloud.edge.lag = 60
    assert fetch(cloud, HOST).status_code == 404
    cloud.edge.lag = 0
    assert fetch(cloud, HOST, method="HEAD").status_code == 200
    assert fetch(cloud, HOST, "/none").status_code == 404
    assert fetch(cloud, HOST, method="POST").status_code == 405
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, "www.example.com")


def test_a_minimum_of_tls(cloud: Cloud, zone: str) -> None:
    make_bucket(cloud)
    put(cloud, b"one\n")
    connect_bucket(cloud, zone)
    assert fetch(cloud, HOST, tls="TLSv1_2").status_code == 200
    client(cloud).r2.buckets.domains.custom.update(
        HOST, account_id=cloud.cloudflare.account, bucket_name="policies", min_tls="1.3"
    )
    assert fetch(cloud, HOST, tls="TLSv1_3").status_code == 200
    with pytest.raises(httpx.TransportError):
        fetch(cloud, HOST, tls="TLSv1_2")


def test_a_pending_domain_is_not_served(cloud: Cloud, zone: str, buckets: Any) -> None:
    cloud.cloudflare.pending_seconds = 1.0
    make_bucket(cloud)
    put(cloud, b"one\n")
    connect_bucket(cloud, zone)
    place = {"account_id": cloud.cloudflare.account, "bucket_name": "policies"}
    assert answers(cloud, HOST, "A") == ["127.0.0.2"]
    assert buckets.domains.custom.get(HOST, **place).status.ssl == "pending"
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    time.sleep(1.05)
    assert buckets.domains.custom.get(HOST, **place).status.ssl == "active"
    assert fetch(cloud, HOST).status_code == 200


def test_nothing_is_served_of_a_zone_that_is_not_delegated(cloud: Cloud) -> None:
    cloud.create_zone("example.com")
    zone = cloud.create_cloudflare_zone("example.com")
    make_bucket(cloud)
    connect_bucket(cloud, zone)
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    cloud.delegate("example.com", zone)
    assert fetch(cloud, HOST).status_code == 404


def test_objects_by_the_s3_api(cloud: Cloud) -> None:
    make_bucket(cloud)
    cloud.log.clear()
    put(cloud, b"one\n")
    head = s3(cloud).head_object(Bucket="policies", Key=KEY)
    assert (head["ContentType"], head["CacheControl"]) == (
        "text/plain; charset=us-ascii", "no-store",
    )  # fmt: skip
    assert s3(cloud).get_object(Bucket="policies", Key=KEY)["Body"].read() == b"one\n"
    assert [each["Key"] for each in s3(cloud).list_objects_v2(Bucket="policies")["Contents"]] == [
        KEY
    ]
    s3(cloud).delete_object(Bucket="policies", Key=KEY)
    assert [(w.service, w.operation, w.path, w.status) for w in cloud.log] == [
        ("r2", "PutObject", f"/policies{PATH}", 200),
        ("r2", "DeleteObject", f"/policies{PATH}", 204),
    ]
    cloud.faults.add(service="r2", operation="PutObject", status=503, code="ServiceUnavailable")
    assert denied(s3(cloud).put_object, Bucket="policies", Key="x", Body=b"") == (
        "ServiceUnavailable", 503,
    )  # fmt: skip


def test_buckets_of_r2_and_s3_do_not_mix(cloud: Cloud) -> None:
    of_s3 = cloud.client("s3")
    of_s3.create_bucket(Bucket="policies")
    of_s3.put_object(Bucket="policies", Key="of-s3", Body=b"")
    missing = ("NoSuchBucket", 404)
    assert denied(s3(cloud).put_object, Bucket="policies", Key="x", Body=b"") == missing
    make_bucket(cloud)
    put(cloud, b"x")
    assert [each["Key"] for each in s3(cloud).list_objects_v2(Bucket="policies")["Contents"]] == [
        KEY
    ]
    listed = of_s3.list_objects_v2(Bucket="policies")["Contents"]
    assert [each["Key"] for each in listed] == ["of-s3"]
    make_bucket(cloud, "only-r2")
    assert denied(of_s3.list_objects_v2, Bucket="only-r2") == ("NoSuchBucket", 404)
    assert [each["Name"] for each in of_s3.list_buckets()["Buckets"]] == ["policies"]
    s3(cloud).delete_object(Bucket="policies", Key=KEY)
    client(cloud).r2.buckets.delete("policies", account_id=cloud.cloudflare.account)
    assert len(of_s3.list_objects_v2(Bucket="policies")["Contents"]) == 1
    of_s3.create_bucket(Bucket="only-r2")


def test_what_r2_refuses(cloud: Cloud) -> None:
    make_bucket(cloud)
    r2 = s3(cloud)
    stranger = s3(cloud, "0" * 32)
    refused = ("AccessDenied", 403)
    item = {"Bucket": "policies", "Key": "x"}
    assert denied(stranger.put_object, Body=b"", **item) == refused
    assert denied(r2.create_bucket, Bucket="another") == refused
    assert denied(r2.delete_bucket, Bucket="policies") == refused
    unknown = ("NotImplemented", 501)
    assert denied(r2.put_object, Body=b"", Tagging="a=b", **item) == unknown
    assert denied(r2.put_object, Body=b"", ACL="private", **item) == unknown
    assert denied(r2.put_object, Body=b"", ServerSideEncryption="aws:kms", **item) == unknown
    r2.put_object(Body=b"", **item)
    assert denied(r2.get_object_tagging, **item) == unknown
    assert denied(r2.put_object_acl, ACL="private", **item) == unknown
    assert httpx.get(f"{cloud.environment['SANDBOX_R2_URL']}/policies/x").status_code == 403


def test_the_plugin_sends_calls_for_r2_to_the_sandbox(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = f"https://{cloud.cloudflare.account}.r2.cloudflarestorage.com"
    aws = Aws({"region": "auto", "endpoints": [{"s3": ours}]})
    assert aws.client("s3").meta.endpoint_url == ours
    monkeypatch.setenv("SANDBOX_R2_URL", cloud.environment["SANDBOX_R2_URL"])
    for endpoint in (ours, f"{ours}/", ours.replace(".r2", ".eu.r2")):
        aws = Aws(
            {
                "region": "auto",
                "endpoints": [{"s3": endpoint}],
                "accessKey": cloud.cloudflare.access_key_id,
                "secretKey": cloud.cloudflare.secret_access_key,
            }
        )
        assert aws.client("s3").meta.endpoint_url == cloud.environment["SANDBOX_R2_URL"]
    make_bucket(cloud)
    aws.client("s3").put_object(Bucket="policies", Key="x", Body=b"one")
    assert s3(cloud).get_object(Bucket="policies", Key="x")["Body"].read() == b"one"
    other = Aws({"region": "auto", "endpoints": [{"s3": "http://127.0.0.1:1"}]})
    assert other.client("s3").meta.endpoint_url == "http://127.0.0.1:1"
