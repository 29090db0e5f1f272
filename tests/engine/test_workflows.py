"""The example workflows: what they name is there, and the drift job finds drift."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from mta_sts.review import ACCEPTED, CODES
from policies import __main__ as pack
from sandbox.cloud import Cloud
from sandbox.setting import DOMAIN, ROOT
from tests.docs.known import problem
from tests.engine.test_program import Program

LIMIT = 60  # seconds
FOLDER = ROOT / "examples" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
ACTIONS = {
    "actions/checkout@v7": set[str](),
    "actions/setup-python@v7": {"python-version"},
    "aws-actions/configure-aws-credentials@v6": {"role-to-assume", "aws-region"},
    "pulumi/actions@v7": {"pulumi-version"},
}
"""The actions used, and what each is given."""


def steps(workflow: Path) -> list[dict[str, Any]]:
    loaded = yaml.safe_load(workflow.read_text())
    return [step for job in loaded["jobs"].values() for step in job["steps"]]


def commands(workflow: Path, name: str) -> list[str]:
    """Every call of `name` in the scripts of the workflow."""
    scripts = "\n".join(step.get("run", "") for step in steps(workflow))
    joined = re.sub(r"\\\n\s*", "", scripts)
    return re.findall(rf"^\s*{name} [^|&>\n]*", joined, re.MULTILINE)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_what_a_workflow_names_is_there(workflow: Path) -> None:
    for step in steps(workflow):
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            assert set(step.get("with", {})) == ACTIONS[step["uses"]]
    calls = [call for name in ("make", "mta-sts", "pulumi") for call in commands(workflow, name)]
    assert calls
    for call in calls:
        assert problem(call) is None
        for path in re.findall(r"--policy-pack (\S+)", call):
            assert (ROOT / path / "PulumiPolicy.yaml").exists()


def test_the_drift_job_passes_over_what_is_accepted() -> None:
    assert f'select(.message | contains("{ACCEPTED}") | not)' in (FOLDER / "drift.yml").read_text()


def test_the_role_of_a_preview_only_reads() -> None:
    role = json.loads((FOLDER / "preview-role.json").read_text())
    actions = [action for each in role["Statement"] for action in each["Action"]]
    assert [each for each in actions if not re.match(r"\w+:(Get|List|Describe)", each)] == []


def test_the_packs_configuration_names_its_policies_and_keys() -> None:
    config = json.loads((FOLDER / "policies.json").read_text())
    keys = {
        policy.name: set(policy.config_schema.properties) if policy.config_schema else set()
        for policy in pack.POLICIES
    }
    for policy, given in config.items():
        given = given if isinstance(given, dict) else {}
        assert set(given) <= keys[policy] | {"enforcementLevel"}
    assert set(config["accept"]["allowed"]) <= set(CODES)


class Drift:
    """The scripts of the drift job, run as GitHub runs them."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.summary = program.project / "summary.md"

    def run(self) -> dict[str, int]:
        """The exit status of each step, by its name."""
        self.summary.write_text("")
        environment = {
            **self.program.setting.environment,
            "STACK": "sandbox",
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }
        return {
            step["name"]: subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.program.project, env=environment, timeout=LIMIT, check=False,
                stdin=subprocess.DEVNULL, capture_output=True,
            ).returncode
            for step in steps(FOLDER / "drift.yml")
            if "name" in step
        }  # fmt: skip


def test_the_drift_job_finds_drift(cloud: Cloud, tmp_path: Path) -> None:
    program = Program(cloud, tmp_path)
    made = program.run("up", "--yes", "--skip-preview")
    assert made.returncode == 0, made.stdout
    writes = len(cloud.log)
    drift = Drift(program)
    assert drift.run() == {"Resources": 0, "Policies and DNS": 0, "What senders see": 0}
    assert drift.summary.read_text() == ""

    zones = cloud.client("route53").list_hosted_zones()["HostedZones"]
    zone = next(each["Id"] for each in zones if each["Name"] == f"{DOMAIN}.").split("/")[-1]
    cloud.put_records(zone, [(DOMAIN, "MX", 300, ["10 mail.elsewhere.example."])])
    cloud.delete_records(zone, [(f"_mta-sts.{DOMAIN}", "TXT")])
    assert 0 not in drift.run().values()
    said = drift.summary.read_text()
    assert f"- create mta-sts:index:MtaSts$aws:route53/record:Record {DOMAIN}-txt\n" in said
    assert f"- {DOMAIN}: warning: mx-uncovered: " in said
    assert f"- {DOMAIN}: mta-sts check failed\n" in said
    assert len(cloud.log) == writes  # it only looked
