"""A stack that an earlier release deployed, in the hands of this code: nothing is replaced.

The state that the release left is imported, and the program of its user previewed. So the provider
compares what is recorded with what is asked for now; no cloud object is needed for that.
"""

import os

import pytest
from pulumi import automation

import mta_sts
from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.engine.ground import SPREAD
from tests.engine.released import FOLDER, RELEASES, Release, zones_of_all
from tests.engine.stack import Stack

KEEP = os.environ.get("MTA_STS_GOLDEN") == "write"
DEPLOYED = "2026-01-01T10:00:00Z"
LATER = "2026-01-10T10:00:00Z"
"""Senders may still hold the policy that is in force."""


@pytest.mark.parametrize("release", RELEASES, ids=str)
def test_nothing_is_replaced(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, release: Release
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    zones, program = zones_of_all(cloud), release.program(cloud)
    if KEEP and not release.state.exists():
        monkeypatch.setenv("MTA_STS_NOW", DEPLOYED)
        deployed = stack.up(program)
        assert not deployed.failed, deployed.printed
        release.keep(stack.export(), zones)
    else:
        stack.take(release.kept(zones))
    monkeypatch.setenv("MTA_STS_NOW", LATER)
    writes = list(cloud.log)
    run = stack.preview(program)
    assert not run.failed, run.printed
    assert cloud.log == writes
    changes = {(step.op, step.type) for step in run.changes}
    assert {op for op, _ in changes} <= {"create", "update"}, run.printed
    said = ", ".join(f"{op} `{kind}`" for op, kind in sorted(changes)) or "none"
    row = re.compile(rf"(?m)^(\| {release.version} \| .*\({PATH / release.file.name}\) \|) .* \|$")
    page = UPGRADING.read_text()
    same_as_file(UPGRADING, row.sub(rf"\1 {said} |", page))
    assert row.search(page), "docs/upgrading.md has no row for this stack"
