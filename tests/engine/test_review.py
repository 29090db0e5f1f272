"""What a preview says of a change to mail, and that it writes nothing (P3 to P6).

The repository's own program by the command line. What is printed is compared with
golden/<case>.txt; to write these files anew:
`MTA_STS_GOLDEN=write .venv/bin/pytest -n 0 tests/engine/test_review.py`.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.cloud import Cloud
from sandbox.demo import copy_of_the_project
from sandbox.setting import Setting
from tests.engine.printed import Printed, normal
from tests.engine.programs import configured
from tests.engine.stack import Stack

LIMIT = 100  # seconds
GOLDEN = Path(__file__).with_name("golden")
WRITE = os.environ.get("MTA_STS_GOLDEN") == "write"

FIRST = "2026-01-01T10:00:00Z"
ENFORCING = "2026-01-16T10:00:00Z"
CHANGING = "2026-01-17T09:00:00Z"
NOW = "2026-01-17T10:00:00Z"

TESTING, ENFORCED, NEWER, LEAVING = (
    f"{name}.example" for name in ("testing", "enforced", "newer", "leaving")
)
NONE, OTHER = "none.example", "other.example"
NEW = "new.example"
ELSEWHERE = "elsewhere.example"
MX = ["mx1.mailhost.example", "mx2.mailhost.example"]
WEEK = 604800

PROTECTED = (
    "protected: senders may hold an enforce policy: 6 days 23 h left, until 2026-01-24 09:00 UTC. "
    "The first `pulumi up` after that lifts the protection; then the domain may be removed"
)
"""What every preview says of the domain that is leaving (P6)."""

Domains = dict[str, dict[str, Any]]
Records = list[tuple[str, str, int, list[str]]]


def mx(domain: str, *hosts: str, ttl: int = 300) -> Records:
    return [(domain, "MX", ttl, [f"{10 * (n + 1)} {host}." for n, host in enumerate(hosts)])]


def tlsrpt(domain: str) -> Records:
    return [(f"_smtp._tls.{domain}", "TXT", 300, ["v=TLSRPTv1; rua=mailto:tls@reports.example"])]


class Deployment:
    """One stack with a history, which no test changes; and its DNS, which every test restores."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = folder
        self.setting = Setting(folder, cloud)
        self.project = copy_of_the_project(folder)
        self.program = (self.project / "__main__.py").read_text()
        self.file = self.project / "stacks" / "Pulumi.sandbox.yaml"
        self.setting.pulumi("stack", "select", "--create", "sandbox", cwd=self.project)
        names = (TESTING, ENFORCED, NEWER, LEAVING, NONE, OTHER)
        self.zones = {name: cloud.create_zone(name) for name in (*names, NEW, ELSEWHERE)}
        self.domains: Domains = {name: self.domain(name) for name in names}
        self.domains[NONE] |= {"mode": "none", "maxAge": 86400, "mx": []}
        self.restore()
        self.succeed(FIRST)
        for name in (ENFORCED, NEWER, LEAVING):
            self.domains[name]["mode"] = "enforce"
        self.domains[NEWER]["mx"] = MX[:1]
        self.zones_records(mx(NEWER, MX[0]))
        self.succeed(ENFORCING)
        self.domains[NEWER]["mx"] = MX
        self.domains[LEAVING] |= {"mode": "none", "maxAge": 86400}
        self.succeed(CHANGING)

    def domain(self, name: str, **keys: Any) -> dict[str, Any]:
        """A domain of the configuration: what is not given is like that of the others."""
        zone = {"route53": self.zones[name]}
        return {"mode": "testing", "mx": MX, "maxAge": WEEK, "zone": zone, **keys}

    def zones_records(self, records: Records) -> None:
        for record in records:
            zone = next(name for name in self.zones if f".{record[0]}".endswith(f".{name}"))
            self.cloud.put_records(self.zones[zone], [record])

    def restore(self) -> None:
        """DNS as the policies have it."""
        self.cloud.dns.reset()
        for name in (*self.domains, NEW):
            hosts = MX[:1] if name == NEWER else MX
            self.zones_records([*mx(name, *hosts), *tlsrpt(name)])
        (self.project / "__main__.py").write_text(self.program)

    def configure(self, changes: Domains, without: tuple[str, ...] = ()) -> Domains:
        """Write the configuration: the deployed one with these changes."""
        domains = deepcopy({name: d for name, d in self.domains.items() if name not in without})
        for name, keys in changes.items():
            domains[name] = {**(domains.get(name) or self.domain(name)), **keys}
        configuration = yaml.safe_load(self.file.read_text())
        configuration["config"]["mta-sts:domains"] = domains
        self.file.write_text(yaml.safe_dump(configuration))
        return domains

    def run(self, *words: str, now: str = NOW) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *words, "--non-interactive", "--color", "never"],
            cwd=self.project, env={**self.setting.environment, "MTA_STS_NOW": now},
            timeout=LIMIT, check=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def succeed(self, now: str) -> None:
        self.configure({})
        run = self.run("up", "--yes", "--skip-preview", now=now)
        assert run.returncode == 0, run.stdout

    @property
    def resources(self) -> Any:
        """What the state holds of each resource, but the order of its dependencies."""
        (file,) = (self.folder / "state" / ".pulumi" / "stacks").rglob("sandbox.json")
        found = json.loads(file.read_text())["checkpoint"]["latest"]["resources"]
        kept = ("id", "inputs", "outputs", "protect")
        return {each["urn"]: [each.get(key) for key in kept] for each in found}

    def normal(self, printed: str) -> str:
        return normal(printed, {zone: f"<zone of {name}>" for name, zone in self.zones.items()})


