"""The policy pack on the real engine, as `pulumi … --policy-pack policies` runs it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from sandbox.setting import ROOT, Setting

LIMIT = 60  # seconds
PACK = str(ROOT / "policies")
PROGRAM = """
import pulumi
import pulumi_aws as aws
from mta_sts import MtaSts

later = aws.s3.Bucket("later").arn.apply(lambda arn: "testing")
for domain, given in pulumi.Config().require_object("domains").items():
    if given["mode"] == "later":
        given["mode"] = later
    MtaSts(domain, {
        "domain": domain,
        "zone": {"route53": pulumi.Config().require("zone")},
        "host": {"cloudfront": {"target": "d111111abcdef8.cloudfront.net", "bucket": "policies"}},
        **given,
    })
"""
GOOD = {
    "mode": "testing",
    "mx": ["mail.good.example"],
    "max_age": 604800,
    "reports": ["mailto:tls-reports@good.example"],
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
        self.zone = cloud.create_zone("example")
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
                {"config": {"policed:zone": self.zone, "policed:domains": domains or DOMAINS}}
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


NOT_RUN = "can't run policy '{}' from policy pack 'mta-sts@v0.0.1' during preview: string value at "


def test_advisory_tells_and_mandatory_stops(cloud: Cloud, program: Program) -> None:
    told = program.run("preview")
    assert told.code == 0, told.printed
    short = "short.example: maxAge: found 86400; allowed: 604800 to 31557600 seconds"
    leaving = "leaving.example: mode: found 'none'; allowed: testing, enforce"
    silent = (
        "silent.example: reports: found nothing; allowed: at least one mailto: or https: address"
    )
    assert [each for each in told.violations if "can't run" not in each[2]] == [
        ("advisory", "max-age", short),
        ("advisory", "modes", leaving),
        ("advisory", "reports", silent),
    ]
    unchecked = [each for each in told.violations if "can't run" in each[2]]
    assert ("advisory", "modes") in [each[:2] for each in unchecked]
    for _, policy, words in unchecked:
        assert words.startswith(NOT_RUN.format(policy)), words
    assert "unknown.example-txt create" in told.printed

    stopped = program.run(
        "preview",
        config={
            "all": "mandatory",
            "modes": {"allowed": ["testing", "none"]},
            "max-age": {"enforcementLevel": "advisory", "ceiling": 604799},
            "reports": "disabled",
            "accept": {"allowed": []},
        },
        domains={
            **DOMAINS,
            "accepting.example": {**GOOD, "accept": {"caa-blocks": "OPS-17"}},
        },
    )
    assert stopped.code != 0
    words = [each for each in stopped.violations if "can't run" not in each[2]]
    found = "maxAge: found 604800; allowed: 604800 to 604799 seconds"
    assert words == [], found
    assert cloud.log == []
