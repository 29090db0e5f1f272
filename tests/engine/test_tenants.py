"""Distribution tenants: what a domain costs, what holds it up, and how names come and go."""

import asyncio
import re
import shlex
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mta_sts import place
from mta_sts.hosts import unmade_tenant, worker
from mta_sts.hosts.recorded import DISTRIBUTION_TENANT
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox import engine
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.pairs import Pair, program, zone_of
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import PROJECT, Run, Stack, Step

DOMAIN, OTHER = "solarmora.com", "solarmora.net"
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=MORE_MX, max_age=604800)
TENANT = Pair("tenant", "route53")
AT_CLOUDFLARE = Pair("tenant", "cloudflare")
CNAME_TENANT_TXT = {
    Step("create", "aws:route53/record:Record", f"{OTHER}-cname"),
    Step("create", DISTRIBUTION_TENANT, f"{OTHER}-tenant"),
    Step("create", "aws:route53/record:Record", f"{OTHER}-txt"),
}


@pytest.fixture(autouse=True)
def shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 0.5)
    monkeypatch.setattr(place, "RECORD_TTL", 1.0)
    monkeypatch.setattr(unmade_tenant, "PAUSE", 0.2)
    monkeypatch.setattr(unmade_tenant, "RECORD_TTL", 1.0)


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def seen(domain: str = DOMAIN) -> tuple[str | None, Policy | None]:
    sight = asyncio.run(look(domain, Vantage.from_environment()))
    return sight.record.id if sight.record else None, sight.policy


def types_of(stack: Stack) -> set[str]:
    return {str(resource["type"]) for resource in stack.state()}


@pytest.mark.parametrize("pair", [TENANT, AT_CLOUDFLARE], ids=str)
def test_a_deploy_a_change_and_none(cloud: Cloud, stack: Stack, pair: Pair) -> None:
    zones = {DOMAIN: zone_of(cloud, pair, DOMAIN)}
    succeeded(stack.preview(program(cloud, {DOMAIN: pair}, zones)))
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones)))
        assert seen() == (FIRST.id, FIRST)
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
        watcher.wait_for(lambda: watcher.held is not None and watcher.held.policy == SECOND)
    assert watcher.misled == []
    written = list(cloud.log)
    again = stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX), expect_no_changes=True)
    assert succeeded(again).changes == []
    assert cloud.log == written
    refreshed = succeeded(stack.refresh(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
    assert [step for step in refreshed.changes if step.op == "update"] == []
    assert succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX))).changes == []
    succeeded(stack.destroy(lambda: None))
    assert seen() == (None, None)
    assert cloud.client("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0


def test_a_further_domain_and_its_removal(cloud: Cloud, stack: Stack) -> None:
    """It makes four things, and changes nothing of the other domain, nor of what serves both."""
    zones = {domain: zone_of(cloud, TENANT, domain) for domain in (DOMAIN, OTHER)}
    alone = program(cloud, {DOMAIN: TENANT}, zones)
    succeeded(stack.up(alone))
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        came = succeeded(stack.up(program(cloud, dict.fromkeys(zones, TENANT), zones)))
        assert seen(OTHER) == (FIRST.id, FIRST)
        gone = succeeded(stack.up(alone))
    assert watcher.misled == []
    in_state = {
        Step("create", "mta-sts:index:MtaSts", OTHER),
        Step("create", "pulumi:index:Stash", f"{OTHER}-tenant-place"),
        Step("update", "mta-sts:index:TenantHost", "tenants"),
    }
    own = {
        Step("create", "aws:s3/bucketObjectv2:BucketObjectv2", f"{OTHER}-tenant-policy"),
        *CNAME_TENANT_TXT,
    }
    assert set(came.changes) - in_state == own
    assert {step.name for step in gone.changes} == {step.name for step in own | in_state}
    assert seen(OTHER) == (None, None)


def moves(
    cloud: Cloud, stack: Stack, old: Pair, new: Pair, **arguments: Any
) -> tuple[Watcher, Run]:
    """Deploy, move, and forget the old host; the run that moves, and who watched it."""
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    moving = program(cloud, {DOMAIN: new}, zones, {DOMAIN: old}, **arguments)
    succeeded(stack.up(program(cloud, {DOMAIN: old}, zones, **arguments)))
    told = succeeded(stack.preview(moving)).said("warning")
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        moved = succeeded(stack.up(moving))
        watcher.wait_for(lambda: watcher.held is not None)
    assert watcher.held is not None
    assert watcher.held.policy == FIRST
    # Never an older policy, and never a failure, but in a gap that the preview told.
    assert [each for each in watcher.misled if each.found.startswith("the policy")] == []
    is_gap = (old.host, new.host) != ("tenant", "worker-route")
    assert len([words for words in told if words.startswith("moved-host: ")]) == is_gap
    if not is_gap:
        assert watcher.misled == [], moved.printed
    succeeded(stack.up(program(cloud, {DOMAIN: new}, zones, **arguments)))
    written = list(cloud.log)
    assert succeeded(stack.up(program(cloud, {DOMAIN: new}, zones, **arguments))).changes == []
    assert cloud.log == written
    assert seen() == (FIRST.id, FIRST)
    gap = [event.at for event in watcher.events if event.what == "file"]
    lasted = sum((there - gone for gone, there in pairwise(gap[1:])), timedelta())
    print(f"{old} -> {new}: {lasted.total_seconds():.2f} s without an answer")
    return watcher, moved


BUT_FOR_ZONE = {
    "tenant": DISTRIBUTION_TENANT,
    "cloudfront": "aws:cloudfront/distribution:Distribution",
    "r2": "cloudflare:index/r2CustomDomain:R2CustomDomain",
    "worker": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
    "worker-route": "cloudflare:index/workersRoute:WorkersRoute",
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Pair("cloudfront", "route53"), TENANT),
        (TENANT, Pair("cloudfront", "route53")),
        (Pair("cloudfront", "cloudflare"), AT_CLOUDFLARE),
        (AT_CLOUDFLARE, Pair("cloudfront", "cloudflare")),
        (Pair("worker", "cloudflare"), AT_CLOUDFLARE),
        (AT_CLOUDFLARE, Pair("worker", "cloudflare")),
        (Pair("worker-route", "cloudflare"), AT_CLOUDFLARE),
        (AT_CLOUDFLARE, Pair("worker-route", "cloudflare")),
        (AT_CLOUDFLARE, Pair("r2", "cloudflare")),
    ],
    ids=lambda pair: f"{pair.host}-{pair.zone}",
)
def test_to_another_host(cloud: Cloud, stack: Stack, old: Pair, new: Pair) -> None:
    moves(cloud, stack, old, new)
    left = types_of(stack)
    assert {host for host, kind in BUT_FOR_ZONE.items() if kind in left} == {new.host}