@pytest.fixture(scope="module")
def deployed(shared_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    shared_cloud.reset()
    return Deployment(shared_cloud, tmp_path_factory.mktemp("review"))


@pytest.fixture
def deployment(deployed: Deployment) -> Iterator[Deployment]:
    deployed.configure({})
    deployed.restore()
    before = len(deployed.cloud.log), deployed.resources
    yield deployed
    deployed.restore()
    assert (len(deployed.cloud.log), deployed.resources) == before, "it has written"


def same_as_golden(name: str, run: subprocess.CompletedProcess[str], text: str) -> None:
    found = f"{text}\nexit code {run.returncode}\n"
    file = GOLDEN / f"{name}.txt"
    if WRITE:
        file.write_text(found)
    assert found == file.read_text(), f"{file} differs from what was printed"


@dataclass(frozen=True)
class Case:
    """One change, what DNS says meanwhile, and what is found of which domains.

    Attributes:
        domains: what changes in the configuration.
        found: by domain, severity and code of each finding, in order.
    """

    domains: Domains
    found: dict[str, list[tuple[str, str]]]
    dns: Records = field(default_factory=list)
    delete: tuple[tuple[str, str], ...] = ()
    unanswered: tuple[str, str] | None = None
    without: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        return any(severity == "error" for found in self.found.values() for severity, _ in found)


LONGER = {"maxAge": 2 * WEEK}
THIRD = (*MX, "in.mx3.mailhost.example")

CASES = {
    "nothing-changes": Case({}, {}),
    "mx-uncovered-enforce": Case(
        {ENFORCED: {**LONGER, "mx": [*MX, "*.mailhost.example"]}},
        {ENFORCED: [("error", "mx-uncovered"), ("warning", "mx-broad")]},
        dns=mx(ENFORCED, *THIRD),
    ),
    "mx-uncovered-testing": Case(
        {TESTING: LONGER}, {TESTING: [("warning", "mx-uncovered")]}, dns=mx(TESTING, *THIRD)
    ),
    "mx-uncovered-unchanged": Case(
        {}, {ENFORCED: [("warning", "mx-uncovered")]}, dns=mx(ENFORCED, *THIRD)
    ),
    "mx-leaves-too-early": Case(
        {ENFORCED: {"mx": MX[:1]}}, {ENFORCED: [("error", "mx-leaves-too-early")]}
    ),
    "mx-leaves-too-early-gone": Case(
        {ENFORCED: {"mx": MX[:1]}},
        {ENFORCED: [("warning", "mx-leaves-too-early")]},
        dns=mx(ENFORCED, MX[0], ttl=3600),
    ),
    "mx-too-new": Case({NEWER: LONGER}, {NEWER: [("warning", "mx-too-new")]}, dns=mx(NEWER, *MX)),
    "mx-unused": Case(
        {TESTING: {"mx": [*MX, "mx3.mailhost.example"]}}, {TESTING: [("warning", "mx-unused")]}
    ),
    "mx-broad": Case(
        {TESTING: {"mx": ["*.mailhost.example"]}}, {TESTING: [("warning", "mx-broad")]}
    ),
    "mode-skips-testing": Case(
        {NONE: {"mode": "enforce", "mx": MX, "maxAge": WEEK}},
        {NONE: [("error", "mode-skips-testing")]},
    ),
    "testing-too-short": Case(
        {TESTING: {"mode": "enforce", "testingPeriod": 20 * 86400}},
        {TESTING: [("error", "testing-too-short")]},
    ),
    "testing-served": Case({TESTING: {"mode": "enforce"}}, {TESTING: []}),
    "reports-missing": Case(
        {TESTING: LONGER},
        {TESTING: [("warning", "reports-missing")]},
        delete=((f"_smtp._tls.{TESTING}", "TXT"),),
    ),
    "max-age-testing": Case(
        {TESTING: {"maxAge": 86400}}, {TESTING: [("warning", "max-age-testing")]}
    ),
    "max-age-short": Case(
        {ENFORCED: {"maxAge": 86400}}, {ENFORCED: [("warning", "max-age-short")]}
    ),
    "max-age-growing": Case(
        {ENFORCED: {"maxAge": 31557600}}, {ENFORCED: [("warning", "max-age-growing")]}
    ),
    "caa-blocks-new": Case(
        {NEW: {}},
        {NEW: [("error", "caa-blocks")]},
        dns=[(NEW, "CAA", 300, ['0 issue "letsencrypt.org"'])],
    ),
    "caa-blocks-later": Case(
        {},
        {TESTING: [("warning", "caa-blocks")]},
        dns=[(TESTING, "CAA", 300, ['0 issue "letsencrypt.org"'])],
    ),
    "not-checked-enforce": Case(
        {ENFORCED: LONGER},
        {ENFORCED: [("error", "not-checked")]},
        unanswered=(ENFORCED, "MX"),
    ),
    "not-checked-testing": Case(
        {TESTING: LONGER},
        {TESTING: [("warning", "not-checked")]},
        unanswered=(TESTING, "MX"),
    ),
    "not-checked-unchanged": Case(
        {}, {ENFORCED: [("warning", "not-checked")]}, unanswered=(ENFORCED, "MX")
    ),
    "accept": Case(
        {ENFORCED: {"mx": MX[:1], "accept": {"mx-leaves-too-early": "it is switched off, OPS-17"}}},
        {ENFORCED: [("warning", "mx-leaves-too-early")]},
    ),
    "accept-unused": Case(
        {ENFORCED: {"accept": {"mx-leaves-too-early": "it is switched off, OPS-17"}}},
        {ENFORCED: [("warning", "accept-unused")]},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_preview(deployment: Deployment, name: str) -> None:
    case = CASES[name]
    deployment.configure(case.domains, case.without)
    deployment.zones_records(case.dns)
    for record in case.delete:
        deployment.cloud.delete_records(
            next(deployment.zones[zone] for zone in deployment.zones if record[0].endswith(zone)),
            [record],
        )
    if case.unanswered:
        deployment.cloud.dns.misbehave(case.unanswered[0], "servfail", type=case.unanswered[1])
    try:
        run = deployment.run("preview")
    finally:
        for domain, kind, *_ in case.dns:
            if kind == "CAA":
                deployment.cloud.delete_records(deployment.zones[domain], [(domain, kind)])
    same_as_golden(name, run, deployment.normal(run.stdout))
    expect(run, case.found)
    assert (run.returncode != 0) == case.stops, run.stdout


def expect(
    run: subprocess.CompletedProcess[str],
    found: dict[str, list[tuple[str, str]]],
) -> None:
    """Each domain has its summary if it changes, and then what was found, in words: once, and
    without its name. Nothing is said of others."""
    printed = Printed(run.stdout)
    said = {domain: lines for domain, lines in printed.domains.items() if lines != [PROTECTED]}
    assert set(said) == set(found), run.stdout
    for domain, lines in said.items():
        findings = [line for line in lines if re.match(r"(error|warning): ", line)]
        codes = [tuple(line.split(": ")[:2]) for line in findings]
        assert codes == found.get(domain, []), run.stdout
        summaries = [line for line in lines if line not in findings and ", id " in line]
        assert summaries == lines[: len(summaries)], run.stdout
        assert not any(re.search(rf"(?<![\w.-]){re.escape(domain)}", line) for line in lines), lines
    assert not printed.repeated, printed.repeated
    assert "Traceback" not in run.stdout


@pytest.fixture
def another_zone(deployment: Deployment) -> Iterator[str]:
    """A second hosted zone of a domain whose parent delegates to none of its servers."""
    cloud, zone = deployment.cloud, deployment.zones[TESTING]
    second = cloud.create_zone(TESTING)
    found = cloud.client("route53").get_hosted_zone(Id=zone)["DelegationSet"]["NameServers"]
    elsewhere = [("ns1.elsewhere.example", "A", 300, ["127.0.0.1"])]
    cloud.put_records(deployment.zones[ELSEWHERE], elsewhere)
    cloud.put_records(zone, [(TESTING, "NS", 172800, ["ns1.elsewhere.example."])])
    yield second
    cloud.put_records(zone, [(TESTING, "NS", 172800, [f"{server}." for server in found])])


def test_a_zone_that_nobody_is_sent_to(deployment: Deployment, another_zone: str) -> None:
    deployment.configure({TESTING: {**LONGER, "zone": {"route53": another_zone}}})
    run = deployment.run("preview")
    text = deployment.normal(run.stdout).replace(another_zone, "<another zone>")
    same_as_golden("zone-not-delegated", run, text)
    expect(run, {TESTING: [("error", "zone-not-delegated")]})
    assert run.returncode != 0


def test_a_zone_that_nobody_is_sent_to_with_the_policy_as_it_was(
    deployment: Deployment, another_zone: str
) -> None:
    deployment.configure({TESTING: {"zone": {"route53": another_zone}}})
    run = deployment.run("preview")
    expect(run, {TESTING: [("error", "zone-not-delegated")]})
    assert run.returncode != 0


def test_a_host_that_moves(deployment: Deployment) -> None:
    own = '"host": {"cloudfront": {"target": host.target, "bucket": host.bucket}}'
    other = '{"target": "d111111abcdef8.cloudfront.net", "bucket": "policies"}'
    assert own in deployment.program
    (deployment.project / "__main__.py").write_text(
        deployment.program.replace(
            own,
            f'"host": {{"cloudfront": {other} if each.domain == "{TESTING}" else '
            '{"target": host.target, "bucket": host.bucket}}',
        )
    )
    run = deployment.run("preview")
    same_as_golden("moved-host", run, deployment.normal(run.stdout))
    assert run.returncode == 0
    (said,) = Printed(run.stdout).domains[TESTING]
    assert said.startswith("moved-host: the host moves from ")


def test_removed_while_in_force(deployment: Deployment) -> None:
    """By the repository's program, which sees that domains are missing."""
    deployment.configure({}, without=(ENFORCED, LEAVING, TESTING))
    run = deployment.run("preview")
    same_as_golden("removed-in-force", run, deployment.normal(run.stdout))
    assert run.returncode != 0
    assert run.stdout.count(f"{ENFORCED}: removed-in-force: ") == 1
    assert run.stdout.count(f"{LEAVING}: removed-in-force: ") == 1
    assert f"{TESTING}:" not in run.stdout
    assert "Traceback" not in run.stdout
    update = deployment.run("up", "--yes", "--skip-preview")
    assert update.returncode != 0
    assert f"{LEAVING}: removed-in-force: " in update.stdout


CHANGE: Domains = {TESTING: {"mx": [*MX, "mx3.mailhost.example"], "mode": "enforce"}}
SUMMARY = "testing -> enforce, mx + mx3.mailhost.example, id "
UNUSED = "mx-unused: these mx match no MX in DNS: mx3.mailhost.example."


def test_a_detailed_diff_shows_the_findings_and_what_is_written(deployment: Deployment) -> None:
    deployment.configure(CHANGE)
    run = deployment.run("preview", "--diff")
    assert run.returncode == 0, run.stdout
    lines = [line.strip() for line in run.stdout.splitlines()]
    (told,) = [number for number, line in enumerate(lines) if line.startswith(SUMMARY)]
    assert lines[told + 1].startswith(f"warning: {UNUSED}")
    shown = "\n".join(lines)
    policy = [
        "~ content:", "version: STSv1", "- mode: testing", "+ mode: enforce",
        *(f"mx: {host}" for host in MX), "+ mx: mx3.mailhost.example", f"max_age: {WEEK}",
    ]  # fmt: skip
    assert "\n".join(policy) in shown
    record = r'~ \[0\]: "v=STSv1; id=[0-9a-f]{32};" => "v=STSv1; id=[0-9a-f]{32};"'
    assert re.search(record, shown)


def test_json_has_the_findings_with_the_domains_urn(deployment: Deployment) -> None:
    deployment.configure(CHANGE)
    run = deployment.run("preview", "--json")
    assert run.returncode == 0, run.stdout
    said = json.loads(run.stdout[run.stdout.index("{") :])["diagnostics"]
    urn = f"urn:pulumi:sandbox::mta-sts::mta-sts:index:MtaSts::{TESTING}"
    told = [(each["severity"], each["message"]) for each in said if each.get("urn") == urn]
    assert [severity for severity, _ in told] == ["info", "warning"]
    assert told[0][1].startswith(SUMMARY)
    assert told[1][1].startswith(f"warning: {UNUSED}")


def test_events_have_the_findings(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**deployment.setting.environment, "MTA_STS_NOW": NOW}.items():
        monkeypatch.setenv(name, value)
    stack = Stack(deployment.folder, deployment.setting.environment, "sandbox")
    run = stack.preview(configured(deployment.configure(CHANGE)))
    assert not run.failed, run.printed
    told = [(severity, words) for severity, name, words in run.messages if name == TESTING]
    assert [severity for severity, _ in told] == ["info", "warning"]
    assert told[0][1].startswith(SUMMARY)
    assert UNUSED in told[1][1]


def test_ten_bad_domains_are_all_shown(deployment: Deployment) -> None:
    """Each on its own line in a preview; in an update, before anything is written."""
    new = [f"bad{number}.{NEW}" for number in range(9)]
    for name in new:
        deployment.zones.setdefault(name, deployment.zones[NEW])
    bad: Domains = {name: {"mode": "enforce"} for name in new}
    bad[ENFORCED] = {"mx": MX[:1]}
    for name in new:
        deployment.zones_records(mx(name, *MX))
    deployment.configure(bad)
    run = deployment.run("preview")
    errors = {
        name: [line for line in said if line.startswith("error: ")]
        for name, said in Printed(run.stdout).domains.items()
    }
    assert {name for name, lines in errors.items() if lines} == set(bad), run.stdout
    assert all(len(errors[name]) == 1 for name in bad), errors
    assert f"the review found 10 errors in {', '.join(sorted(bad))}; nothing" in run.stdout
    assert run.returncode != 0
    assert "Traceback" not in run.stdout

    update = deployment.run("up", "--yes", "--skip-preview")
    assert update.returncode != 0
    for name in bad:
        assert len(re.findall(rf"^ +{name}: ", update.stdout, re.MULTILINE)) == 1, update.stdout
    assert "Traceback" not in update.stdout


def test_an_update_names_a_domain_that_dns_has_drifted_from(deployment: Deployment) -> None:
    deployment.zones_records(mx(ENFORCED, *THIRD))
    run = deployment.run("up", "--yes", "--skip-preview")
    assert run.returncode == 0, run.stdout
    expect(run, {ENFORCED: [("warning", "mx-uncovered")]})


def test_a_policy_that_was_served_and_is_taken_back(deployed: Deployment) -> None:
    """The one that changes the stack, and puts it back."""
    deployed.configure({})
    deployed.restore()
    for domain in (TESTING, OTHER):
        deployed.cloud.dns.misbehave(f"mta-sts.{domain}", "servfail")
    deployed.configure(
        {
            TESTING: {"mode": "enforce", "gateTimeout": 1},
            OTHER: {"maxAge": 2 * WEEK, "gateTimeout": 1},
        }
    )
    failed = deployed.run("up", "--yes", "--skip-preview", "--continue-on-error", now=CHANGING)
    assert failed.returncode != 0
    deployed.restore()
    deployed.configure({})
    before = len(deployed.cloud.log), deployed.resources
    run = deployed.run("preview")
    assert (len(deployed.cloud.log), deployed.resources) == before
    same_as_golden("served-unannounced", run, deployed.normal(run.stdout))
    expect(
        run,
        {TESTING: [("error", "served-unannounced")], OTHER: [("warning", "served-unannounced")]},
    )
    assert run.returncode != 0
    accept = {"accept": {"served-unannounced": "for a minute, with nobody looking"}}
    deployed.configure({TESTING: accept, OTHER: accept})
    back = deployed.run("up", "--yes", "--skip-preview")
    assert back.returncode == 0, back.stdout
