"""What a run remembers for the next, in the stack's own state."""

from typing import Any

import pytest

from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.engine.ground import GROUNDS, Ground
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Run, Stack

DOMAIN = "solarmora.com"
DAYS = [f"2026-01-0{day}T00:00:00+00:00" for day in range(10)]


# What is remembered does not depend on the pair: one of each cloud will do.
pytestmark = pytest.mark.parametrize("ground", [GROUNDS[0], GROUNDS[-1]], ids=str, indirect=True)


@pytest.fixture(autouse=True)
def mail(cloud: Cloud, ground: Ground) -> None:
    cloud.put_records(ground.zone_id(DOMAIN), [(DOMAIN, "MX", 300, ["10 mail.solarmora.com."])])


def remembered(stack: Stack) -> dict[str, Any]:
    (component,) = (
        resource for resource in stack.state() if resource["type"] == "mta-sts:index:MtaSts"
    )
    memory = dict(component["outputs"]["memory"])
    memory.pop("before")
    return memory


def announced(mx: list[str], since: str, mode_since: str, mode: str = "testing") -> dict[str, Any]:
    policy = Policy(mode=mode, mx=mx, max_age=604800)
    return {
        "id": policy.id,
        "mode": mode,
        "policy": policy.render().decode("ascii"),
        "since": since,
        "modeSince": mode_since,
    }


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_a_life(stack: Stack, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    life: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        # day, arguments, what is remembered after it
        (1, {}, {"announced": announced(MX, DAYS[1], DAYS[1]), "longestEnforced": 0}),
        (2, {}, {"announced": announced(MX, DAYS[1], DAYS[1]), "longestEnforced": 0}),
        (
            3,
            {"mx": MORE_MX},
            {"announced": announced(MORE_MX, DAYS[3], DAYS[1]), "longestEnforced": 0},
        ),
        (
            4,
            {"mx": MORE_MX, "mode": "enforce", "testing_period": 86400.0},
            {
                "announced": announced(MORE_MX, DAYS[4], DAYS[4], "enforce"),
                "longestEnforced": 604800,
                "protected": True,
            },
        ),
        (
            5,
            {"mx": MORE_MX},
            {
                "announced": announced(MORE_MX, DAYS[5], DAYS[5]),
                "longestEnforced": 604800,
                "lastEnforced": DAYS[5],
                "protected": True,
                "superseded": [
                    {
                        "policy": announced(MORE_MX, DAYS[4], DAYS[4], "enforce")["policy"],
                        "until": "2026-01-12T02:00:00+00:00",
                    }
                ],
            },
        ),
    ]
    for day, arguments, expected in life:
        monkeypatch.setenv("MTA_STS_NOW", DAYS[day])
        run = succeeded(stack.up(ground.deploys({DOMAIN: arguments})))
        assert remembered(stack) == {"domain": DOMAIN, **expected}, day
        assert any(
            words == f"MTA_STS_NOW is set: the time is taken to be {DAYS[day]}"
            for words in run.said("warning")
        )


def test_a_gate_that_gives_up_is_not_remembered_as_an_announcement(
    cloud: Cloud, stack: Stack, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTA_STS_NOW", DAYS[1])
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    before = remembered(stack)
    monkeypatch.setenv("MTA_STS_NOW", DAYS[2])
    ill = cloud.dns.misbehave(f"mta-sts.{DOMAIN}", "servfail")
    assert stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX, "gate_timeout": 1.0}})).failed
    monkeypatch.setenv("MTA_STS_NOW", DAYS[3])
    cloud.dns.behave(ill)
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    assert remembered(stack) == before
    monkeypatch.setenv("MTA_STS_NOW", DAYS[4])
    succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}})))
    assert remembered(stack)["announced"] == announced(MORE_MX, DAYS[4], DAYS[1])


def test_a_record_left_out_by_target_is_not_remembered(
    stack: Stack, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTA_STS_NOW", DAYS[1])
    succeeded(stack.up(ground.deploys({DOMAIN: {}})))
    (holder,) = (
        each["urn"] for each in stack.state() if each["urn"].endswith(f"{DOMAIN}-{ground.holder}")
    )
    monkeypatch.setenv("MTA_STS_NOW", DAYS[2])
    succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}}), target=[holder]))
    monkeypatch.setenv("MTA_STS_NOW", DAYS[3])
    succeeded(stack.up(ground.deploys({DOMAIN: {"mx": MORE_MX}})))
    assert remembered(stack)["announced"] == announced(MORE_MX, DAYS[3], DAYS[1])
