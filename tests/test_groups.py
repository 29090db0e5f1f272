"""Which domains are in which group of a host, and which group lets go first."""

from typing import Any

import pytest

from mta_sts.arguments import HostedDomain
from mta_sts.hosts.groups import in_order
from mta_sts.problems import ArgumentError
from mta_sts.state import State

STACK = "urn:pulumi:test::mta-sts::mta-sts:index:CloudFrontHost$"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RECORD = "aws:route53/record:Record"


def state(on: dict[str, str], led_to: dict[str, str] | None = None) -> State:
    """Distributions by what their parts are called by, with the first labels of the domains on
    each; and the domains whose CNAMEs lead to another than that."""
    resources: dict[str, dict[str, Any]] = {}
    leads = {domain: parts for parts, domains in on.items() for domain in domains.split()}
    for parts, domains in on.items():
        resources[f"{STACK}{DISTRIBUTION}::{parts}-distribution"] = {
            "type": DISTRIBUTION,
            "outputs": {
                "domainName": f"{parts}.cloudfront.net",
                "aliases": [f"mta-sts.{domain}.example" for domain in domains.split()],
            },
        }
    for domain, parts in {**leads, **(led_to or {})}.items():
        resources[f"{STACK}{RECORD}::{domain}.example-cname"] = {
            "type": RECORD,
            "outputs": {
                "name": f"mta-sts.{domain}.example",
                "type": "CNAME",
                "zoneId": "Z1",
                "records": [f"{parts}.cloudfront.net"],
            },
        }
    return State(resources)


def hosted(given: dict[str, str]) -> list[HostedDomain]:
    """By group, the first labels of its domains; those that leave the host have a minus."""
    found: list[HostedDomain] = []
    for group, domains in given.items():
        for domain in domains.split():
            each = HostedDomain(domain=f"{domain.strip('-')}.example", zone={"route53": "Z1"})
            if domain.startswith("-"):
                each["leaving"] = True
            if group:
                each["group"] = group
            found.append(each)
    return found


def told(given: dict[str, str], before: State) -> list[str]:
    """The groups in their order: what their parts are called by, their domains, who goes where."""
    return [
        f"{group.parts}: {' '.join(each['domain'][0] for each in group.domains)}"
        + "".join(f" {domain[0]}>{to}" for domain, to in sorted(group.lets_go.items()))
        for group in in_order("host", "host", hosted(given), before)
    ]


@pytest.mark.parametrize(
    ("given", "before", "groups"),
    [
        # all that is new
        ({"": "x y"}, {}, ["host: x y"]),
        ({"": "x", "b": "y", "a": "z"}, {}, ["host: x", "host-a: z", "host-b: y"]),
        ({"default": "x", "b": "y"}, {}, ["host: x", "host-b: y"]),
        # one that lets go comes first, whatever it is called
        (
            {"a": "x z", "b": "y"},
            {"host-a": "z", "host-b": "x y"},
            ["host-b: y x>a", "host-a: x z"],
        ),
        # all leave
        ({"a": "x y"}, {"host-a": "x", "host-b": "y"}, ["host-b:  y>a", "host-a: x y"]),
        # the next run
        ({"a": "x y"}, {"host-a": "x y", "host-b": ""}, ["host-a: x y"]),
        # in a row
        (
            {"b": "x", "c": "y z"},
            {"host-a": "x", "host-b": "y", "host-c": "z"},
            ["host-a:  x>b", "host-b: x y>c", "host-c: y z"],
        ),
        # a domain that leaves the host stays where it is
        ({"": "-x", "b": "y"}, {"host-b": "x y"}, ["host-b: x y"]),
        # another host's distribution is no group of this one
        ({"": "x"}, {"other": "x", "hosts": "y"}, ["host: x"]),
    ],
)
def test_groups(given: dict[str, str], before: dict[str, str], groups: list[str]) -> None:
    assert told(given, state(before)) == groups


def test_after_a_failure_the_old_distribution_stays_for_who_is_led_to_it() -> None:
    """It has let go of the name, and no other has taken it."""
    failed = state({"host-a": "", "host-b": "y"}, {"x": "host-a"})
    assert told({"b": "x y"}, failed) == ["host-a: ", "host-b: x y"]


def test_a_circle_has_no_order() -> None:
    before = state({"host-a": "x", "host-b": "y z"})
    with pytest.raises(ArgumentError) as caught:
        told({"b": "x", "a": "y z"}, before)
    (said,) = caught.value.problems
    assert said == (
        "domains: group: domains move in a circle: x.example from a to b; y.example, z.example "
        "from b to a. A name is on one distribution only, so each would wait for another. Leave "
        "x.example in group a for this `pulumi up`, and move that to b with the next"
    )


def test_a_longer_circle_and_what_comes_of_it() -> None:
    """What is told to be left is enough."""
    before = state({"host-a": "s t", "host-b": "u v", "host-c": "w", "host-d": "x"})
    with pytest.raises(ArgumentError, match=r"Leave w\.example in group c"):
        told({"b": "s t", "c": "u v", "a": "w", "d": "x"}, before)
    assert told({"b": "s t", "c": "u v w", "d": "x"}, before) == [
        "host-a:  s>b t>b",
        "host-d: x",
        "host-b: s t u>c v>c",
        "host-c: u v w",
    ]
