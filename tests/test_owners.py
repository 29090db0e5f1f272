"""What a program sees of the owners of zones that are kept elsewhere, in real DNS and a state."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pulumi
import pytest

from mta_sts.owners import Owner, Owners
from mta_sts.problems import ArgumentError
from mta_sts.protocol.vantage import Vantage
from mta_sts.state import State
from sandbox.cloud import Cloud

DOMAIN, OURS, ZONE_ID = "customer.example", "announce.example", "Z1"
NAME, ANNOUNCED = f"mta-sts.{DOMAIN}", f"_mta-sts.{DOMAIN}.{OURS}"
VALIDATION = (f"_a.{NAME}", "_b.acm-validations.aws")
TARGET = "d1.cloudfront.net"
URN = "urn:pulumi:test::mta-sts::mta-sts:index:X${type}::{name}"
ID = "v=STSv1; id=1;"
NOWHERE = pulumi.InvokeOptions()


def resource(kind: str, called: str, **outputs: Any) -> tuple[str, Mapping[str, Any]]:
    return URN.format(type=kind, name=called), {"type": kind, "outputs": outputs}


def certificate(called: str) -> tuple[str, Mapping[str, Any]]:
    option = {
        "domainName": NAME,
        "resourceRecordName": f"{VALIDATION[0]}.",
        "resourceRecordType": "CNAME",
        "resourceRecordValue": f"{VALIDATION[1]}.",
    }
    kind = "aws:acm/certificate:Certificate"
    return resource(kind, called, subjectAlternativeNames=[NAME], domainValidationOptions=[option])


ASKING = certificate(f"host-{DOMAIN}-asking")
SHARED = certificate("host-certificate")
DISTRIBUTION = resource(
    "aws:cloudfront/distribution:Distribution", "host-distribution", domainName=TARGET
)


def announced(name: str, zone: str = ZONE_ID, called: str = DOMAIN) -> Any:
    kind = "aws:route53/record:Record"
    return resource(kind, f"{called}-txt", name=name, zoneId=zone, records=[ID])


COMPONENT = resource("mta-sts:index:MtaSts", DOMAIN, memory={"domain": DOMAIN})


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud() as running:
        yield running


@pytest.fixture
def theirs(cloud: Cloud) -> str:
    """The owner's zone."""
    cloud.reset()
    cloud.create_zone("cloudfront.net")
    return cloud.create_zone(DOMAIN)


def owners(cloud: Cloud, *recorded: Any) -> Owners:
    made = Owners(State(dict(recorded)), Vantage.from_environment(cloud.environment))
    made.zone_names["aws:route53/record:Record", ZONE_ID] = OURS  # asked of AWS, once a program
    return made


def look(cloud: Cloud, *recorded: Any, **given: Any) -> Owner:
    zone: Any = {"route53": ZONE_ID, **given}
    (owner,) = owners(cloud, *recorded).look([(DOMAIN, zone)], NOWHERE)
    return owner


def makes(cloud: Cloud, zone: str, *records: tuple[str, str]) -> None:
    cloud.put_records(zone, [(name, "CNAME", 60, [f"{value}."]) for name, value in records])


def lacks(owner: Owner) -> list[tuple[str, str]] | None:
    if owner.absent is None:
        return None
    return [(each.wanted.name, each.found) for each in owner.absent]


def test_a_first_run_knows_one_record(cloud: Cloud, theirs: str) -> None:
    owner = look(cloud)
    assert lacks(owner) == [(f"_mta-sts.{DOMAIN}", "nothing")]
    assert [each.value for each in owner.wanted] == [ANNOUNCED]
    assert not owner.may_join


def test_a_domain_joins_when_its_validation_is_seen(cloud: Cloud, theirs: str) -> None:
    before = look(cloud, ASKING, DISTRIBUTION)
    names = [VALIDATION[0], NAME, f"_mta-sts.{DOMAIN}"]
    assert lacks(before) == [(name, "nothing") for name in names]
    assert not before.may_join
    makes(cloud, theirs, VALIDATION)
    after = look(cloud, ASKING, DISTRIBUTION)
    assert after.may_join
    assert lacks(after) == [(name, "nothing") for name in names[1:]]


def test_not_while_no_certificate_would_be_issued(cloud: Cloud, theirs: str) -> None:
    makes(cloud, theirs, VALIDATION)
    cloud.put_records(theirs, [(DOMAIN, "CAA", 60, ['0 issue "letsencrypt.org"'])])
    owner = look(cloud, ASKING)
    assert not owner.may_join
    assert str(owner.unissued).startswith('the CAA records of the domain have only "letsencrypt')
    cloud.put_records(theirs, [(DOMAIN, "CAA", 60, ['0 issue "amazon.com"'])])
    assert look(cloud, ASKING).may_join


