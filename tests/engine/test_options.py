"""The examples of options and providers: they reach the children of the components."""

from typing import Any

import pytest

from sandbox.cloud import Cloud
from tests.engine.examples import example
from tests.engine.stack import Run, Stack

pytestmark = pytest.mark.usefixtures("administrator")

DOMAIN, SECOND = "solarmora.com", "solarmora.net"
ROUTE53 = "aws:route53/record:Record"


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def children(stack: Stack) -> dict[str, dict[str, Any]]:
    """What the components made, by name, apart from the place of a name, which is no resource."""
    return {
        each["urn"].split("::", 3)[3]: each
        for each in stack.state()
        if "mta-sts:index:" in each["urn"] and each["custom"] and "Stash" not in each["type"]
    }


def test_options_reach_the_children(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(zone, [(DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."])])

    def up(day: int, **more: Any) -> Run:
        monkeypatch.setenv("MTA_STS_NOW", f"2026-01-{day:02}T00:00:00+00:00")
        return stack.up(example("options", domain=DOMAIN, zone=zone, **more))

    succeeded(up(1))
    made = children(stack)
    tags = {name: each["inputs"].get("tags") for name, each in made.items()}
    assert {name for name, each in tags.items() if each == {"team": "mail"}} == {
        "policies-bucket",
        "policies-certificate",
        "policies-distribution",
        f"{DOMAIN}-policy",
    }
    assert made["policies-bucket"]["inputs"]["bucket"] == "mail-test-mta-sts"
    assert [name for name, each in made.items() if not each.get("protect")] == []

    begun = len(cloud.log)
    refused = stack.destroy(lambda: None)
    assert refused.failed
    assert "protected" in refused.printed

    succeeded(up(2, keep=True))
    assert [name for name, each in children(stack).items() if each.get("protect")] == []
    assert [name for name, each in children(stack).items() if not each.get("retainOnDelete")] == []

    # Under enforce, the components' own protection, which `protect=False` does not lift: of the
    # host, from the run after the one that announces it.
    for _ in range(2):
        succeeded(up(16, keep=True, mode="enforce"))
    assert [name for name, each in children(stack).items() if not each.get("protect")] == []
    assert stack.destroy(lambda: None).failed

    succeeded(up(17, keep=True, mode="none"))
    succeeded(up(31, keep=True, mode="none"))
    assert [name for name, each in children(stack).items() if each.get("protect")] == []
    succeeded(stack.destroy(lambda: None))
    assert [call.operation for call in cloud.log[begun:] if "Delete" in call.operation] == []
    zones = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
    kept = {(each["Name"], each["Type"]) for each in zones["ResourceRecordSets"]}
    assert {(f"_mta-sts.{DOMAIN}.", "TXT"), (f"mta-sts.{DOMAIN}.", "CNAME")} <= kept


def test_children_use_the_providers_that_the_components_are_given(
    cloud: Cloud, stack: Stack
) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN), SECOND: cloud.create_cloudflare_zone(SECOND)}
    for domain, zone in zones.items():
        cloud.put_records(zone, [(domain, "MX", 300, [f"10 mail.{domain}."])])
    ours = example(
        "providers",
        route53={"domain": DOMAIN, "zone": zones[DOMAIN]},
        cloudflare={"domain": SECOND, "zone": zones[SECOND]},
        hosting="arn:aws:iam::123456789012:role/hosting",
        dns="arn:aws:iam::210987654321:role/dns",
        token=cloud.environment["CLOUDFLARE_API_TOKEN"],
    )
    succeeded(stack.up(ours))
    made = children(stack)
    used = {name: each["provider"].split("::")[-2] for name, each in made.items()}
    records = {name: each for name, each in used.items() if made[name]["type"] == ROUTE53}
    assert set(records.values()) == {"dns"}
    at_cloudflare = {f"policies-{SECOND}-validation", f"{SECOND}-cname", f"{SECOND}-txt"}
    assert {name for name, each in used.items() if each == "edge"} == {
        *at_cloudflare, f"{SECOND}-tlsrpt",
    }  # fmt: skip
    others = used.keys() - records.keys() - {*at_cloudflare, f"{SECOND}-tlsrpt"}
    assert {used[name] for name in others} == {"hosting"}
    assert not succeeded(stack.preview(ours)).changes
