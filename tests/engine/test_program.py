"""The repository's own program, as its user runs it."""

import subprocess
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
import yaml

from sandbox.cloud import Cloud
from sandbox.demo import copy_of_the_project
from sandbox.setting import DOMAIN, Setting
from tests.engine.programs import shared_host
from tests.engine.stack import Stack

LIMIT = 100  # seconds


class Program:
    """A copy of the program, with a stack to configure."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.setting = Setting(folder, cloud)
        self.setting.seed()
        self.project = copy_of_the_project(folder)
        self.file = self.project / "stacks" / "Pulumi.sandbox.yaml"
        self.setting.pulumi("stack", "select", "--create", "sandbox", cwd=self.project)

    def configure(self, domains: Any) -> None:
        configuration = yaml.safe_load(self.file.read_text())
        configuration["config"]["mta-sts:domains"] = domains
        self.file.write_text(yaml.safe_dump(configuration))

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.project, env=self.setting.environment, timeout=LIMIT, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip


@pytest.fixture
def program(cloud: Cloud, tmp_path: Path) -> Program:
    return Program(cloud, tmp_path)


def test_ten_mistakes_are_one_message_before_anything_is_made(
    cloud: Cloud, program: Program
) -> None:
    good = {"mode": "testing", "mx": ["mail.solarmora.com"], "zone": "route53"}
    bad: dict[str, Any] = {
        "a.example": {**good, "mode": "Enforce"},
        "b.example": {**good, "mx": ["192.0.2.1", "*.*.x", "https://mail.b.example"]},
        "c.example": {**good, "maxAge": 86399},
        "d.example": {**good, "maxAge": "1 week"},
        "e_e.example": good,
        "f.example": {**good, "zone": "bind"},
        "g.example": {**good, "colour": "red"},
        "G.example.": good,
    }
    program.configure(bad)
    run = program.run("up", "--yes", "--skip-preview")
    assert run.returncode != 0
    assert "mta-sts:domains has 10 mistakes; nothing was changed:" in run.stdout
    for line in (
        "a.example: mode: found 'Enforce'; mode is exactly one of testing, enforce and none",
        "b.example: mx[0]: found '192.0.2.1'; mx is a host name",
        "b.example: mx[1]: found '*.*.x'; '*' stands only once",
        "b.example: mx[2]: found 'https://mail.b.example'; mx is a host name",
        "c.example: maxAge: found 86399; allowed: a whole number of seconds from 86400",
        "d.example: maxAge: found '1 week'; allowed: a whole number of seconds from 86400",
        "e_e.example: domain: found 'e_e.example'; a label is letters, digits",
        "f.example: zone: found 'bind'; allowed: route53",
        "g.example: colour: unknown key; allowed: mode, mx",
    ):
        assert run.stdout.count(line) == 1, run.stdout
    assert run.stdout.count("this domain is given twice, also as") == 1
    assert "Traceback" not in run.stdout
    assert cloud.log == []


def test_domains_in_a_file(cloud: Cloud, program: Program) -> None:
    configuration = yaml.safe_load(program.file.read_text())
    domains = configuration["config"].pop("mta-sts:domains")
    program.file.write_text(yaml.safe_dump(configuration))
    program.run("config", "set", "mta-sts:domainsFile", "domains.yaml")
    file = program.project / "domains.yaml"
    file.write_text(yaml.safe_dump({**domains, "b.example": {"mode": "none"}}))
    run = program.run("preview")
    assert run.returncode != 0
    assert "mta-sts:domainsFile: domains.yaml has a mistake; nothing was changed:" in run.stdout
    assert "b.example: zone: missing; allowed: route53 or cloudflare" in run.stdout
    assert "Traceback" not in run.stdout
    file.write_text(yaml.safe_dump(domains))
    run = program.run("preview")
    assert run.returncode == 0, run.stdout
    assert f"+ mta-sts:index:MtaSts {DOMAIN} create" in " ".join(run.stdout.split())


def test_no_domains(cloud: Cloud, program: Program) -> None:
    program.configure({})
    run = program.run("preview")
    assert run.returncode != 0
    assert "found {}; allowed: a mapping from domain to keys" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_zone_that_is_not_there_is_named(cloud: Cloud, program: Program) -> None:
    program.configure(
        {"nowhere.example": {"mode": "testing", "mx": ["mail.nowhere.example"], "zone": "route53"}}
    )
    run = program.run("up", "--yes", "--skip-preview")
    assert run.returncode != 0
    assert (
        "nowhere.example: zone: route53 looks up the one public hosted zone of this name"
        in run.stdout
    )
    assert "zone: {route53: Z0123456789ABC}" in run.stdout
    assert "Traceback" not in run.stdout
    assert cloud.log == []


def test_the_preview_names_what_changes_on_the_domains_own_line(program: Program) -> None:
    assert program.run("up", "--yes", "--skip-preview").returncode == 0
    program.run("config", "set", "--path", f'mta-sts:domains["{DOMAIN}"].maxAge', "1209600")
    run = program.run("preview")
    assert run.returncode == 0, run.stdout
    lines = [" ".join(line.split()) for line in run.stdout.splitlines()]
    assert f"~ mta-sts:index:MtaSts {DOMAIN} update [diff: ~maxAge]" in lines
    assert "~ 3 to update" in run.stdout
    assert "13 unchanged" in run.stdout


def test_a_preview_ends_though_the_mode_of_another_domain_is_not_known(
    cloud: Cloud, stack: Stack
) -> None:
    """Its review comes in an update, once the mode is known."""
    zones = {name: cloud.create_zone(name) for name in ("known.example", "later.example")}

    def program() -> None:
        later = aws.s3.Bucket("later")
        domains: dict[str, Any] = {
            "known.example": {"mode": "enforce"},
            "later.example": {"mode": later.arn},
        }
        shared_host(domains, zones)()

    run = stack.preview(program)
    assert run.failed
    assert "the review found 2 errors in known.example; nothing was changed" in run.printed
    assert "Traceback" not in run.printed