def test_not_while_dns_cannot_be_asked(cloud: Cloud, theirs: str) -> None:
    makes(cloud, theirs, VALIDATION)
    for kind in ("CNAME", "CAA"):
        fault = cloud.dns.misbehave("*", "servfail", type=kind)
        assert not look(cloud, ASKING).may_join
        cloud.dns.behave(fault)
    assert look(cloud, ASKING).may_join


def test_who_has_made_all_is_not_looked_up(cloud: Cloud, theirs: str) -> None:
    """The review does it, and holds nothing up."""
    recorded = (SHARED, DISTRIBUTION, COMPONENT, announced(ANNOUNCED))
    owner = look(cloud, *recorded)
    assert owner.absent is None
    assert (owner.announced_at, owner.target) == (ANNOUNCED, TARGET)
    assert lacks(look(cloud, *recorded[1:])) is not None
    assert lacks(look(cloud, *recorded[:-1])) is not None


def test_once_a_program(cloud: Cloud, theirs: str) -> None:
    seen = owners(cloud)
    zone: Any = {"route53": ZONE_ID}
    (first,) = seen.look([(DOMAIN, zone)], NOWHERE)
    makes(cloud, theirs, (f"_mta-sts.{DOMAIN}", ANNOUNCED))
    (second,) = seen.look([(DOMAIN, zone)], NOWHERE)
    assert second is first
    assert lacks(first) == [(f"_mta-sts.{DOMAIN}", "nothing")]


@pytest.mark.parametrize(
    ("zone_name", "recorded", "said"),
    [
        (
            DOMAIN,
            (),
            "external names the zone customer.example, which is the domain's own: write the zone "
            "without external",
        ),
        (
            "example",
            (COMPONENT, announced(f"_mta-sts.{DOMAIN}")),
            "external names the zone Z1, which has the domain's own records: take another zone of "
            "yours",
        ),
    ],
)
def test_a_zone_that_cannot_announce_it(
    cloud: Cloud, theirs: str, zone_name: str, recorded: tuple[Any, ...], said: str
) -> None:
    asked = owners(cloud, *recorded)
    asked.zone_names["aws:route53/record:Record", ZONE_ID] = zone_name
    zone: Any = {"route53": ZONE_ID}
    with pytest.raises(ArgumentError) as caught:
        asked.look([(DOMAIN, zone)], NOWHERE)
    assert str(caught.value) == (f"{DOMAIN} has a mistake; nothing was changed:\n  zone: {said}")


def waits(
    cloud: Cloud, theirs: str, *, wait: float, after: float | None = None
) -> tuple[list[str], list[str], Owners, Owner]:
    """What is still missing, and what was said; the owner makes all `after` so many seconds."""
    seen = owners(cloud, ASKING, DISTRIBUTION)
    zone: Any = {"route53": ZONE_ID, "wait": wait}
    (owner,) = seen.look([(DOMAIN, zone)], NOWHERE)
    lines: list[str] = []

    async def main() -> list[str]:
        async def makes_all() -> None:
            if after is not None:
                await asyncio.sleep(after)
                pairs = [(each.name, each.value) for each in owner.wanted]
                await asyncio.to_thread(makes, cloud, theirs, *pairs)

        missing, _ = await asyncio.gather(seen.wait(owner, owner.wanted, lines.append), makes_all())
        return [each.wanted.name for each in missing]

    return asyncio.run(main()), lines, seen, owner


def test_a_run_waits_until_all_is_made(cloud: Cloud, theirs: str) -> None:
    missing, lines, _, _ = waits(cloud, theirs, wait=30, after=0.6)
    assert missing == []
    assert lines[0] == (
        f"waiting for the owner of the zone of {DOMAIN}: 0 of 30 s; missing: "
        f"{VALIDATION[0]} CNAME {VALIDATION[1]} (found: nothing), "
        f"{NAME} CNAME {TARGET} (found: nothing), "
        f"_mta-sts.{DOMAIN} CNAME {ANNOUNCED} (found: nothing)"
    )


def test_a_run_waits_in_vain_once(cloud: Cloud, theirs: str) -> None:
    began = time.monotonic()
    missing, lines, seen, owner = waits(cloud, theirs, wait=0.7)
    assert missing == [VALIDATION[0], NAME, f"_mta-sts.{DOMAIN}"]
    assert time.monotonic() - began >= 0.7
    assert len(lines) == 1  # nothing changed meanwhile
    again: list[str] = []
    assert asyncio.run(seen.wait(owner, owner.wanted, again.append)) == owner.absent
    assert again == []
