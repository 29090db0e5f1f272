"""Two edges at two addresses: each answers for its own cloud, whatever DNS says."""

import ssl
import time
from typing import Any

import httpx
import pytest

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import PATH, Site, answers, fetch
from tests.sandbox.cloudflare_site import (
    EDGE,
    HOST,
    client,
    connect_bucket,
    connect_worker,
    make_bucket,
    s3,
    upload,
)

CLOUDFRONT, CLOUDFLARE = "127.0.0.1", EDGE
KEY = PATH.removeprefix("/")
OLD, NEW = ("CloudFront", "one\n"), ("cloudflare", "a worker")


def served(cloud: Cloud, at: str) -> tuple[str, str] | None:
    """What the edge at an address answers for HOST, and as whose server; None: no handshake."""
    try:
        response = fetch(cloud, HOST, at=at)
    except httpx.ConnectError:
        return None
    return response.headers["server"], response.text


def both(cloud: Cloud) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
    return served(cloud, CLOUDFRONT), served(cloud, CLOUDFLARE)


def at_cloudfront(cloud: Cloud) -> tuple[Site, dict[str, Any]]:
    """The policy host at CloudFront, its certificate proved in a zone of Route 53."""
    site = Site(cloud)
    return site, site.build()


def test_a_name_that_moves_from_cloudfront_to_a_worker(cloud: Cloud) -> None:
    site, distribution = at_cloudfront(cloud)
    zone = cloud.create_cloudflare_zone("example.com")
    cloud.put_records(zone, [(HOST, "CNAME", 60, [distribution["DomainName"]])])
    cloud.delegate("example.com", zone)
    upload(cloud, says="a worker")
    assert answers(cloud, HOST, "A") == ["127.0.0.1", f"{distribution['DomainName']}."]
    assert both(cloud) == (OLD, None)

    cloud.delete_records(zone, [(HOST, "CNAME")])
    made = connect_worker(cloud, zone)
    assert answers(cloud, HOST, "A") == ["127.0.0.2"]
    assert both(cloud) == (OLD, NEW)

    site.update(distribution["Id"], Aliases={"Quantity": 0})
    assert both(cloud) == (None, NEW)

    client(cloud).workers.domains.delete(made.id, account_id=cloud.cloudflare.account)
    assert both(cloud) == (None, None)


def test_a_name_that_moves_to_a_route_by_an_edit_of_its_record(cloud: Cloud) -> None:
    _, distribution = at_cloudfront(cloud)
    zone = cloud.create_cloudflare_zone("example.com")
    cloud.delegate("example.com", zone)
    upload(cloud, says="a worker")
    records: Any = client(cloud).dns.records
    client(cloud).workers.routes.create(zone_id=zone, pattern=f"{HOST}/*", script="policies")
    cname: Any = {"type": "CNAME", "name": HOST, "content": distribution["DomainName"], "ttl": 1}
    record = records.create(zone_id=zone, **cname)
    assert both(cloud) == (OLD, None)
    records.update(record.id, zone_id=zone, **cname, proxied=True)
    assert both(cloud) == (OLD, NEW)
    records.update(record.id, zone_id=zone, **cname, proxied=False)
    assert both(cloud) == (OLD, None)


def test_a_bucket_while_dns_has_gone_back_to_cloudfront(cloud: Cloud) -> None:
    site, distribution = at_cloudfront(cloud)
    zone = cloud.create_cloudflare_zone("example.com")
    make_bucket(cloud)
    s3(cloud).put_object(Bucket="policies", Key=KEY, Body=b"of R2\n")
    connect_bucket(cloud, zone)
    assert both(cloud) == (OLD, None)  # a zone that has never been delegated is not active

    cloud.delegate("example.com", zone)
    assert both(cloud) == (OLD, ("cloudflare", "of R2\n"))
    cloud.delegate("example.com", site.zone)
    cloud.put_records(site.zone, [(HOST, "CNAME", 60, [distribution["DomainName"]])])
    assert answers(cloud, HOST, "A") == ["127.0.0.1", f"{distribution['DomainName']}."]
    assert both(cloud) == (OLD, ("cloudflare", "of R2\n"))

    custom: Any = client(cloud).r2.buckets.domains.custom
    place = {"account_id": cloud.cloudflare.account, "bucket_name": "policies"}
    assert custom.get(HOST, **place).status.ssl == "active"
    custom.delete(HOST, **place)
    assert both(cloud) == (OLD, None)


@pytest.mark.parametrize("host", ["bucket", "worker"])
def test_a_new_custom_domain_is_pending_at_cloudflare_alone(cloud: Cloud, host: str) -> None:
    at_cloudfront(cloud)
    zone = cloud.create_cloudflare_zone("example.com")
    cloud.delegate("example.com", zone)
    cloud.cloudflare.pending_seconds = 2.0
    if host == "bucket":
        make_bucket(cloud)
        s3(cloud).put_object(Bucket="policies", Key=KEY, Body=b"of R2\n")
        connect_bucket(cloud, zone)
    else:
        upload(cloud, says="a worker")
        connect_worker(cloud, zone)
    assert answers(cloud, HOST, "A") == ["127.0.0.2"]
    assert both(cloud) == (OLD, None)
    time.sleep(2.05)
    assert both(cloud) == (OLD, ("cloudflare", "of R2\n") if host == "bucket" else NEW)


def test_an_open_connection_ends_with_the_name_too(cloud: Cloud) -> None:
    zone = cloud.create_cloudflare_zone("example.com")
    upload(cloud, says="a worker")
    made = connect_worker(cloud, zone)
    context = ssl.create_default_context(cafile=cloud.environment["MTA_STS_CA_FILE"])
    with httpx.Client(verify=context, trust_env=False) as opened:

        def status() -> int:
            return opened.get(
                f"https://{CLOUDFLARE}:{cloud.edge.port}{PATH}",
                headers={"host": HOST},
                extensions={"sni_hostname": HOST},
            ).status_code

        assert status() == 200
        client(cloud).workers.domains.delete(made.id, account_id=cloud.cloudflare.account)
        assert status() == 403


def test_hosts_have_the_address_of_their_cloud(cloud: Cloud) -> None:
    distribution = Site(cloud).build()
    zone = cloud.create_cloudflare_zone("example.net")
    cloud.put_records(zone, [("plain.example.net", "CNAME", 60, [distribution["DomainName"]])])
    assert answers(cloud, distribution["DomainName"], "A") == ["127.0.0.1"]
    assert answers(cloud, "ada.ns.cloudflare.com", "A") == ["127.0.0.1"]
    assert "127.0.0.1" in answers(cloud, "plain.example.net", "A")
