"""The HTTPS edge, seen from outside: who is served, with which certificate, what and how old."""

import json
import ssl
import time
from functools import partial

import httpx
import pytest

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import CACHING_OPTIMIZED, PATH, Site, fetch, policy


@pytest.fixture
def site(cloud: Cloud) -> Site:
    return Site(cloud)


def seen(site: Site, method: str = "GET") -> tuple[int, bytes]:
    response = fetch(site.cloud, site.host, method=method)
    return response.status_code, response.content


def test_a_policy(site: Site) -> None:
    site.build()
    response = fetch(site.cloud, site.host)
    assert (response.status_code, response.content) == (200, b"one\n")
    assert response.headers["content-type"] == "text/plain; charset=us-ascii"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-cache"] == "Miss from cloudfront"
    site.put(b"two\n")
    assert seen(site) == (200, b"two\n")
    assert seen(site, "HEAD") == (200, b"")
    (first, *_, last) = site.cloud.edge.requests
    assert (first.host, first.path, first.status, first.method) == (site.host, PATH, 200, "GET")
    assert first.time == pytest.approx(time.time(), abs=5)
    assert last.method == "HEAD"


def test_methods(site: Site) -> None:
    site.build()
    for method in ("POST", "PUT", "OPTIONS", "DELETE"):
        assert seen(site, method)[0] == 403


def test_only_aliases_of_enabled_distributions_get_a_handshake(site: Site) -> None:
    with pytest.raises(httpx.ConnectError):
        fetch(site.cloud, site.host)
    distribution = site.build()
    assert seen(site)[0] == 200
    for stranger in ("mta-sts.example.org", distribution["DomainName"]):
        with pytest.raises(httpx.ConnectError):
            fetch(site.cloud, stranger)
    site.update(distribution["Id"], Enabled=False)
    with pytest.raises(httpx.ConnectError):
        fetch(site.cloud, site.host)


def test_wrong_certificates(site: Site) -> None:
    site.build()
    present = site.cloud.certificates.present
    for words, wrong in (
        ("certificate has expired", partial(present, expired=True)),
        ("Hostname mismatch", partial(present, names=("other.example.com",))),
        ("unable to get local issuer", partial(present, trusted=False)),
    ):
        wrong(site.host)
        with pytest.raises(httpx.ConnectError, match=words):
            fetch(site.cloud, site.host)
    site.cloud.certificates.reset()
    assert seen(site)[0] == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1")
def test_protocol_versions(site: Site) -> None:
    distribution = site.build()
    assert fetch(site.cloud, site.host, tls="TLSv1_2").status_code == 200
    assert fetch(site.cloud, site.host, tls="TLSv1_3").status_code == 200
    with pytest.raises((httpx.ConnectError, ssl.SSLError)):
        fetch(site.cloud, site.host, tls="TLSv1_1")
    certificate = {
        "ACMCertificateArn": site.certificate,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.3_2025",
    }
    site.update(distribution["Id"], ViewerCertificate=certificate)
    assert fetch(site.cloud, site.host, tls="TLSv1_3").status_code == 200
    with pytest.raises(httpx.TransportError):
        fetch(site.cloud, site.host, tls="TLSv1_2")


def test_the_bucket_lets_in_only_what_its_policy_names(site: Site) -> None:
    distribution = site.build()
    s3 = site.cloud.client("s3")
    denied = (
        policy(site.bucket, distribution["ARN"] + "X"),
        policy(site.bucket, distribution["ARN"], Action="s3:PutObject"),
        policy(site.bucket, distribution["ARN"], Resource=f"arn:aws:s3:::{site.bucket}/other/*"),
        policy(site.bucket, distribution["ARN"], Principal={"Service": "s3.amazonaws.com"}),
    )
    for document in denied:
        s3.put_bucket_policy(Bucket=site.bucket, Policy=json.dumps(document))
        status, body = seen(site)
        assert (status, b"<Code>AccessDenied</Code>" in body) == (403, True)
    s3.delete_bucket_policy(Bucket=site.bucket)
    assert seen(site)[0] == 403
    site.let_in(distribution["ARN"])
    assert seen(site)[0] == 200


def test_without_an_origin_access_control(site: Site) -> None:
    site.make_bucket()
    config = site.config()
    config["Origins"]["Items"][0]["OriginAccessControlId"] = ""
    site.let_in(site.create(config)["ARN"])
    site.put(b"one\n")
    assert seen(site)[0] == 403


def test_missing_keys(site: Site) -> None:
    distribution = site.build()
    assert fetch(site.cloud, site.host, "/nothing").status_code == 403
    listing = policy(site.bucket, distribution["ARN"])
    listing["Statement"].append(
        {
            **listing["Statement"][0],
            "Action": "s3:ListBucket",
            "Resource": f"arn:aws:s3:::{site.bucket}",
        }
    )
    site.cloud.client("s3").put_bucket_policy(Bucket=site.bucket, Policy=json.dumps(listing))
    assert fetch(site.cloud, site.host, "/nothing").status_code == 404


