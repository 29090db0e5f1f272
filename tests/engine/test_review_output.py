"""The ways in which what a review says reaches people: in full, as JSON, as events, for many."""

import json
import re

import pytest

from tests.engine.printed import Printed
from tests.engine.programs import configured
from tests.engine.reviewed import (
    ENFORCED,
    MX,
    NEW,
    NOW,
    TESTING,
    THIRD,
    WEEK,
    Deployment,
    Domains,
    expect,
    mx,
)
from tests.engine.stack import Stack

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


BROKEN = """
import mta_sts.domain

real = mta_sts.domain.review


def broken(recorded, policy, *rest, **more):
    if policy.max_age == 1209600:
        raise LookupError("a rule has a mistake")
    return real(recorded, policy, *rest, **more)


mta_sts.domain.review = broken
"""


@pytest.mark.parametrize("words", [("preview",), ("up", "--yes", "--skip-preview")])
def test_a_review_that_ends_in_an_error_stops_all(
    deployment: Deployment, words: tuple[str, ...]
) -> None:
    """A mistake of this project's own: no other review waits for one that never comes."""
    deployment.configure({TESTING: {"maxAge": 2 * WEEK}})
    (deployment.project / "__main__.py").write_text(BROKEN + deployment.program)
    run = deployment.run(*words)
    assert run.returncode > 0, run.stdout
    assert "a rule has a mistake" in run.stdout
