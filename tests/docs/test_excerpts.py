"""What the pages show is right: configuration, policies of an organisation, previews, links."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
import yaml

from mta_sts import checks
from policies import __main__ as pack
from sandbox.setting import ROOT
from tests.docs.pages import PAGES, Block, blocks, inline, is_of_an_example, page, tokens
from tests.docs.reference import PREFIX, SCHEMA
from tests.docs.source import configured

LANGUAGES = {"sh", "console", "yaml", "python", "json", "text"}
"""Of blocks: commands and Python are run, YAML and JSON are checked; `text` is none of these."""
DOMAIN = {"mode": "testing", "mx": ["mail.solarmora.com"], "zone": "route53"}
OTHERS = {"aws:region"}
"""Keys of a stack that are not ours."""
BLOCKS = [block for name in PAGES for block in blocks(name)]


def of(language: str) -> pytest.MarkDecorator:
    found = [block for block in BLOCKS if block.language == language]
    return pytest.mark.parametrize("block", found, ids=str)


def test_what_is_shown_has_a_language() -> None:
    """So that something checks it."""
    assert [str(block) for block in BLOCKS if block.language not in LANGUAGES] == []


@of("yaml")
def test_yaml(block: Block) -> None:
    given = yaml.safe_load(block.text)
    if "config" in given:
        asyncio.run(of_a_stack(given["config"]))
    elif "runtime" in given:
        of_a_program(given)
    elif all("." in key for key in given):
        checks.stack_domains(given)
    elif not any("script" in job for job in given.values() if isinstance(job, dict)):
        checks.stack_domains({"solarmora.com": {**DOMAIN, **given}})


async def of_a_stack(config: Mapping[str, Any]) -> None:
    """Within an event loop, which Outputs need."""
    ours = {f"mta-sts:{name}" for name in configured()}
    assert config.keys() <= ours | OTHERS
    if "mta-sts:domainsFile" in config:
        assert "mta-sts:domains" not in config
        return
    domains = checks.stack_domains(config["mta-sts:domains"])
    secret = config.get("mta-sts:secretAccessKey") and pulumi.Output.secret("it")
    checks.account(config.get("mta-sts:cloudflare"), secret, domains)


def of_a_program(program: Mapping[str, Any]) -> None:
    for resource in program["resources"].values():
        it = SCHEMA["resources"][PREFIX + resource["type"].removeprefix("mta-sts:")]
        given = resource["properties"].keys()
        assert set(it["requiredInputs"]) <= given <= it["inputProperties"].keys()


@of("json")
def test_policies_of_an_organisation(block: Block) -> None:
    given = json.loads(block.text)
    of_each = given["policies"] if "version" in given else given
    assert of_each.keys() <= {"all", *(policy.name for policy in pack.POLICIES)}


@of("python")
def test_python_is_of_an_example_or_whole(block: Block) -> None:
    """Where a page shows a part of a program, that program is run by the tests."""
    compile(block.text, str(block), "exec")
    assert is_of_an_example(block) or "import " in block.text


@of("text")
def test_a_preview_is_one_of_a_page_whose_steps_are_done(block: Block) -> None:
    if "mta-sts:index:" in block.text:
        shown = [each.text for each in BLOCKS if each.language == "console"]
        assert any(block.text in text for text in shown)


def anchors(name: str) -> set[str]:
    """What GitHub calls the headings of a page."""
    texts = [
        following.content
        for token, following in zip(tokens(name), tokens(name)[1:], strict=False)
        if token.type == "heading_open"
    ]
    plain = (re.sub(r"[^\w\- ]", "", text.lower()) for text in texts)
    return {text.replace(" ", "-") for text in plain}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    lost = []
    targets = [str(link.attrGet("href")) for link in inline(name, "link_open")]
    targets += [str(image.attrGet("src")) for image in inline(name, "image")]
    for target in targets:
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        file = (page(name).parent / path).resolve() if path else page(name)
        known = not anchor or anchor in anchors(str(file.relative_to(ROOT)))
        if not file.exists() or not known:
            lost.append(target)
    assert lost == []


def test_every_page_is_linked_from_the_first() -> None:
    linked = {
        str(link.attrGet("href")).partition("#")[0] for link in inline("README.md", "link_open")
    }
    pages = {name for name in PAGES if not name.startswith("docs/bench/")}
    assert pages - linked == {"README.md"}
