"""The pairs of host and zone beside the four that the promises run on; and all in one stack."""

import asyncio
import json
import runpy
import time
from pathlib import Path

import pulumi
import pulumi.runtime
import pytest
import yaml

from mta_sts import limits
from mta_sts.hosts import worker
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from sandbox.setting import ROOT, Setting
from sandbox.watcher import Watcher
from tests.engine.ground import GROUNDS
from tests.engine.pairs import PAIRS, Pair, program, zone_of
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Run, Stack

DOMAIN = "solarmora.com"
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=MORE_MX, max_age=604800)
LAG = 2.0  # seconds
SPREAD = 3.0  # seconds, in place of what the real edges need


@pytest.fixture(autouse=True)
def shorter_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    assert limits.WORKER_SPREAD > LAG
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def seen(domain: str = DOMAIN) -> tuple[str | None, Policy | None]:
    sight = asyncio.run(look(domain, Vantage.from_environment()))
    return sight.record.id if sight.record else None, sight.policy


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair not in GROUNDS], ids=str)
def test_a_deploy_a_change_and_none(cloud: Cloud, stack: Stack, pair: Pair) -> None:
    zones = {DOMAIN: zone_of(cloud, pair, DOMAIN)}
    succeeded(stack.preview(program(cloud, {DOMAIN: pair}, zones)))
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones)))
        assert seen() == (FIRST.id, FIRST)
        time.sleep(LAG)  # so that the edge has something to lag with
        cloud.edge.lag = LAG
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
        watcher.wait_for(lambda: watcher.held is not None and watcher.held.policy == SECOND)
    assert watcher.misled == []
    written = list(cloud.log)
    again = succeeded(
        stack.up(
            program(cloud, {DOMAIN: pair}, zones, mx=[name.upper() for name in MORE_MX]),
            expect_no_changes=True,
        )
    )
    assert again.changes == []
    assert cloud.log == written
    refreshed = succeeded(stack.refresh(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
    assert [step for step in refreshed.changes if step.op == "update"] == []
    succeeded(stack.destroy(lambda: None))
    assert seen() == (None, None)


STACK = yaml.safe_load((ROOT / "stacks" / "Pulumi.sandbox-pairs.yaml").read_text())["config"]


@pytest.mark.parametrize("policies_in", ["script", "r2"])
def test_all_pairs_in_one_stack(
    cloud: Cloud, stack: Stack, tmp_path: Path, policies_in: str
) -> None:
    """The repository's own program, with the sandbox's stack of this name."""
    domains = STACK["mta-sts:domains"]
    assert {(each["host"], each["zone"]) for each in domains.values()} == {
        (pair.host, pair.zone) for pair in GROUNDS
    }
    Setting(tmp_path, cloud).seed()
    account = {**STACK["mta-sts:cloudflare"], "policiesIn": policies_in}

    def run() -> None:
        pulumi.runtime.set_all_config(
            {
                "mta-sts:domains": json.dumps(domains),
                "mta-sts:cloudflare": json.dumps(account),
                "mta-sts:secretAccessKey": cloud.cloudflare.secret_access_key,
            }
        )
        runpy.run_path(str(ROOT / "__main__.py"))

    succeeded(stack.up(run))
    for domain in domains:
        assert seen(domain) == (FIRST.id, FIRST)
    assert succeeded(stack.up(run, expect_no_changes=True)).changes == []
    states = [file.read_text() for file in (tmp_path / "state").rglob("*.json")]
    assert any("r2-policy" in state for state in states)
    assert not any(cloud.cloudflare.secret_access_key in state for state in states)
