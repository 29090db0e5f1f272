"""The name server: what it says of hosted zones and of those above, over UDP and TCP."""

import time

import dns.exception
import dns.flags
import dns.rcode
import dns.resolver
import pytest

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import Site, answers, ask


@pytest.fixture
def zone(cloud: Cloud) -> str:
    zone = cloud.create_zone("example.com")
    cloud.put_records(
        zone,
        [
            ("example.com", "MX", 300, ["10 mx1.example.com.", "20 mx2.example.com."]),
            ("mx1.example.com", "A", 300, ["192.0.2.1"]),
            ("mx1.example.com", "AAAA", 300, ["2001:db8::1"]),
            ("_mta-sts.example.com", "TXT", 60, ["v=STSv1; id=1;"]),
            ("alias.example.com", "CNAME", 60, ["mx1.example.com."]),
            ("a.b.c.example.com", "A", 60, ["192.0.2.2"]),
            ("*.wild.example.com", "TXT", 60, ["wild"]),
            ("x.y.wild.example.com", "A", 60, ["192.0.2.3"]),
            ("example.com", "CAA", 60, ['0 issue "amazon.com"']),
        ],
    )
    return zone


@pytest.mark.parametrize(
    ("name", "rdtype", "expected"),
    [
        ("example.com", "MX", ["10 mx1.example.com.", "20 mx2.example.com."]),
        ("EXAMPLE.com", "CAA", ['0 issue "amazon.com"']),
        ("mx1.example.com", "AAAA", ["2001:db8::1"]),
        ("_mta-sts.example.com", "TXT", ['"v=STSv1; id=1;"']),
        ("alias.example.com", "A", ["192.0.2.1", "mx1.example.com."]),
        ("alias.example.com", "CNAME", ["mx1.example.com."]),
        ("anything.wild.example.com", "TXT", ['"wild"']),
        ("deeper.anything.wild.example.com", "TXT", ['"wild"']),
        ("com", "NS", ["a.gtld-servers.net."]),
        (".", "NS", ["a.gtld-servers.net."]),
        ("ns-2048.awsdns-64.com", "A", ["127.0.0.1"]),
        ("ns-2051.awsdns-67.co.uk", "A", ["127.0.0.1"]),
        ("a.gtld-servers.net", "A", ["127.0.0.1"]),
    ],
)
@pytest.mark.usefixtures("zone")
def test_answers(cloud: Cloud, name: str, rdtype: str, expected: list[str]) -> None:
    assert answers(cloud, name, rdtype) == expected


@pytest.mark.parametrize(
    ("name", "rdtype", "rcode", "authority"),
    [
        ("nothing.example.com", "A", dns.rcode.NXDOMAIN, "example.com."),
        ("mx1.example.com", "TXT", dns.rcode.NOERROR, "example.com."),
        ("c.example.com", "A", dns.rcode.NOERROR, "example.com."),  # empty non-terminal
        ("b.c.example.com", "TXT", dns.rcode.NOERROR, "example.com."),
        ("y.wild.example.com", "TXT", dns.rcode.NOERROR, "example.com."),  # hides the wildcard
        ("z.y.wild.example.com", "TXT", dns.rcode.NXDOMAIN, "example.com."),
        ("anything.wild.example.com", "A", dns.rcode.NOERROR, "example.com."),
        ("example.org", "SOA", dns.rcode.NXDOMAIN, "org."),
        ("alias.example.com", "TXT", dns.rcode.NOERROR, "example.com."),
    ],
)
@pytest.mark.usefixtures("zone")
def test_negative_answers(
    cloud: Cloud, name: str, rdtype: str, rcode: dns.rcode.Rcode, authority: str
) -> None:
    response = ask(cloud, name, rdtype)
    assert response.rcode() == rcode
    (soa,) = response.authority
    assert (soa.name.to_text(), soa.ttl) == (authority, 900)
    assert response.flags & dns.flags.AA


