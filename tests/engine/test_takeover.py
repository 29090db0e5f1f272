"""A policy that was live before the stack: what `mta-sts suggest --adopt` writes takes it over."""

import asyncio
from typing import Any

import pytest
import yaml

from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from tests.commands.test_adopt import DOMAIN, ENFORCE, Live
from tests.commands.typed import run
from tests.engine.programs import configured
from tests.engine.stack import Run, Stack

ADOPTED = Policy.parse(ENFORCE)
CHANGES = f"taken over: id 20240501T120000 -> {ADOPTED.id[:4]}…"


@pytest.fixture
def live(cloud: Cloud) -> Live:
    return Live(cloud)


def adopted() -> dict[str, dict[str, Any]]:
    """What it writes, and for a test, less patience."""
    domains = yaml.safe_load(run("suggest", "--adopt", DOMAIN).stdout)["config"]["mta-sts:domains"]
    return {DOMAIN: {**domains[DOMAIN], "gateTimeout": 20, "reports": ["mailto:tls@example.org"]}}


def said(run: Run) -> list[tuple[str, str]]:
    return [(severity, words) for severity, name, words in run.messages if name.endswith(DOMAIN)]


def test_the_first_preview_changes_nothing_but_the_id(stack: Stack, live: Live) -> None:
    preview = stack.preview(configured(adopted()))
    assert not preview.failed, preview.printed
    assert said(preview) == [("info", CHANGES)]


def test_another_policy_is_compared_with_it(stack: Stack, live: Live) -> None:
    domains = adopted()
    domains[DOMAIN]["mx"] = ["mx9.solarmora.com"]
    preview = stack.preview(configured(domains))
    assert preview.failed
    assert [words.split(":")[0] for _, words in said(preview)] == [
        "taken over",
        "mx-leaves-too-early",
        "mx-unused",
    ]


def test_step_by_step(cloud: Cloud, stack: Stack, live: Live) -> None:
    """As it is said: an `up` that writes down what is live, the names moved by hand, another."""
    program = configured(adopted())
    first = stack.up(program)
    assert first.failed
    distributions = cloud.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    by_hand = next(each for each in distributions if each["DomainName"] == live.target)
    live.site.update(
        by_hand["Id"],
        Aliases={"Quantity": 0},
        ViewerCertificate={"CloudFrontDefaultCertificate": True},
    )
    names = [(f"_mta-sts.{DOMAIN}", "TXT"), (f"mta-sts.{DOMAIN}", "CNAME")]
    cloud.delete_records(live.site.zone, names)
    second = stack.up(program)
    assert not second.failed, second.printed
    assert [words for severity, words in said(second) if severity == "error"] == []
    sight = asyncio.run(look(DOMAIN, Vantage.from_environment()))
    assert (sight.policy, sight.id_matches) == (ADOPTED, True)
    assert not stack.preview(program).changes
