"""P7: nothing changes when nothing changes, and P1: however it is spelled."""

import asyncio
from collections.abc import Callable

import pulumi
import pytest

from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from tests.engine.ground import Ground
from tests.engine.programs import MX
from tests.engine.stack import Stack

DOMAIN = "solarmora.com"


def outputs(stack: Stack) -> dict[str, object]:
    return {resource["urn"]: resource.get("outputs") for resource in stack.state()}


def served() -> bool:
    sight = asyncio.run(look(DOMAIN, Vantage.from_environment()))
    return sight.policy is not None and sight.id_matches is True


OTHERWISE = [f"{name.upper()}." for name in reversed(MX)] + MX
"""The same in another order, upper case, with trailing dots, and twice."""


def test_a_second_up_writes_nothing_however_it_is_spelled(
    cloud: Cloud, stack: Stack, ground: Ground
) -> None:
    assert not stack.up(ground.deploys({DOMAIN: {}})).failed
    before, writes = outputs(stack), len(cloud.log)
    for mx in (MX, OTHERWISE):
        run = stack.up(ground.deploys({DOMAIN: {"mx": mx}}), expect_no_changes=True)
        assert not run.failed, run.printed
        assert run.changes == []
    assert cloud.log[writes:] == []
    assert outputs(stack) == before
    refreshed = stack.refresh(ground.deploys({DOMAIN: {}}))
    assert not refreshed.failed, refreshed.printed
    assert [step for step in refreshed.changes if step.op == "update"] == []
    destroyed = stack.destroy(lambda: None)
    assert not destroyed.failed, destroyed.printed
    assert stack.state() == []
    assert not served()


@pytest.mark.parametrize("wrap", [pulumi.Output.from_input, pulumi.Output.secret])
def test_outputs_and_secrets_give_the_same_as_plain_values(
    stack: Stack, ground: Ground, wrap: Callable[[object], pulumi.Output[object]]
) -> None:
    assert not stack.up(ground.deploys({DOMAIN: {}})).failed

    def wrapped() -> None:
        ground.deploys(
            {DOMAIN: {"mode": wrap("testing"), "mx": wrap(MX), "max_age": wrap(604800.0)}}
        )()

    run = stack.up(wrapped, expect_no_changes=True)
    assert not run.failed, run.printed


def test_a_wrong_output_is_refused_in_words(stack: Stack, ground: Ground) -> None:

    def wrong() -> None:
        ground.deploys({DOMAIN: {"mx": pulumi.Output.from_input(["192.0.2.1"])}})()

    run = stack.up(wrong)
    assert run.failed
    assert "solarmora.com has a mistake; nothing was changed:" in run.printed
    assert "mx[0]: found '192.0.2.1'" in run.printed
    assert "Traceback" not in run.printed


def test_a_changed_file_behind_our_back_is_mended_by_a_refresh(
    stack: Stack, ground: Ground
) -> None:
    assert not stack.up(ground.deploys({DOMAIN: {}})).failed
    ground.write_behind_our_back(stack, DOMAIN)
    assert not served()
    run = stack.up(ground.deploys({DOMAIN: {}}), refresh=True)
    assert not run.failed, run.printed
    assert ground.file("update", DOMAIN) in run.changes
    assert served()
