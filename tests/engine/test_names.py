"""What stands in DNS already: ours is taken over, another's is left alone and named."""

import pytest

from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.engine.programs import MORE_MX, MX, shared_host
from tests.engine.stack import Stack, Step

DOMAIN = "solarmora.com"
RECORD = "aws:route53/record:Record"
OURS = Policy(mode="testing", mx=MX, max_age=604800)


@pytest.fixture
def zones(cloud: Cloud) -> dict[str, str]:
    return {DOMAIN: cloud.create_zone(DOMAIN)}


def records(cloud: Cloud, zone: str) -> set[tuple[str, str]]:
    sets = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
    return {(each["Name"].rstrip("."), each["Type"]) for each in sets["ResourceRecordSets"]}


FOREIGN = [
    (
        "_mta-sts.solarmora.com",
        "TXT",
        "v=STSv1; id=20260101T000000;",
        "the TXT record 'v=STSv1; id=20260101T000000;'",
    ),
    (
        "mta-sts.solarmora.com",
        "CNAME",
        "policies.example.net.",
        "the CNAME record 'policies.example.net'",
    ),
    ("mta-sts.solarmora.com", "A", "192.0.2.1", "the address record '192.0.2.1'"),
]


@pytest.mark.parametrize(("name", "kind", "value", "said"), FOREIGN)
def test_anothers_record_is_named_and_left(
    cloud: Cloud, stack: Stack, zones: dict[str, str], name: str, kind: str, value: str, said: str
) -> None:
    cloud.put_records(zones[DOMAIN], [(name, kind, 300, [value])])
    before = records(cloud, zones[DOMAIN])
    run = stack.up(shared_host({DOMAIN: {}}, zones))
    assert run.failed
    assert (
        f"{DOMAIN}: {name} already has {said}, which this stack did not make. It was left as it "
        "is, and nothing was announced. Delete it, or bring it into this stack with "
        "`pulumi import`, and run `pulumi up` again"
    ) in run.printed
    assert "Traceback" not in run.printed
    left = {(made, type_) for made, type_ in records(cloud, zones[DOMAIN]) if "acm" not in made}
    assert left - before == {
        (made, type_) for made, type_ in left - before if made.startswith("_") and type_ == "CNAME"
    }
    cloud.delete_records(zones[DOMAIN], [(name, kind)])
    again = stack.up(shared_host({DOMAIN: {}}, zones))
    assert not again.failed, again.printed


def test_dns_that_does_not_answer_announces_nothing(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    ill = cloud.dns.misbehave(f"_mta-sts.{DOMAIN}", "servfail")
    run = stack.up(shared_host({DOMAIN: {}}, zones))
    assert run.failed
    assert "whether _mta-sts.solarmora.com is another's cannot be told" in run.printed
    assert Step("create", RECORD, f"{DOMAIN}-txt") not in run.changes
    cloud.dns.behave(ill)
    assert not stack.up(shared_host({DOMAIN: {}}, zones)).failed


def test_a_record_that_a_killed_run_left_is_taken_over(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    """The record was made, the answer was lost, and meanwhile the configuration changed."""
    lost = cloud.faults.add(
        service="route53", operation="ChangeResourceRecordSets", how="lose", times=None,
        match=f"id={OURS.id}",
    )  # fmt: skip
    run = stack.up(shared_host({DOMAIN: {}}, zones))
    assert run.failed
    assert lost.hits > 0
    cloud.faults.remove(lost)
    assert ("_mta-sts.solarmora.com", "TXT") in records(cloud, zones[DOMAIN])
    again = stack.up(shared_host({DOMAIN: {"mx": MORE_MX}}, zones))
    assert not again.failed, again.printed
    assert Step("create", RECORD, f"{DOMAIN}-txt") in again.changes
