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
