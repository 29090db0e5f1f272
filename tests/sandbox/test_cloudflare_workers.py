"""Workers: uploads, custom domains and routes, and what the edge has them answer."""

import json
import time
from typing import Any

import cloudflare
import httpx
import pytest

from sandbox.cloud import Cloud
from tests.sandbox import cloudflare_site
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

READER = """
import words from './words.json';
export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const object = await env.POLICIES.get(url.hostname + url.pathname);
    if (!object) return new Response(words.none, { status: 404 });
    return new Response(object.body, { headers: { 'content-type': 'text/plain' } });
  },
};
"""
CNAME = {"type": "CNAME", "name": HOST, "content": "elsewhere.example", "ttl": 1}


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_cloudflare_zone("example.com")


@pytest.fixture
def workers(cloud: Cloud) -> Any:
    return client(cloud).workers


@pytest.fixture
def account(cloud: Cloud) -> dict[str, str]:
    return {"account_id": cloud.cloudflare.account}


def upload_reader(cloud: Cloud) -> Any:
    return client(cloud).workers.scripts.update(
        "reader",
        account_id=cloud.cloudflare.account,
        metadata={
            "main_module": "worker.js",
            "compatibility_date": "2024-09-01",
            "bindings": [
                {"type": "r2_bucket", "name": "POLICIES", "bucket_name": "policies"},
                {"type": "plain_text", "name": "SAID", "text": "aloud"},
                {"type": "secret_text", "name": "HIDDEN", "text": "secret"},
            ],
        },
        files=[
            ("worker.js", READER.encode(), "application/javascript+module"),
            ("words.json", json.dumps({"none": "nothing here"}).encode(), "application/json"),
        ],
    )


def test_a_script(cloud: Cloud, workers: Any, account: dict[str, str]) -> None:
    assert refusal(upload_reader, cloud) == (400, 10085)
    make_bucket(cloud)
    made = upload_reader(cloud)
    assert (made.id, made.has_modules, made.compatibility_date) == ("reader", True, "2024-09-01")
    (listed,) = workers.scripts.list(**account)
    assert (listed.id, listed.etag) == ("reader", made.etag)
    for content in (
        workers.scripts.get("reader", **account),
        workers.scripts.content.get("reader", **account).text(),
    ):
        assert READER in content.replace("\r\n", "\n")
        assert '{"none": "nothing here"}' in content
    raw = workers.scripts.content.with_raw_response.get("reader", **account)
    assert raw.headers["cf-entrypoint"] == "worker.js"
    assert raw.headers["content-type"].startswith("multipart/form-data; boundary=")
    settings = workers.scripts.script_and_version_settings.get("reader", **account)
    assert settings.compatibility_date == "2024-09-01"
    assert [binding.to_dict() for binding in settings.bindings] == [
        {"type": "r2_bucket", "name": "POLICIES", "bucket_name": "policies"},
        {"type": "plain_text", "name": "SAID", "text": "aloud"},
        {"type": "secret_text", "name": "HIDDEN"},
    ]
    assert upload_reader(cloud).etag == made.etag
    workers.scripts.delete("reader", **account)
    for call in (
        workers.scripts.get,
        workers.scripts.delete,
        workers.scripts.content.get,
        workers.scripts.script_and_version_settings.get,
    ):
        assert refusal(call, "reader", **account) == (404, 10007)


def test_a_script_that_does_not_run_is_not_accepted(
    cloud: Cloud, workers: Any, account: dict[str, str]
) -> None:
    upload(cloud, says="one")
    with pytest.raises(cloudflare.BadRequestError, match="SyntaxError") as caught:
        upload(cloud, code="export default {")
    response = caught.value.response
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, 10021)
    assert "'one'" in workers.scripts.get("policies", **account)
    missing = {"main_module": "none.js"}
    files = [("worker.js", b"", "application/javascript+module")]
    scripts = workers.scripts
    assert refusal(scripts.update, "a", metadata=missing, files=files, **account) == (400, 10021)
    wrong = client(cloud, "wrong").workers.scripts
    assert refusal(wrong.update, "a", metadata=missing, files=files, **account) == (403, 10000)
    assert [write.status for write in cloud.log] == [200, 400, 400, 403]


def test_a_custom_domain(cloud: Cloud, zone: str, workers: Any, account: dict[str, str]) -> None:
    domains = workers.domains
    assert refusal(connect_worker, cloud, zone) == (404, 10007)
    upload(cloud)
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    made = connect_worker(cloud, zone)
    assert (made.hostname, made.service, made.zone_id, made.zone_name, made.environment) == (
        HOST, "policies", zone, "example.com", "production",
    )  # fmt: skip
    assert connect_worker(cloud, zone) == made
    assert domains.get(made.id, **account).to_dict() == made.to_dict()
    assert [found.id for found in domains.list(hostname=HOST, **account)] == [made.id]
    assert list(domains.list(service="another", **account)) == []
    assert answers(cloud, HOST, "A") == ["127.0.0.2"]
    response = fetch(cloud, HOST)
    assert (response.status_code, response.text) == (200, "one")
    assert response.headers["server"] == "cloudflare"

    records = client(cloud).dns.records
    (record,) = records.list(zone_id=zone)
    assert (record.type, record.content, record.proxied) == ("AAAA", "100::", True)
    assert refusal(records.update, record.id, zone_id=zone, **CNAME) == (400, 1043)
    assert refusal(records.create, zone_id=zone, **CNAME) == (400, 81062)
    domains.delete(made.id, **account)
    assert answers(cloud, HOST, "A") == []
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    assert refusal(domains.get, made.id, **account)[0] == 404


