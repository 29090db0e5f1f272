"""A domain that moves to another host, under a watching sender (P2)."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest

from mta_sts import place
from mta_sts.hosts import worker
from mta_sts.hosts.recorded import NAMED_BY
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.pairs import Pair, program, zone_of
from tests.engine.programs import MX
from tests.engine.stack import Run, Stack

DOMAIN = "solarmora.com"
POLICY = Policy(mode="testing", mx=MX, max_age=604800)
TTL = 1.0  # seconds, in place of 300

CLOUDFRONT, R2, WORKER, ROUTE = (
    Pair(host, "cloudflare") for host in ("cloudfront", "r2", "worker", "worker-route")
)
MOVES = [
    (CLOUDFRONT, ROUTE),
    (ROUTE, CLOUDFRONT),
    (CLOUDFRONT, WORKER),
    (WORKER, CLOUDFRONT),
    (CLOUDFRONT, R2),
    (R2, CLOUDFRONT),
    (R2, WORKER),
    (WORKER, R2),
    (WORKER, ROUTE),
    (ROUTE, WORKER),
    (ROUTE, R2),
]


@pytest.fixture(autouse=True)
def shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 0.5)
    monkeypatch.setattr(place, "RECORD_TTL", TTL)


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


@pytest.mark.parametrize(("old", "new"), MOVES, ids=lambda pair: pair.host)
def test_to_another_host(cloud: Cloud, stack: Stack, old: Pair, new: Pair) -> None:
    """No older policy is ever seen; and no failure, but in a gap that the preview told."""
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    moves = program(cloud, {DOMAIN: new}, zones, {DOMAIN: old})
    succeeded(stack.up(program(cloud, {DOMAIN: old}, zones)))
    told = [
        words for words in succeeded(stack.preview(moves)).said("warning") if "moved-host" in words
    ]
    # What Cloudflare answered for, a sender that has just asked DNS looks for there once more.
    is_gap = NAMED_BY[old.host] != NAMED_BY[new.host] or (old, new) == (ROUTE, CLOUDFRONT)
    assert len(told) == is_gap
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        began = len(cloud.log)
        moved = succeeded(stack.up(moves))
        times = [*(call.time for call in cloud.log[began:]), time.time()]
        if old == CLOUDFRONT:  # it stays: a sender that has just asked DNS may hold its address
            assert max(after - before for before, after in pairwise(times)) >= TTL
        watcher.wait_for(lambda: watcher.held is not None)
    assert watcher.held is not None
    assert watcher.held.policy == POLICY
    assert [each for each in watcher.misled if each.found.startswith("the policy")] == []
    if is_gap:
        gap = [event.at for event in watcher.events if event.what == "file"]
        lasted = sum((there - gone for gone, there in pairwise(gap[1:])), timedelta())
        print(f"{old.host} -> {new.host}: {lasted.total_seconds():.2f} s without an answer")
    else:
        assert watcher.misled == [], moved.printed
    # What the old host kept for this run goes in the next; after that nothing changes.
    succeeded(stack.up(program(cloud, {DOMAIN: new}, zones)))
    written = list(cloud.log)
    assert succeeded(stack.up(program(cloud, {DOMAIN: new}, zones))).changes == []
    assert cloud.log == written
    left = {resource["type"] for resource in stack.state()}
    kinds = {
        "cloudfront": "aws:cloudfront/distribution:Distribution",
        "r2": "cloudflare:index/r2CustomDomain:R2CustomDomain",
        "worker": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
        "worker-route": "cloudflare:index/workersRoute:WorkersRoute",
    }
    assert {kind for kind in kinds.values() if kind in left} == {kinds[new.host]}
