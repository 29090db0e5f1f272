"""P2: live before announced, on the first deploy, at a change, and for one domain beside others."""

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi
import pytest

from mta_sts import announce
from mta_sts.hosts import worker
from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.ground import Ground
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Run, Stack

DOMAIN = "solarmora.com"
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=MORE_MX, max_age=604800)
LAG = 1.5  # seconds that the edge lags
SPREAD = 1.7  # seconds that the gate wants to see a Worker's policy: longer than the lag


@pytest.fixture(autouse=True)
def longer_than_the_lag(monkeypatch: pytest.MonkeyPatch, ground: Ground) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)


@contextmanager
def watching(domain: str = DOMAIN) -> Iterator[Watcher]:
    with Watcher(domain, Vantage.from_environment()) as watcher:
        yield watcher


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_the_first_deploy_announces_what_is_served(stack: Stack, ground: Ground) -> None:
    with watching() as watcher:
        succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    # Which of the two it sees first is chance: it asks for the one and then for the other.
    assert sorted((event.what, event.id) for event in watcher.events) == [
        ("file", FIRST.id),
        ("record", FIRST.id),
    ]
    assert watcher.misled == []
    assert watcher.held is not None
    assert watcher.held.policy == FIRST


def test_a_change_is_announced_when_the_edge_serves_it(
    cloud: Cloud, stack: Stack, ground: Ground
) -> None:
    cloud.edge.lag = LAG
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    with watching() as watcher:
        succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}})))
    seen = [(event.what, event.id) for event in watcher.events]
    announced = seen.index(("record", SECOND.id))
    assert seen[:2] == [("file", FIRST.id), ("record", FIRST.id)]
    assert ("file", SECOND.id) in seen[:announced]
    assert seen[announced + 1 :] == []
    assert watcher.misled == []
    assert watcher.held is not None
    assert (watcher.held.id, watcher.held.policy) == (SECOND.id, SECOND)


def test_without_the_gate_the_watcher_is_misled(
    cloud: Cloud, stack: Stack, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.edge.lag = LAG * 3  # so that it lags still, however slowly the record is made
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    monkeypatch.setattr(announce.Gates, "before_txt", lambda *_: pulumi.ResourceHookBinding())
    with watching() as watcher:
        succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}})))
    assert watcher.misled[0].announced == SECOND.id
    assert watcher.misled[0].found == f"the policy with id {FIRST.id}"
    assert watcher.held is not None
    assert watcher.held.id == SECOND.id


def test_a_gate_that_gives_up_announces_nothing_and_the_next_up_finishes(
    cloud: Cloud, stack: Stack, ground: Ground
) -> None:
    cloud.edge.lag = 0.5 + SPREAD + 0.3
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    with watching() as watcher:
        run = stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX, "gate_timeout": 0.5}}))
        assert run.failed
        assert [event.id for event in watcher.events if event.what == "record"] == [FIRST.id]
        again = succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}})))
    assert again.changes == [ground.txt("update", DOMAIN)]
    assert watcher.misled == []
    # A Worker's edges serve the one and the other by turns.
    last = {FIRST.id, SECOND.id} if ground.pair.host == "worker" else {FIRST.id}
    assert any(
        f"{DOMAIN}: id {SECOND.id} was not announced: after 0.5 s "
        f"https://mta-sts.{DOMAIN}/.well-known/mta-sts.txt does not serve that policy. "
        f"Last seen: it serves the policy with id {seen}. Senders keep what was announced "
        "before. Run `pulumi up` again once it is served; gateTimeout says how many seconds to wait"
        in run.printed
        for seen in last
    )


def test_one_domain_that_fails_does_not_hold_up_another(
    cloud: Cloud, stack: Stack, ground: Ground
) -> None:
    succeeded(stack.up(ground.deploys({DOMAIN: {}, "solarmora.net": {}})))
    ill = cloud.dns.misbehave("mta-sts.solarmora.net", "servfail")
    with watching() as watcher:
        run = stack.up(
            ground.deploys(
                {DOMAIN: {"mx": MORE_MX}, "solarmora.net": {"mx": MORE_MX, "gate_timeout": 2.0}}
            ),
            continue_on_error=True,
        )
        assert run.failed
    assert ground.txt("update", DOMAIN) in run.changes
    assert watcher.events[-1].id == SECOND.id
    assert watcher.misled == []
    cloud.dns.behave(ill)
    again = succeeded(
        stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}, "solarmora.net": {"mx": MORE_MX}}))
    )
    assert again.changes == [ground.txt("update", "solarmora.net")]


def test_a_further_domain_touches_its_own_resources_and_the_shared_lists(
    stack: Stack, ground: Ground
) -> None:
    names = ("solarmora.com", "solarmora.net", "solarmora.org")
    two = ground.deploys({name: {} for name in names[:2]})
    three = ground.deploys({name: {} for name in names})
    succeeded(stack.up(two))
    previewed = succeeded(stack.preview(three))
    with watching() as watcher:
        done = succeeded(stack.up(three))
    new = "solarmora.org"
    assert len(ground.own(new)) <= ground.most
    for run in (previewed, done):
        changes = set(run.changes)
        assert changes >= ground.own(new) | ground.besides(new)
        touched = changes - ground.own(new) - ground.besides(new)
        assert {(step.type, step.name) for step in touched} == ground.shared
        replaced = {step.name for step in touched if step.op == "replace"}
        assert replaced <= {"cloudfront-certificate", "cloudfront-issued"}
    assert watcher.misled == []
