"""The policy pack on the real engine, as `pulumi … --policy-pack policies` runs it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.cloud import Cloud
from sandbox.setting import ROOT, Setting

LIMIT = 60  # seconds
PACK = str(ROOT / "policies")
PROGRAM = """
import pulumi
import pulumi_aws as aws
from mta_sts import MtaSts

zones = pulumi.Config().require_object("zones")
later = aws.s3.Bucket("later").arn.apply(lambda arn: "testing")
for domain, given in pulumi.Config().require_object("domains").items():
    if given["mode"] == "later":
        given["mode"] = later
    MtaSts(domain, {
        "domain": domain,
        "zone": {"route53": zones[domain]},
        "host": {"cloudfront": {"target": "d111111abcdef8.cloudfront.net", "bucket": "policies"}},
        **given,
    })
"""
GOOD = {
    "mode": "testing",
    "mx": ["mail.good.example"],
    "max_age": 604800,
    "reports": ["mailto:tls-reports@reports.example"],
}
DOMAINS: dict[str, dict[str, Any]] = {
    "good.example": GOOD,
    "leaving.example": {**GOOD, "mode": "none", "max_age": 86400},
    "short.example": {**GOOD, "max_age": 86400},
    "silent.example": {key: value for key, value in GOOD.items() if key != "reports"},
    "unknown.example": {**GOOD, "mode": "later"},
}


class Program:
    """A program that makes an MtaSts for each domain of its configuration."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.folder = folder
        self.zones = {domain: cloud.create_zone(domain) for domain in DOMAINS}
        self.setting = Setting(folder, cloud)
        (folder / "Pulumi.yaml").write_text("name: policed\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        self.setting.pulumi("stack", "init", "test", cwd=folder)

    def run(
        self,
        *words: str,
        domains: dict[str, dict[str, Any]] | None = None,
        config: dict[str, Any] | None = None,
    ) -> "Run":
        """`pulumi WORDS` with the pack, and with `config` as its configuration."""
        (self.folder / "Pulumi.test.yaml").write_text(
            yaml.safe_dump(
                {"config": {"policed:zones": self.zones, "policed:domains": domains or DOMAINS}}
            )
        )
        flags = ["--policy-pack", PACK]
        if config is not None:
            (self.folder / "policies.json").write_text(json.dumps(config))
            flags += ["--policy-pack-config", "policies.json"]
        done = subprocess.run(
            ["pulumi", *words, *flags, "--non-interactive", "--color", "never"],
            cwd=self.folder, env=self.setting.environment, timeout=LIMIT, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return Run(done.returncode, done.stdout)


class Run:
    """What one run said of the policies."""

    def __init__(self, code: int, printed: str) -> None:
        self.code = code
        self.printed = printed

    @property
    def violations(self) -> list[tuple[str, str, str]]:
        """Level, policy and words of each, in order."""
        section = self.printed.partition("Policies:\n")[2].partition("\nDiagnostics:")[0]
        found = []
        for block in section.split("        - [")[1:]:
            head, *lines = (line.strip() for line in block.splitlines() if line.strip())
            level, policy = head.split("]")[0], head.split("]")[1].split()[0]
            found.append((level, policy, lines[-1]))
        return found


@pytest.fixture
def program(cloud: Cloud, tmp_path: Path) -> Program:
    return Program(cloud, tmp_path)


NOT_RUN = "can't run policy '{}' from policy pack 'mta-sts@v0.0.1' during preview: "


def test_advisory_tells_and_lets_pass(cloud: Cloud, program: Program) -> None:
    run = program.run("preview")
    assert run.code == 0, run.printed
    assert [each for each in run.violations if "can't run" not in each[2]] == [
        (
            "advisory",
            "findings",
            "short.example: max-age-testing: max_age 1d in testing: Google Workspace asks for 7d "
            "to 14d (604800 to 1209600)",
        ),
        (
            "advisory",
            "max-age",
            "short.example: maxAge: found 86400; allowed: 604800 to 31557600 seconds",
        ),
        ("advisory", "modes", "leaving.example: mode: found 'none'; allowed: testing, enforce"),
        (
            "advisory",
            "reports",
            "silent.example: reports: found nothing; "
            "allowed: at least one mailto: or https: address",
        ),
    ]
    not_run = [each for each in run.violations if "can't run" in each[2]]
    assert ("advisory", "modes") in [each[:2] for each in not_run]
    for _, policy, words in not_run:
        assert words.startswith(NOT_RUN.format(policy)), words
    assert "unknown.example-txt create" in run.printed


def test_configuration_says_what_is_allowed_and_what_stops(cloud: Cloud, program: Program) -> None:
    run = program.run(
        "preview",
        domains={**DOMAINS, "good.example": {**GOOD, "accept": {"caa-blocks": "OPS-17"}}},
        config={
            "all": "mandatory",
            "modes": {"allowed": ["none", "testing"]},
            "max-age": {"enforcementLevel": "advisory", "floor": 86400, "ceiling": 86400},
            "findings": {"refused": []},
            "reports": "disabled",
            "accept": {"allowed": []},
        },
    )
    assert run.code != 0
    longer = "{}: maxAge: found 604800; allowed: 86400 to 86400 seconds"
    assert [each for each in run.violations if "can't run" not in each[2]] == [
        ("mandatory", "accept", "good.example: accept: found caa-blocks; allowed: nothing"),
        ("advisory", "max-age", longer.format("good.example")),
        ("advisory", "max-age", longer.format("silent.example")),
        ("advisory", "max-age", longer.format("unknown.example")),
    ]
    assert {each[0] for each in run.violations if "can't run" in each[2]} == {"advisory"}
    # A program that the engine stops may print how it was interrupted; of ours nothing is in it.
    assert "__main__.py" not in run.printed
    assert cloud.log == []


@pytest.mark.usefixtures("administrator")
def test_an_update_knows_the_value_and_checks_it(cloud: Cloud, program: Program) -> None:
    run = program.run(
        "up", "--yes", "--skip-preview",
        domains={"unknown.example": DOMAINS["unknown.example"]},
        config={"modes": {"enforcementLevel": "mandatory", "allowed": ["enforce"]}},
    )  # fmt: skip
    assert run.code != 0
    assert run.violations == [
        ("mandatory", "modes", "unknown.example: mode: found 'testing'; allowed: enforce")
    ]
    assert {"CreateBucket"} == {write.operation for write in cloud.log} - {"DeleteBucketTagging"}


def test_a_mistake_in_the_packs_own_configuration_stops(cloud: Cloud, program: Program) -> None:
    run = program.run("preview", config={"max-age": {"flor": 86400}})
    assert run.code != 0
    assert "max-age: unknown key flor; allowed: enforcementLevel, floor, ceiling" in run.printed
    assert "Traceback" not in run.printed
    assert cloud.log == []
