"""What stands in DNS already: ours is taken over, another's is left alone and named."""

import pytest

from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.engine.ground import Ground
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Stack

DOMAIN = "solarmora.com"
OURS = Policy(mode="testing", mx=MX, max_age=604800)


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
    ("mta-sts.solarmora.com", "A", "192.0.2.1", "the A record '192.0.2.1'"),
]


@pytest.mark.parametrize(("name", "kind", "value", "said"), FOREIGN)
def test_anothers_record_is_named_and_left(
    cloud: Cloud, stack: Stack, ground: Ground, name: str, kind: str, value: str, said: str
) -> None:
    cloud.put_records(ground.zone_id(DOMAIN), [(name, kind, 300, [value])])
    before = ground.records(DOMAIN)
    run = stack.up(ground.deploys({DOMAIN: {}}))
    assert run.failed
    assert (
        f"{DOMAIN}: {name} already has {said}, which this stack did not make. It was left as it "
        "is, and nothing was announced. "
    ) in run.printed
    assert "Traceback" not in run.printed
    left = {(made, type_) for made, type_ in ground.records(DOMAIN) if "acm" not in made}
    assert left - before == {
        (made, type_) for made, type_ in left - before if made.startswith("_") and type_ == "CNAME"
    }
    cloud.delete_records(ground.zone_id(DOMAIN), [(name, kind)])
    again = stack.up(ground.deploys({DOMAIN: {}}))
    assert not again.failed, again.printed


@pytest.mark.parametrize(("kind", "value"), [("A", "192.0.2.1"), ("CNAME", "www.example.net.")])
def test_a_wildcard_is_nobodys_record(
    cloud: Cloud, stack: Stack, ground: Ground, kind: str, value: str
) -> None:
    cloud.put_records(ground.zone_id(DOMAIN), [(f"*.{DOMAIN}", kind, 300, [value])])
    run = stack.up(ground.deploys({DOMAIN: {}}))
    assert not run.failed, run.printed


def test_dns_that_does_not_answer_announces_nothing(
    cloud: Cloud, stack: Stack, ground: Ground
) -> None:
    ill = cloud.dns.misbehave(f"_mta-sts.{DOMAIN}", "servfail")
    run = stack.up(ground.deploys({DOMAIN: {}}))
    assert run.failed
    assert "whether _mta-sts.solarmora.com is another's cannot be told" in run.printed
    assert ground.txt("create", DOMAIN) not in run.changes
    cloud.dns.behave(ill)
    assert not stack.up(ground.deploys({DOMAIN: {}})).failed


def test_a_record_that_a_killed_run_left(cloud: Cloud, stack: Stack, ground: Ground) -> None:
    """The record was made, the answer was lost, and meanwhile the configuration changed: it is
    taken over, or named where the zone would have two."""
    name = "_mta-sts.solarmora.com"
    lost = ground.loses_the_record(f"id={OURS.id}")
    run = stack.up(ground.deploys({DOMAIN: {}}))
    assert run.failed
    assert lost.hits > 0
    cloud.faults.remove(lost)
    assert (name, "TXT") in ground.records(DOMAIN)
    again = stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}}))
    if ground.pair.zone == "cloudflare":
        assert again.failed
        assert (
            f"{DOMAIN}: {name} already has the TXT record 'v=STSv1; id={OURS.id};', left there by "
            "a run that was killed. Delete it in the zone, and run `pulumi up` again"
        ) in again.printed
        cloud.delete_records(ground.zone_id(DOMAIN), [(name, "TXT")])
        again = stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}}))
    assert not again.failed, again.printed
    assert ground.txt("create", DOMAIN) in again.changes
