"""Cloudflare's DNS records: what is accepted, what is beside what, and what DNS answers."""

from typing import Any

import cloudflare
import dns.rcode
import pytest

from sandbox.cloud import Cloud
from tests.sandbox import cloudflare_site
from tests.sandbox.cloud_site import answers, ask
from tests.sandbox.cloudflare_site import client, refusal

TXT = {"type": "TXT", "name": "_mta-sts.example.com", "content": '"v=STSv1; id=1;"', "ttl": 60}
CNAME = {"type": "CNAME", "name": "mta-sts", "content": "d1.cloudfront.net", "ttl": 300}


@pytest.fixture
def zone(cloud: Cloud) -> str:
    return cloud.create_cloudflare_zone("example.com")


@pytest.fixture
def records(cloud: Cloud) -> Any:
    return cloudflare_site.records(cloud)


def ttl(cloud: Cloud, name: str, rdtype: str) -> int:
    return int(ask(cloud, name, rdtype).answer[0].ttl)


def test_a_record_from_beginning_to_end(cloud: Cloud, zone: str, records: Any) -> None:
    made = records.create(zone_id=zone, comment="ours", **TXT)
    assert (made.name, made.type, made.content, made.ttl, made.proxied, made.comment) == (
        "_mta-sts.example.com", "TXT", '"v=STSv1; id=1;"', 60, False, "ours",
    )  # fmt: skip
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=1;"']
    assert ttl(cloud, "_mta-sts.example.com", "TXT") == 60
    assert records.get(made.id, zone_id=zone) == made
    changed = records.update(made.id, zone_id=zone, **{**TXT, "content": '"v=STSv1; id=2;"'})
    assert (changed.id, changed.comment, changed.created_on) == (made.id, None, made.created_on)
    edited = records.edit(made.id, zone_id=zone, name=TXT["name"], type="TXT", ttl=1)
    assert (edited.content, edited.ttl) == ('"v=STSv1; id=2;"', 1)
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=2;"']
    assert ttl(cloud, "_mta-sts.example.com", "TXT") == 300
    assert records.delete(made.id, zone_id=zone).id == made.id
    assert refusal(records.get, made.id, zone_id=zone) == (404, 81044)
    assert ask(cloud, "_mta-sts.example.com", "TXT").rcode() == dns.rcode.NXDOMAIN


def test_names_and_lists(zone: str, records: Any) -> None:
    for name in ("@", "www", "WWW.example.com", "www.example.com.example.com"):
        records.create(zone_id=zone, type="TXT", name=name, content=f'"{name}"', ttl=1)
    names = [found.name for found in records.list(zone_id=zone)]
    assert names == [
        "example.com", "www.example.com", "www.example.com", "www.example.com.example.com",
    ]  # fmt: skip
    assert len(list(records.list(zone_id=zone, name={"exact": "www.example.com"}))) == 2
    assert len(list(records.list(zone_id=zone, per_page=2))) == 4
    assert list(records.list(zone_id=zone, type="CNAME")) == []
    (one,) = records.list(zone_id=zone, content={"exact": '"www"'})
    assert one.content == '"www"'


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ttl": 30}, 9021),
        ({"ttl": 86401}, 9021),
        ({"type": "A", "content": "1.2.3"}, 9005),
        ({"type": "AAAA", "content": "1.2.3.4"}, 9006),
        ({"content": '"half'}, 9003),
        ({"proxied": True}, 9004),
        ({"type": "NONE"}, 9001),
        ({"type": "MX", "content": "mx.example.com"}, 9101),
        ({"type": "CNAME", "content": "_mta-sts.example.com"}, 9039),
        ({"type": "CNAME", "content": "a.example", "proxied": True}, 9021),
    ],
)
def test_what_is_not_valid(zone: str, records: Any, change: dict[str, Any], code: int) -> None:
    with pytest.raises(cloudflare.BadRequestError, match="DNS Validation Error") as caught:
        records.create(zone_id=zone, **{**TXT, **change})
    response = caught.value.response
    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"]) == (400, 1004)
    assert error["error_chain"][0]["code"] == code
    assert list(records.list(zone_id=zone)) == []


def test_records_beside_each_other(zone: str, records: Any) -> None:
    made = records.create(zone_id=zone, **CNAME)
    other = {**CNAME, "content": "elsewhere.example"}
    address = {"type": "A", "name": "mta-sts", "content": "192.0.2.1", "ttl": 1}
    assert refusal(records.create, zone_id=zone, **CNAME) == (400, 81058)
    assert refusal(records.create, zone_id=zone, **other) == (400, 81053)
    assert refusal(records.create, zone_id=zone, **address) == (400, 81054)
    records.create(zone_id=zone, type="TXT", name="mta-sts", content='"x"', ttl=1)
    records.delete(made.id, zone_id=zone)
    records.create(zone_id=zone, **address)
    second = records.create(zone_id=zone, **{**address, "content": "192.0.2.2"})
    assert refusal(records.create, zone_id=zone, **CNAME) == (400, 81053)
    assert refusal(records.update, second.id, zone_id=zone, **address) == (400, 81058)