def test_a_walk_up_to_the_zone_cut(cloud: Cloud, zone: str) -> None:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], cloud.dns.port
    assert dns.resolver.zone_for_name(
        "a.b.c.example.com", resolver=resolver
    ).to_text() == "example.com."  # fmt: skip
    servers = cloud.client("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    assert answers(cloud, "example.com", "NS") == sorted(f"{server}." for server in servers)


def test_the_deepest_zone_answers(cloud: Cloud, zone: str) -> None:
    below = cloud.create_zone("sub.example.com")
    cloud.put_records(zone, [("x.sub.example.com", "A", 60, ["192.0.2.8"])])
    cloud.put_records(below, [("x.sub.example.com", "A", 60, ["192.0.2.9"])])
    assert answers(cloud, "x.sub.example.com", "A") == ["192.0.2.9"]


def test_a_part_delegated_elsewhere_is_a_referral(cloud: Cloud, zone: str) -> None:
    cloud.put_records(zone, [("away.example.com", "NS", 60, ["ns.elsewhere.test."])])
    response = ask(cloud, "www.away.example.com", "A")
    assert response.answer == []
    assert response.authority[0].to_text() == "away.example.com. 60 IN NS ns.elsewhere.test."
    assert not response.flags & dns.flags.AA


@pytest.mark.usefixtures("zone")
def test_long_answers_are_truncated_and_come_whole_over_tcp(cloud: Cloud) -> None:
    (zone,) = cloud.client("route53").list_hosted_zones()["HostedZones"]
    values = [f"{number} " + "x" * 240 for number in range(12)]
    cloud.put_records(zone["Id"], [("long.example.com", "TXT", 60, values)])
    assert ask(cloud, "long.example.com", "TXT").flags & dns.flags.TC
    assert len(ask(cloud, "long.example.com", "TXT", tcp=True).answer[0]) == 12


def test_a_long_text_is_split_into_strings(cloud: Cloud, zone: str) -> None:
    cloud.put_records(zone, [("key.example.com", "TXT", 60, ["k" * 300])])
    (record,) = ask(cloud, "key.example.com", "TXT").answer[0]
    assert [len(string) for string in record.strings] == [255, 45]


def test_names_of_distributions_and_aliases_of_route_53(cloud: Cloud) -> None:
    site = Site(cloud)
    domain_name = site.build()["DomainName"]
    cloud.put_records(site.zone, [(site.host, "CNAME", 300, [domain_name])])
    assert answers(cloud, site.host, "A") == sorted(["127.0.0.1", f"{domain_name}."])
    assert answers(cloud, site.host, "AAAA") == [f"{domain_name}."]
    assert ask(cloud, "dnosuchthing.cloudfront.net", "A").rcode() == dns.rcode.NXDOMAIN
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": domain_name,
        "EvaluateTargetHealth": False,
    }
    record = {"Name": "apex-like.example.com", "Type": "A", "AliasTarget": target}
    cloud.client("route53").change_resource_record_sets(
        HostedZoneId=site.zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]},
    )
    assert answers(cloud, "apex-like.example.com", "A") == ["127.0.0.1"]


@pytest.mark.usefixtures("zone")
def test_misbehaviour(cloud: Cloud) -> None:
    late = cloud.dns.misbehave("_mta-sts.*", "delay", seconds=0.3)
    began = time.monotonic()
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=1;"']
    assert time.monotonic() - began >= 0.3
    cloud.dns.behave(late)

    cloud.dns.misbehave("_mta-sts.example.com", "servfail", type="TXT")
    assert ask(cloud, "_mta-sts.example.com", "TXT").rcode() == dns.rcode.SERVFAIL
    assert ask(cloud, "_mta-sts.example.com", "A").rcode() == dns.rcode.NOERROR

    cloud.dns.misbehave("mx1.*", "drop")
    with pytest.raises(dns.exception.Timeout):
        ask_briefly(cloud, "mx1.example.com")
    cloud.dns.reset()
    assert answers(cloud, "mx1.example.com", "A") == ["192.0.2.1"]


def test_an_old_serial(cloud: Cloud, zone: str) -> None:
    """What is asked by these names is answered as it was, whatever is changed meanwhile."""
    stale = cloud.dns.misbehave("_mta-sts.*", "stale")
    cloud.put_records(
        zone,
        [
            ("_mta-sts.example.com", "TXT", 60, ["v=STSv1; id=2;"]),
            ("mx1.example.com", "A", 300, ["192.0.2.9"]),
        ],
    )
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=1;"']
    assert answers(cloud, "mx1.example.com", "A") == ["192.0.2.9"]
    assert stale.hits == 1
    cloud.dns.behave(stale)
    assert answers(cloud, "_mta-sts.example.com", "TXT") == ['"v=STSv1; id=2;"']


def ask_briefly(cloud: Cloud, name: str) -> None:
    query = dns.message.make_query(name, "A")
    dns.query.udp(query, "127.0.0.1", port=cloud.dns.port, timeout=0.3)