def test_functions_run_for_real(site: Site) -> None:
    site.build()
    code = """
    async function handler(event) {
      const r = event.request;
      if (r.uri === '/event') return {
        statusCode: 418, statusDescription: 'Teapot',
        headers: {'content-type': {value: 'application/json'}},
        body: JSON.stringify(event),
      };
      if (r.uri === '/throw') throw new Error('on purpose');
      if (r.uri === '/loop') while (true) {}
      if (r.uri === '/none') return null;
      r.uri = '/' + r.headers.host.value.split(':')[0] + r.uri;
      return r;
    }
    """
    cloudfront = site.cloud.client("cloudfront")
    etag = cloudfront.describe_function(Name="by-host")["ETag"]
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    updated = cloudfront.update_function(
        Name="by-host", IfMatch=etag, FunctionConfig=config, FunctionCode=code.encode()
    )
    assert fetch(site.cloud, site.host, "/event").status_code == 403  # not published yet
    cloudfront.publish_function(Name="by-host", IfMatch=updated["ETag"])
    assert seen(site) == (200, b"one\n")
    response = fetch(site.cloud, site.host, "/event?a=1&b=2&b=3")
    assert (response.status_code, response.reason_phrase) == (418, "Teapot")
    event = response.json()
    assert event["version"] == "1.0"
    assert event["context"]["eventType"] == "viewer-request"
    assert event["viewer"] == {"ip": "127.0.0.1"}
    request = event["request"]
    assert (request["method"], request["uri"]) == ("GET", "/event")
    assert request["headers"]["host"] == {"value": site.host}
    assert request["querystring"] == {
        "a": {"value": "1"},
        "b": {"value": "2", "multiValue": [{"value": "2"}, {"value": "3"}]},
    }
    for path, words in (("/throw", "on purpose"), ("/loop", "interrupted"), ("/none", "null")):
        failed = fetch(site.cloud, site.host, path)
        assert (failed.status_code, words in failed.text) == (503, True), failed.text


def test_nothing_cached_by_the_right_configuration(site: Site) -> None:
    site.build()
    site.cloud.client("s3").delete_object(Bucket=site.bucket, Key=site.key)
    assert seen(site)[0] == 403
    site.put(b"two\n")
    assert seen(site) == (200, b"two\n")


def test_a_cached_object_is_served_until_it_is_invalidated(site: Site) -> None:
    site.make_bucket()
    distribution = site.distribute(CachePolicyId=CACHING_OPTIMIZED)
    site.let_in(distribution["ARN"])
    s3 = site.cloud.client("s3")
    s3.put_object(Bucket=site.bucket, Key=site.key, Body=b"one")
    assert seen(site) == (200, b"one")
    s3.put_object(Bucket=site.bucket, Key=site.key, Body=b"two")
    assert seen(site) == (200, b"one")
    assert fetch(site.cloud, site.host).headers["x-cache"] == "Hit from cloudfront"
    paths = {"Quantity": 1, "Items": [f"/{site.host}/*"]}
    site.cloud.client("cloudfront").create_invalidation(
        DistributionId=distribution["Id"],
        InvalidationBatch={"Paths": paths, "CallerReference": "1"},
    )
    assert seen(site) == (200, b"two")


def test_a_minimum_time_overrides_cache_control(site: Site) -> None:
    site.make_bucket()
    distribution = site.distribute(CachePolicyId=CACHING_OPTIMIZED)
    site.let_in(distribution["ARN"])
    site.put(b"one\n")  # no-store
    assert seen(site) == (200, b"one\n")
    site.put(b"two\n")
    assert seen(site) == (200, b"one\n")
    time.sleep(1.05)  # the minimum of CachingOptimized
    assert seen(site) == (200, b"two\n")


def test_an_error_is_cached_by_default(site: Site) -> None:
    site.make_bucket()
    config = site.config()
    del config["CustomErrorResponses"]
    distribution = site.create(config)
    site.let_in(distribution["ARN"])
    assert seen(site)[0] == 403
    site.put(b"one\n")
    assert seen(site)[0] == 403
    assert fetch(site.cloud, site.host).headers["x-cache"] == "Error from cloudfront"


def test_an_edge_that_lags(site: Site) -> None:
    site.build()
    time.sleep(0.5)
    site.cloud.edge.lag = 0.5
    changed = time.monotonic()
    site.put(b"two\n")
    assert seen(site) == (200, b"one\n")
    while seen(site) != (200, b"two\n"):
        assert time.monotonic() - changed < 2
    assert time.monotonic() - changed >= 0.5
    site.cloud.client("s3").delete_object(Bucket=site.bucket, Key=site.key)
    assert seen(site) == (200, b"two\n")
    site.cloud.edge.lag = 0
    assert seen(site)[0] == 403
    site.cloud.edge.lag = 0.5
    assert seen(site) == (200, b"two\n")
