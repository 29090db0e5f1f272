"""The example of MX hosts that are outputs, of this program and of another stack."""

from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest

from mta_sts import MtaSts
from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.engine.examples import example
from tests.engine.programs import policy
from tests.engine.stack import Run, Stack

pytestmark = pytest.mark.usefixtures("administrator")

HERE, ELSEWHERE = "solarmora.com", "solarmora.net"
UNREVIEWED = (
    "not-reviewed: mx is known once a resource of this program is made. The review comes in "
    "`pulumi up`, before anything of this domain is written, and an error stops it there"
)


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def said(run: Run, domain: str) -> list[str]:
    return [
        words for severity, name, words in run.messages if name == domain and severity != "debug"
    ]


@pytest.fixture
def zones(cloud: Cloud) -> dict[str, str]:
    zones = {ELSEWHERE: cloud.create_zone(ELSEWHERE), HERE: cloud.create_zone(HERE)}
    cloud.put_records(zones[HERE], [(HERE, "MX", 300, [f"10 mail.{HERE}."])])
    return zones


def test_mx_hosts_of_this_program_and_of_another_stack(
    stack: Stack, zones: dict[str, str], engine_environment: dict[str, str], tmp_path: Path
) -> None:
    mail = Stack(tmp_path, engine_environment, "mail")

    def servers(*names: str) -> None:
        addresses = {name: f"192.0.2.{number}" for number, name in enumerate(names, start=1)}
        program = example(
            "mx_outputs/mail", domain=ELSEWHERE, zone=zones[ELSEWHERE], servers=addresses
        )
        succeeded(mail.up(program))

    servers("mx1", "mx2")
    ours = example("mx_outputs", zones=zones, mail="organization/mta-sts/mail")
    of = {
        ELSEWHERE: Policy(
            mode="testing", mx=[f"mx1.{ELSEWHERE}", f"mx2.{ELSEWHERE}"], max_age=604800
        ),
        HERE: Policy(mode="testing", mx=[f"mail.{HERE}"], max_age=604800),
    }

    first = succeeded(stack.preview(ours))
    assert said(first, HERE) == [UNREVIEWED]
    assert said(first, ELSEWHERE) == [f"new: testing, 2 mx, max_age 7d, id {of[ELSEWHERE].id[:4]}…"]
    up = succeeded(stack.up(ours))
    assert said(up, HERE) == [f"new: testing, 1 mx, max_age 7d, id {of[HERE].id[:4]}…"]
    contents = {
        name: each["content"]
        for name, each in up.inputs.items()
        if name.endswith("-policy") and "content" in each
    }
    assert contents == {f"{domain}-policy": of[domain].render().decode() for domain in zones}
    again = succeeded(stack.preview(ours))
    assert (said(again, HERE), again.changes) == ([], [])

    servers("mx1", "mx2", "mx3")
    changed = succeeded(stack.preview(ours))
    (change,) = said(changed, ELSEWHERE)
    assert change.startswith(f"mx + mx3.{ELSEWHERE}, id {of[ELSEWHERE].id[:4]}… -> ")


def test_a_policy_that_is_known_late_is_reviewed_before_it_is_written(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    """What the preview cannot see stops the update: enforce comes without testing before it."""

    def program() -> None:
        server = aws.route53.Record(
            "mail", zone_id=zones[HERE], name="mail", type="A", ttl=300, records=["192.0.2.25"]
        )
        enforce = policy(mode="enforce", mx=[server.fqdn])
        arguments: Any = {"domain": HERE, "zone": {"route53": zones[HERE]}, **enforce}
        MtaSts(HERE, arguments)

    preview = succeeded(stack.preview(program))
    assert said(preview, HERE) == [UNREVIEWED]
    update = stack.up(program)
    assert update.failed
    assert f"{HERE}: mode-skips-testing: " in update.printed
    assert not any(HERE in each["urn"] and "policy" in each["urn"] for each in stack.state())
    assert [call.operation for call in cloud.log] == ["ChangeResourceRecordSets"]