def test_a_custom_domain_is_refused_a_name_that_is_taken(cloud: Cloud, zone: str) -> None:
    upload(cloud)
    upload(cloud, "another")
    theirs = cloud.create_cloudflare_zone("example.net", account="f" * 32)
    assert refusal(connect_worker, cloud, theirs, domain="mta-sts.example.net") == (404, 10083)
    assert refusal(connect_worker, cloud, zone, domain="mta-sts.example.org") == (404, 10083)
    cloud.put_records(zone, [(HOST, "A", 300, ["192.0.2.1"])])
    assert refusal(connect_worker, cloud, zone) == (409, 100117)
    cloud.delete_records(zone, [(HOST, "A")])
    connect_worker(cloud, zone)
    assert refusal(connect_worker, cloud, zone, "another") == (409, 100116)
    make_bucket(cloud)
    assert refusal(connect_bucket, cloud, zone)[0] == 409


def test_a_worker_reads_its_bucket(cloud: Cloud, zone: str) -> None:
    make_bucket(cloud)
    upload_reader(cloud)
    connect_worker(cloud, zone, "reader")
    missing = fetch(cloud, HOST)
    assert (missing.status_code, missing.text) == (404, "nothing here")
    s3(cloud).put_object(Bucket="policies", Key=f"{HOST}{PATH}", Body=b"one\n")
    response = fetch(cloud, HOST)
    assert (response.status_code, response.content) == (200, b"one\n")
    assert response.headers["content-type"] == "text/plain"
    head = fetch(cloud, HOST, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    last = cloud.edge.requests[-1]
    assert (last.host, last.path, last.status, last.method) == (HOST, PATH, 200, "HEAD")


def test_old_and_new_by_turns_while_the_edge_lags(cloud: Cloud, zone: str) -> None:
    upload(cloud, says="one")
    connect_worker(cloud, zone)
    cloud.edge.lag = 1.0
    assert fetch(cloud, HOST).text == "one"
    upload(cloud, says="two")
    assert [fetch(cloud, HOST).text for _ in range(4)] == ["two", "one", "two", "one"]
    time.sleep(1.0)
    assert [fetch(cloud, HOST).text for _ in range(3)] == ["two"] * 3
    upload(cloud, says="three")
    assert {fetch(cloud, HOST).text for _ in range(4)} == {"two", "three"}


def test_a_pending_domain_is_not_served(cloud: Cloud, zone: str) -> None:
    cloud.cloudflare.pending_seconds = 60
    upload(cloud)
    connect_worker(cloud, zone)
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)
    cloud.cloudflare.pending_seconds = 0
    assert fetch(cloud, HOST).text == "one"


def test_routes(cloud: Cloud, zone: str, workers: Any) -> None:
    upload(cloud)
    routes, records = workers.routes, cloudflare_site.records(cloud)
    place = {"zone_id": zone}
    made = routes.create(pattern=f"{HOST}/*", script="policies", **place)
    assert (made.pattern, made.script) == (f"{HOST}/*", "policies")
    assert routes.get(made.id, **place).to_dict() == made.to_dict()
    assert [route.id for route in routes.list(**place)] == [made.id]
    assert refusal(routes.create, pattern=f"{HOST}/*", **place) == (409, 10020)
    assert refusal(routes.create, pattern="a.example.com/*", script="none", **place) == (404, 10007)
    assert refusal(routes.create, pattern="example.org/*", **place)[0] == 400

    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)  # no record
    record = records.create(zone_id=zone, proxied=False, **CNAME)
    with pytest.raises(httpx.ConnectError):
        fetch(cloud, HOST)  # not proxied
    records.update(record.id, zone_id=zone, proxied=True, **CNAME)
    assert fetch(cloud, HOST).text == "one"

    routes.update(made.id, pattern=f"{HOST}/elsewhere/*", script="policies", **place)
    assert fetch(cloud, HOST).status_code == 522
    assert fetch(cloud, HOST, "/elsewhere/x").text == "one"
    assert routes.delete(made.id, **place).id == made.id
    assert fetch(cloud, HOST, "/elsewhere/x").status_code == 522
    assert refusal(routes.get, made.id, **place)[0] == 404


def test_universal_ssl_covers_one_label(cloud: Cloud, zone: str, workers: Any) -> None:
    upload(cloud)
    for host, served in (("example.com", True), (HOST, True), ("mta-sts.a.example.com", False)):
        workers.routes.create(zone_id=zone, pattern=f"{host}/*", script="policies")
        client(cloud).dns.records.create(
            zone_id=zone, type="A", name=host, content="192.0.2.1", proxied=True, ttl=1
        )
        if served:
            assert fetch(cloud, host).text == "one"
        else:
            with pytest.raises(httpx.ConnectError):
                fetch(cloud, host)
    upload(cloud, "another")
    connect_worker(cloud, zone, "another", "mta-sts.b.example.com")
    assert fetch(cloud, "mta-sts.b.example.com").text == "one"


def test_a_route_goes_before_a_buckets_domain(cloud: Cloud, zone: str, workers: Any) -> None:
    make_bucket(cloud)
    connect_bucket(cloud, zone)
    assert fetch(cloud, HOST).status_code == 404
    upload(cloud)
    workers.routes.create(zone_id=zone, pattern=f"{HOST}/*", script="policies")
    assert fetch(cloud, HOST).text == "one"
    client(cloud).workers.scripts.delete("policies", account_id=cloud.cloudflare.account)
    assert list(workers.routes.list(zone_id=zone)) == []
    assert fetch(cloud, HOST).status_code == 404