def test_a_proxied_record_is_the_edge(cloud: Cloud, zone: str, records: Any) -> None:
    made = records.create(zone_id=zone, **CNAME)
    assert answers(cloud, "mta-sts.example.com", "CNAME") == ["d1.cloudfront.net."]
    changed = records.update(made.id, zone_id=zone, **{**CNAME, "proxied": True})
    assert (changed.proxied, changed.ttl) == (True, 1)
    assert answers(cloud, "mta-sts.example.com", "A") == ["127.0.0.2"]
    assert answers(cloud, "mta-sts.example.com", "CNAME") == []
    assert ttl(cloud, "mta-sts.example.com", "A") == 300


def test_what_dns_answers(cloud: Cloud, zone: str, records: Any) -> None:
    long = "v=TLSRPTv1; " + "x" * 300
    records.create(zone_id=zone, type="TXT", name="long", content=f'"{long}"', ttl=1)
    records.create(zone_id=zone, type="TXT", name="bare", content='say "a"', ttl=1)
    records.create(zone_id=zone, type="MX", name="@", content="mx.example.com", priority=10, ttl=1)
    records.create(zone_id=zone, type="CNAME", name="@", content="www.example.com", ttl=1)
    records.create(zone_id=zone, type="A", name="www", content="192.0.2.1", ttl=1)
    records.create(
        zone_id=zone, type="CAA", name="@", ttl=1, data={"flags": 0, "tag": "issue", "value": "ca"}
    )
    assert answers(cloud, "long.example.com", "TXT") == [f'"{long[:255]}" "{long[255:]}"']
    assert answers(cloud, "bare.example.com", "TXT") == ['"say \\"a\\""']
    assert answers(cloud, "example.com", "MX") == ["10 mx.example.com."]
    assert answers(cloud, "example.com", "CAA") == ['0 issue "ca"']
    assert answers(cloud, "example.com", "A") == ["192.0.2.1"]  # flattened
    assert answers(cloud, "example.com", "CNAME") == []
    assert answers(cloud, "example.com", "NS") == [
        "ada.ns.cloudflare.com.", "bob.ns.cloudflare.com.",
    ]  # fmt: skip
    assert ask(cloud, "none.example.com", "A").rcode() == dns.rcode.NXDOMAIN
    assert answers(cloud, "ada.ns.cloudflare.com", "A") == ["127.0.0.1"]


def test_records_by_hand(cloud: Cloud, zone: str) -> None:
    cloud.put_records(
        zone,
        [
            ("example.com", "MX", 300, ["10 mx1.example.com.", "20 mx2.example.com."]),
            ("_mta-sts.example.com", "TXT", 5, ["v=STSv1; id=1;"]),
        ],
    )
    cloud.put_records(zone, [("_mta-sts.example.com", "TXT", 5, ["v=STSv1; id=2;"])])
    assert answers(cloud, "example.com", "MX") == ["10 mx1.example.com.", "20 mx2.example.com."]
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=2;"']
    assert ttl(cloud, "_mta-sts.example.com", "TXT") == 5
    cloud.delete_records(zone, [("_mta-sts.example.com", "TXT")])
    assert answers(cloud, "_mta-sts.example.com", "TXT") == []
    with pytest.raises(KeyError):
        cloud.delete_records(zone, [("_mta-sts.example.com", "TXT")])
    assert cloud.log == []


def status(cloud: Cloud) -> str | None:
    (zone,) = client(cloud).zones.list()
    return zone.status


def test_the_parent_delegates_to_the_first_zone_or_to_the_one_that_is_chosen(cloud: Cloud) -> None:
    at_aws = cloud.create_zone("example.org")
    at_cloudflare = cloud.create_cloudflare_zone("example.org")
    cloud.put_records(at_aws, [("a.example.org", "TXT", 60, ["aws"])])
    cloud.put_records(at_cloudflare, [("a.example.org", "TXT", 60, ["cloudflare"])])
    assert answers(cloud, "a.example.org", "TXT") == ['"aws"']
    assert status(cloud) == "pending"

    cloud.delegate("example.org", at_cloudflare)
    assert answers(cloud, "a.example.org", "TXT") == ['"cloudflare"']
    assert answers(cloud, "example.org", "NS")[0] == "ada.ns.cloudflare.com."
    assert ttl(cloud, "example.org", "NS") == 172800
    assert status(cloud) == "active"

    cloud.delegate("Example.org.", at_aws, ttl=2)
    assert status(cloud) == "moved"
    assert answers(cloud, "a.example.org", "TXT") == ['"aws"']
    assert "awsdns" in answers(cloud, "example.org", "NS")[0]
    assert ttl(cloud, "example.org", "NS") == 2
    with pytest.raises(ValueError, match="no zone of the name"):
        cloud.delegate("example.com", at_aws)


def test_a_zone_at_cloudflare_that_was_first_stays_delegated(cloud: Cloud) -> None:
    cloud.create_cloudflare_zone("example.org")
    cloud.create_zone("example.org")
    assert answers(cloud, "example.org", "NS")[0] == "ada.ns.cloudflare.com."
