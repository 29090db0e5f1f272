"""What a preview says of a change to mail, and that it writes nothing (P3 to P6).

The repository's own program by the command line. What is printed is compared with
golden/<case>.txt; to write these files anew:
`MTA_STS_GOLDEN=write .venv/bin/pytest -n 0 tests/engine/test_review.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.engine.printed import Printed
from tests.engine.reviewed import (
    CHANGING,
    ELSEWHERE,
    ENFORCED,
    LEAVING,
    LONGER,
    MX,
    NEW,
    NEWER,
    NONE,
    OTHER,
    TESTING,
    THIRD,
    WEEK,
    Deployment,
    Domains,
    Records,
    expect,
    mx,
    same_as_golden,
)


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
    "reports-failing": Case(
        {TESTING: {"mode": "enforce", "reportsFrom": "reports"}},
        {TESTING: [("error", "reports-failing")]},
    ),
    "reports-failing-in-a-bucket": Case(
        {TESTING: {"mode": "enforce", "reportsFrom": "s3://tls-reports/mail/"}},
        {TESTING: [("error", "reports-failing")]},
    ),
    "reports-incomplete": Case(
        {OTHER: {"mode": "enforce", "reportsFrom": "reports"}},
        {OTHER: [("warning", "reports-incomplete")]},
    ),
    "rollout-waits-for-reports": Case(
        {TESTING: {"mode": "enforce", "rollout": "automatic", "reportsFrom": "reports"}},
        {TESTING: [("warning", "rollout")]},
    ),
    "reports-at-home": Case(
        {TESTING: {"reports": [f"mailto:tls@{TESTING}"]}},
        {TESTING: [("warning", "reports-at-home")]},
    ),
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


def test_a_record_that_another_hand_changed(deployment: Deployment) -> None:
    name, zone = f"_mta-sts.{TESTING}", deployment.zones[TESTING]
    ours = next(
        outputs["records"] for _, _, outputs, _ in deployment.resources.values()
        if outputs and outputs.get("fqdn") == name
    )  # fmt: skip
    deployment.cloud.put_records(zone, [(name, "TXT", 300, ["v=STSv1; id=20260117T000000;"])])
    deployment.configure({})
    try:
        run = deployment.run("preview")
    finally:
        deployment.cloud.put_records(zone, [(name, "TXT", 300, ours)])
    same_as_golden("record-differs", run, deployment.normal(run.stdout))
    expect(run, {TESTING: [("warning", "record-differs")]})
    assert run.returncode == 0


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


def test_a_bucket_that_cannot_be_read(deployment: Deployment) -> None:
    """The review does not do without what it was told to read."""
    deployment.configure({TESTING: {"reportsFrom": "s3://not-there"}})
    run = deployment.run("preview")
    same_as_golden("reports-not-read", run, deployment.normal(run.stdout))
    assert run.returncode != 0


def test_a_host_that_moves(deployment: Deployment) -> None:
    own = '"host": host_of(each)'
    other = '{"target": "d111111abcdef8.cloudfront.net", "bucket": "policies"}'
    assert own in deployment.program
    (deployment.project / "__main__.py").write_text(
        deployment.program.replace(
            own,
            f'"host": {{"cloudfront": {other}}} if each.domain == "{TESTING}" else host_of(each)',
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


def test_a_policy_that_was_served_and_is_taken_back(deployed: Deployment) -> None:
    """The last one, as it changes the stack. Whoever came meanwhile holds the enforce policy, so
    the domain stays."""
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
    assert deployed.protected(TESTING)
    assert not deployed.protected(OTHER)
    deployed.configure({}, without=(TESTING,))
    removed = deployed.run("preview")
    assert removed.returncode != 0
    assert (
        f"{TESTING}: removed-in-force: removed while senders may hold its enforce policy: 7 days "
        "2 h left, until 2026-01-24 12:00 UTC. Put the domain back until then."
    ) in " ".join(removed.stdout.split())
