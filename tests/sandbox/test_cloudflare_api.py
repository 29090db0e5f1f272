"""Cloudflare's API as such: who may call, envelope, pages, faults, the log."""

import threading
import time

import cloudflare
import httpx
import pytest

from sandbox.cloud import Cloud
from tests.sandbox.cloudflare_site import client, records, refusal

OTHERS_ACCOUNT = "f" * 32


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_cloudflare_zone("Example.com.")


def get(cloud: Cloud, path: str, **headers: str) -> httpx.Response:
    return httpx.get(cloud.environment["CLOUDFLARE_BASE_URL"] + path, headers=headers, timeout=5)


def test_the_environment_and_the_control(cloud: Cloud) -> None:
    assert cloud.environment["CLOUDFLARE_BASE_URL"].endswith("/client/v4")
    assert cloud.environment["CLOUDFLARE_API_TOKEN"] == cloud.cloudflare.token
    assert len(cloud.cloudflare.account) == 32
    assert cloud.cloudflare.pending_seconds == 0


def test_zones(cloud: Cloud, zone: str) -> None:
    cloud.create_cloudflare_zone("example.org")
    theirs = cloud.create_cloudflare_zone("example.net", account=OTHERS_ACCOUNT)
    zones = client(cloud).zones
    assert [found.name for found in zones.list()] == ["example.com", "example.org"]
    (found,) = zones.list(name="example.com", account={"id": cloud.cloudflare.account})
    assert (found.id, found.status) == (zone, "active")
    assert found.name_servers == ["ada.ns.cloudflare.com", "bob.ns.cloudflare.com"]
    assert found.account.id == cloud.cloudflare.account
    assert list(zones.list(name="example.net")) == []
    assert list(zones.list(account={"id": OTHERS_ACCOUNT})) == []
    assert zones.get(zone_id=zone) == found
    assert refusal(zones.get, zone_id=theirs) == (403, 9109)
    assert refusal(zones.get, zone_id="0" * 32) == (403, 9109)
    assert refusal(zones.get, zone_id="no-id") == (404, 7003)


def test_accounts_and_token(cloud: Cloud) -> None:
    (account,) = client(cloud).accounts.list()
    assert account.id == cloud.cloudflare.account
    verified = client(cloud).user.tokens.verify()
    assert verified is not None
    assert verified.status == "active"
    assert refusal(client(cloud, "wrong").user.tokens.verify) == (401, 1000)


def test_who_may_call(cloud: Cloud, zone: str) -> None:
    wrong = client(cloud, "wrong")
    assert refusal(wrong.zones.list) == (403, 10000)
    assert refusal(wrong.dns.records.list, zone_id=zone) == (403, 10000)
    assert get(cloud, "/zones").json() == {
        "success": False,
        "errors": [
            {
                "code": 9106,
                "message": "Missing X-Auth-Key, X-Auth-Email or Authorization headers",
            }
        ],
        "messages": [],
        "result": None,
    }
    theirs = cloud.create_cloudflare_zone("example.net", account=OTHERS_ACCOUNT)
    assert refusal(records(cloud).list, zone_id=theirs) == (403, 10000)
    assert refusal(client(cloud).r2.buckets.list, account_id=OTHERS_ACCOUNT) == (403, 10000)
    cloud.cloudflare.token = "another"  # noqa: S105
    assert refusal(client(cloud).zones.list) == (403, 10000)
    assert list(client(cloud, "another").zones.list()) != []


def test_the_envelope_and_its_pages(cloud: Cloud) -> None:
    for number in range(5):
        cloud.create_cloudflare_zone(f"n{number}.example")
    authorization = f"Bearer {cloud.cloudflare.token}"
    second = get(cloud, "/zones?per_page=2&page=2", authorization=authorization)
    said = second.json()
    assert (said["success"], said["errors"], said["messages"]) == (True, [], [])
    assert [zone["name"] for zone in said["result"]] == ["n2.example", "n3.example"]
    assert said["result_info"] == {
        "page": 2, "per_page": 2, "count": 2, "total_count": 5, "total_pages": 3,
    }  # fmt: skip
    listed = [zone.name for zone in client(cloud).zones.list(per_page=2)]
    assert listed == [f"n{number}.example" for number in range(5)]
    unknown = get(cloud, "/nothing", authorization=authorization)
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (400, 7000)


def test_a_rate_limit(cloud: Cloud, zone: str) -> None:
    create = records(cloud).create
    record = {"zone_id": zone, "name": "a", "type": "TXT", "content": '"x"', "ttl": 1}
    fault = cloud.faults.add(
        service="cloudflare", operation="dns_records.create", status=429, retry_after=7
    )
    with pytest.raises(cloudflare.RateLimitError, match="throttling") as caught:
        create(**record)
    response = caught.value.response
    assert (response.status_code, response.headers["retry-after"]) == (429, "7")
    assert fault.hits == 1
    assert list(records(cloud).list(zone_id=zone)) == []
    create(**record)
    cloud.faults.add(
        service="cloudflare", operation="dns_records.*", status=400, code="1234", match="wrong"
    )
    assert refusal(create, **{**record, "content": '"wrong"'}) == (400, 1234)


def test_a_call_that_hangs_and_one_whose_answer_is_lost(cloud: Cloud, zone: str) -> None:
    record = {"zone_id": zone, "name": "a", "type": "TXT", "content": '"x"', "ttl": 1}
    fault = cloud.faults.add(service="cloudflare", operation="dns_records.create", how="hang")
    thread = threading.Thread(target=lambda: records(cloud).create(**record))
    thread.start()
    assert fault.hit.wait(5)
    assert list(records(cloud).list(zone_id=zone)) == []
    fault.release()
    thread.join(5)
    (made,) = records(cloud).list(zone_id=zone)
    cloud.faults.add(service="cloudflare", operation="dns_records.delete", how="lose")
    with pytest.raises(cloudflare.APIConnectionError):
        records(cloud).delete(made.id, zone_id=zone)
    assert list(records(cloud).list(zone_id=zone)) == []


def test_the_log_holds_writes_only(cloud: Cloud, zone: str) -> None:
    calls = records(cloud)
    made = calls.create(zone_id=zone, name="a", type="TXT", content='"x"', ttl=1)
    calls.get(made.id, zone_id=zone)
    list(calls.list(zone_id=zone))
    calls.delete(made.id, zone_id=zone)
    refusal(calls.delete, made.id, zone_id=zone)
    path = f"/client/v4/zones/{zone}/dns_records"
    assert [(w.service, w.operation, w.path, w.status) for w in cloud.log] == [
        ("cloudflare", "dns_records.create", path, 200),
        ("cloudflare", "dns_records.delete", f"{path}/{made.id}", 200),
        ("cloudflare", "dns_records.delete", f"{path}/{made.id}", 404),
    ]
    assert cloud.log[0].time == pytest.approx(time.time(), abs=5)


def test_reset_forgets_it_all(cloud: Cloud, zone: str) -> None:
    cloud.cloudflare.token, cloud.cloudflare.pending_seconds = "another", 9
    client(cloud, "another").r2.buckets.create(account_id=cloud.cloudflare.account, name="box")
    cloud.reset()
    assert list(client(cloud).zones.list()) == []
    assert client(cloud).r2.buckets.list(account_id=cloud.cloudflare.account).buckets == []
    assert cloud.cloudflare.pending_seconds == 0
    assert refusal(client(cloud).zones.get, zone_id=zone) == (403, 9109)
