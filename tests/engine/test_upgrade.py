"""A stack that an earlier release deployed, in the hands of this code: nothing is replaced.

The state that the release left is imported, and the program of its user previewed. So the provider
compares what is recorded with what is asked for now; no cloud object is needed for that.
`MTA_STS_GOLDEN=write` keeps the state of a release that has none, and writes docs/upgrading.md.
"""

import os
import re

import pytest

import mta_sts
from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.commands.typed import same_as_file
from tests.engine.ground import SPREAD
from tests.engine.released import RELEASES, Release, zones_of_all
from tests.engine.stack import Stack

UPGRADING = ROOT / "docs" / "upgrading.md"
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
    says(release, ", ".join(f"{op} `{kind}`" for op, kind in sorted(changes)) or "none")


def says(release: Release, changes: str) -> None:
    """docs/upgrading.md has a row for this stack, with these changes."""
    link = re.escape(f"(../{release.file.relative_to(ROOT)})")
    row = re.compile(rf"(?m)^(\| {re.escape(release.version)} \| .*{link} \|).*\|$")
    page = UPGRADING.read_text()
    assert row.search(page), f"docs/upgrading.md has no row that links to {link}"
    same_as_file(UPGRADING, row.sub(lambda found: f"{found[1]} {changes} |", page))


def test_every_release_is_told_and_kept() -> None:
    """The newest one is what the code says that it is."""
    told = re.findall(r"(?m)^## (\d\S*)$", (ROOT / "CHANGELOG.md").read_text())
    assert told[0] == mta_sts.__version__
    assert set(told) == {release.version for release in RELEASES}
