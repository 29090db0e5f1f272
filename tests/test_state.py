"""Whose announcement a record is, as the stack's state has it."""

from typing import Any

import pytest

from mta_sts.state import State
from mta_sts.zones.recorded import ROUTE53, RecordedZone

DOMAIN, OURS = "customer.example", "announce.example"
DELEGATED = f"_mta-sts.{DOMAIN}.{OURS}"
Z1 = RecordedZone(ROUTE53, "Z1")


def state(*txt: tuple[str, str, str], component: str = DOMAIN) -> State:
    """A domain, and records by resource, name and zone."""
    urn = "urn:pulumi:test::mta-sts::mta-sts:index:MtaSts${}::{}"
    kind = "mta-sts:index:MtaSts"
    resources: dict[str, Any] = {
        urn.format(kind, component): {"type": kind, "outputs": {"memory": {"domain": DOMAIN}}}
    }
    for called, name, zone in txt:
        outputs = {"name": name, "zoneId": zone, "records": ["v=STSv1; id=1;"]}
        resources[urn.format(ROUTE53, called)] = {"type": ROUTE53, "outputs": outputs}
    return State(resources)


@pytest.mark.parametrize(
    ("called", "name", "is_its"),
    [
        (f"{DOMAIN}-txt", f"_mta-sts.{DOMAIN}", True),
        (f"{DOMAIN}-txt", DELEGATED, True),
        (f"{DOMAIN}-txt-Z1", DELEGATED, True),  # in a second zone
        (f"{DOMAIN}.{OURS}-txt", DELEGATED, False),  # that of the domain of this name
        (f"{DOMAIN}-tlsrpt", DELEGATED, False),
        (f"{DOMAIN}-txt", f"_mta-sts.other.example.{OURS}", False),
    ],
)
def test_what_announces_a_domain(called: str, name: str, is_its: bool) -> None:
    found = state((called, name, "Z1")).announcements(DOMAIN)
    assert [each.name for each in found] == ([name] if is_its else [])


def test_a_component_by_another_name() -> None:
    recorded = state(("mine-txt", DELEGATED, "Z1"), component="mine")
    assert [each.zone for each in recorded.announcements(DOMAIN)] == [Z1]
    assert recorded.announcements("other.example", "mine") == []


@pytest.mark.parametrize(
    ("zone", "called"),
    [
        ("Z1", f"{DOMAIN}-txt"),  # as it is called
        ("Z2", f"{DOMAIN}-txt-Z2"),
        ("Z3", f"{DOMAIN}-txt-Z3"),  # new, while the other is there
    ],
)
def test_each_zone_has_a_resource_of_its_own(zone: str, called: str) -> None:
    """Though its record goes by another name there."""
    both = state(
        (f"{DOMAIN}-txt", f"_mta-sts.{DOMAIN}", "Z1"), (f"{DOMAIN}-txt-Z2", DELEGATED, "Z2")
    )
    assert both.resource_in(ROUTE53, f"{DOMAIN}-txt", zone) == called
