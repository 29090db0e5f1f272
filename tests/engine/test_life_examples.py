"""The examples on the real engine: what they are there to show, happens."""

import json
import runpy

import pulumi.runtime
import pytest

from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.engine.programs import Program
from tests.engine.stack import Run, Stack

pytestmark = pytest.mark.usefixtures("administrator")

DOMAIN = "solarmora.com"
OLD, NEW = "mail.solarmora.com", "mx2.solarmora.com"
DNS = "ChangeResourceRecordSets"


def mx_migration(zone: str, mode: str, *, allowed: list[str], mail: list[str]) -> Program:
    """The example, with its configuration."""

    def program() -> None:
        given = {"domain": DOMAIN, "zone": zone, "mode": mode}
        lists = {"allowed": json.dumps(allowed), "mail": json.dumps(mail)}
        project = pulumi.get_project()
        pulumi.runtime.set_all_config(
            {f"{project}:{key}": value for key, value in {**given, **lists}.items()}
        )
        runpy.run_path(str(ROOT / "examples" / "mx_migration" / "__main__.py"))

    return program


def test_mail_moves_with_its_mx_records_in_the_program(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = cloud.create_zone(DOMAIN)

    def up(day: int, mode: str, allowed: list[str], mail: list[str]) -> tuple[Run, list[str]]:
        """The run, and what it wrote, in order."""
        monkeypatch.setenv("MTA_STS_NOW", f"2026-01-{day:02}T00:00:00+00:00")
        before = len(cloud.log)
        run = stack.up(mx_migration(zone, mode, allowed=allowed, mail=mail))
        return run, [call.operation for call in cloud.log[before:]]

    def steps(run: Run) -> list[str]:
        assert not run.failed, run.printed
        return [step.name for step in run.changes if step.type != "mta-sts:index:MtaSts"]

    assert steps(up(1, "testing", [OLD], [OLD])[0])[-2:] == [f"{DOMAIN}-txt", "mx"]
    assert not up(15, "enforce", [OLD], [OLD])[0].failed

    fault = cloud.faults.add(
        service="route53",
        operation=DNS,
        status=400,
        code="InvalidInput",
        times=None,
        match="v=STSv1",
    )
    unannounced, _ = up(16, "enforce", [OLD, NEW], [OLD, NEW])
    assert unannounced.failed
    assert "mx" not in [step.name for step in unannounced.changes]
    assert fault.hit.is_set()
    cloud.faults.clear()
    allowed, written = up(16, "enforce", [OLD, NEW], [OLD, NEW])
    assert steps(allowed) == [f"{DOMAIN}-txt", "mx"]
    assert written == [DNS, DNS]

    forgotten, written = up(24, "enforce", [NEW], [NEW])
    assert forgotten.failed
    assert f"{DOMAIN}: mx-leaves-too-early: MX hosts in DNS that the policy drops: {OLD}. " in (
        "".join(forgotten.said("error"))
    )
    assert written == []

    gone, written = up(24, "enforce", [OLD, NEW], [NEW])
    assert (steps(gone), written) == (["mx"], [DNS])
    forgotten, written = up(25, "enforce", [NEW], [NEW])
    assert steps(forgotten) == [f"{DOMAIN}-policy", f"{DOMAIN}-txt"]
    assert written == ["PutObject", DNS]
