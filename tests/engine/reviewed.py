"""One stack with a history, by the command line, whose changes are previewed."""

import gzip
import json
import os
import re
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from sandbox.cloud import Cloud
from sandbox.demo import copy_of_the_project
from sandbox.setting import Setting
from tests.engine.printed import Printed, normal
from tests.reports.test_contents import mailed

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
LONGER = {"maxAge": 2 * WEEK}
THIRD = (*MX, "in.mx3.mailhost.example")

PROTECTED = (
    "protected: senders may hold an enforce policy: 7 days 1 h left, until 2026-01-24 11:00 UTC. "
    "The first `pulumi up` after that lifts the protection; then the domain may be removed"
)
"""What every preview says of the domain that is leaving (P6)."""

REPORT = {
    "organization-name": "Sender Inc.",
    "report-id": "1",
    "date-range": {
        "start-datetime": "2026-01-10T00:00:00Z",
        "end-datetime": "2026-01-11T00:00:00Z",
    },
    "policies": [
        {
            "policy": {"policy-type": "sts", "policy-domain": TESTING},
            "summary": {"total-successful-session-count": 97, "total-failure-session-count": 3},
            "failure-details": [
                {
                    "result-type": "certificate-expired",
                    "receiving-mx-hostname": MX[1],
                    "failed-session-count": 3,
                }
            ],
        }
    ],
}
"""Of a sender that enforce would have kept from delivering to the second MX host."""

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
        reports = self.project / "reports"
        reports.mkdir()
        (reports / "sender.example!testing.example!1!2.json").write_text(json.dumps(REPORT))
        cloud.client("s3").create_bucket(Bucket="tls-reports")
        cloud.client("s3").put_object(
            Bucket="tls-reports",
            Key="mail/1",
            Body=mailed(gzip.compress(json.dumps(REPORT).encode())),
        )
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

    def protected(self, domain: str) -> bool:
        """Whether the state has the component of the domain protected."""
        (found,) = (
            each for urn, each in self.resources.items() if urn.endswith(f":MtaSts::{domain}")
        )
        return bool(found[-1])

    def normal(self, printed: str) -> str:
        return normal(printed, {zone: f"<zone of {name}>" for name, zone in self.zones.items()})


def same_as_golden(name: str, run: subprocess.CompletedProcess[str], text: str) -> None:
    found = f"{text}\nexit code {run.returncode}\n"
    file = GOLDEN / f"{name}.txt"
    if WRITE:
        file.write_text(found)
    assert found == file.read_text(), f"{file} differs from what was printed"


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
