"""P2: live before announced, on the first deploy, at a change, and for one domain beside others."""

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi
import pytest

from mta_sts import announce
from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.programs import MORE_MX, MX, shared_host
from tests.engine.stack import Run, Stack, Step

DOMAIN = "solarmora.com"
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=MORE_MX, max_age=604800)
LAG = 2.0  # seconds

CERTIFICATE = "aws:acm/certificate:Certificate"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
RECORD = "aws:route53/record:Record"


@contextmanager
def watching(domain: str = DOMAIN) -> Iterator[Watcher]:
    with Watcher(domain, Vantage.from_environment()) as watcher:
        yield watcher


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_the_first_deploy_announces_what_is_served(cloud: Cloud, stack: Stack) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    with watching() as watcher:
        succeeded(stack.up(shared_host({DOMAIN: {}}, zones)))
    assert [(event.what, event.id) for event in watcher.events] == [
        ("file", FIRST.id),
        ("record", FIRST.id),
    ]
    assert watcher.misled == []
    assert watcher.held is not None
    assert watcher.held.policy == FIRST


def test_a_change_is_announced_when_the_edge_serves_it(cloud: Cloud, stack: Stack) -> None:
    cloud.edge.lag = LAG
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    succeeded(stack.up(shared_host({DOMAIN: {}}, zones)))
    with watching() as watcher:
        succeeded(stack.up(shared_host({DOMAIN: {"mx": MORE_MX}}, zones)))
    assert [(event.what, event.id) for event in watcher.events] == [
        ("record", FIRST.id),
        ("file", FIRST.id),
        ("file", SECOND.id),
        ("record", SECOND.id),
    ]
    assert watcher.misled == []
    assert watcher.held is not None
    assert (watcher.held.id, watcher.held.policy) == (SECOND.id, SECOND)


def test_without_the_gate_the_watcher_is_misled(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.edge.lag = LAG
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    succeeded(stack.up(shared_host({DOMAIN: {}}, zones)))
    monkeypatch.setattr(announce.Gates, "before_txt", lambda _: pulumi.ResourceHookBinding())
    with watching() as watcher:
        succeeded(stack.up(shared_host({DOMAIN: {"mx": MORE_MX}}, zones)))
    assert watcher.misled[0].announced == SECOND.id
    assert watcher.misled[0].found == f"the policy with id {FIRST.id}"
    assert watcher.held is not None
    assert (watcher.held.id, watcher.held.policy) == (SECOND.id, FIRST)


def test_a_gate_that_gives_up_announces_nothing_and_the_next_up_finishes(
    cloud: Cloud, stack: Stack
) -> None:
    cloud.edge.lag = LAG * 2
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    succeeded(stack.up(shared_host({DOMAIN: {}}, zones)))
    with watching() as watcher:
        run = stack.up(shared_host({DOMAIN: {"mx": MORE_MX, "gate_timeout": 1.0}}, zones))
        assert run.failed
        assert [event.id for event in watcher.events if event.what == "record"] == [FIRST.id]
        again = succeeded(stack.up(shared_host({DOMAIN: {"mx": MORE_MX}}, zones)))
    assert again.changes == [Step("update", RECORD, f"{DOMAIN}-txt")]
    assert watcher.misled == []
    assert (
        f"{DOMAIN}: id {SECOND.id} was not announced: after 1 s "
        f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt does not serve that policy. "
        f"Last seen: it serves the policy with id {FIRST.id}. Senders keep what was announced "
        "before. Run `pulumi up` again once it is served; gateTimeout says how many seconds to wait"
    ) in run.printed


def test_one_domain_that_fails_does_not_hold_up_another(cloud: Cloud, stack: Stack) -> None:
    zones = {name: cloud.create_zone(name) for name in (DOMAIN, "solarmora.net")}
    succeeded(stack.up(shared_host({DOMAIN: {}, "solarmora.net": {}}, zones)))
    ill = cloud.dns.misbehave("mta-sts.solarmora.net", "servfail")
    with watching() as watcher:
        run = stack.up(
            shared_host(
                {DOMAIN: {"mx": MORE_MX}, "solarmora.net": {"mx": MORE_MX, "gate_timeout": 2.0}},
                zones,
            ),
            continue_on_error=True,
        )
        assert run.failed
    assert Step("update", RECORD, f"{DOMAIN}-txt") in run.changes
    assert watcher.events[-1].id == SECOND.id
    assert watcher.misled == []
    cloud.dns.behave(ill)
    again = succeeded(
        stack.up(shared_host({DOMAIN: {"mx": MORE_MX}, "solarmora.net": {"mx": MORE_MX}}, zones))
    )
    assert again.changes == [Step("update", RECORD, "solarmora.net-txt")]


def test_a_further_domain_touches_its_own_resources_and_the_shared_lists(
    cloud: Cloud, stack: Stack
) -> None:
    names = ("solarmora.com", "solarmora.net", "solarmora.org")
    zones = {name: cloud.create_zone(name) for name in names}
    two = shared_host({name: {} for name in names[:2]}, zones)
    three = shared_host({name: {} for name in names}, zones)
    succeeded(stack.up(two))
    previewed = succeeded(stack.preview(three))
    with watching() as watcher:
        done = succeeded(stack.up(three))
    new = "solarmora.org"
    own = {
        Step("create", "mta-sts:index:MtaSts", new),
        Step("create", OBJECT, f"{new}-policy"),
        Step("create", RECORD, f"{new}-cname"),
        Step("create", RECORD, f"{new}-txt"),
        Step("create", RECORD, f"shared-{new}-validation"),
    }
    for run in (previewed, done):
        touched = {step for step in run.changes if step not in own}
        assert own <= set(run.changes)
        assert {(step.type, step.name) for step in touched} == {
            (CERTIFICATE, "shared-certificate"),
            ("aws:acm/certificateValidation:CertificateValidation", "shared-issued"),
            (DISTRIBUTION, "shared-distribution"),
            ("mta-sts:index:CloudFrontHost", "shared"),
        }
        assert {step.op for step in touched if step.type == DISTRIBUTION} == {"update"}
    assert watcher.misled == []
