"""The pages for each task: what they tell is done, and what they show is what is said.

`MTA_STS_GOLDEN=write` writes what is said into the pages.
"""

import pytest

from mta_sts import place
from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from tests.commands.typed import same_as_file
from tests.docs.pages import PAGES, Block, blocks, is_of_an_example, page
from tests.docs.story import Story
from tests.engine.ground import SPREAD
from tests.engine.stack import Stack

ROUTE53_ZONE, CLOUDFLARE_ZONE = "Z0123456789ABC", "0123456789abcdef0123456789abcdef"
ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353"
"""As the pages call them."""
STORIES = {
    "a life": ("docs/turn-on.md", "docs/enforce.md", "docs/change-mx.md", "docs/leave.md"),
    "a move": ("docs/move-host.md",),
    "an adoption": ("docs/adopt.md",),
    "groups": ("docs/many.md",),
}
"""Pages that go on where the one before ended."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", STORIES)
def test_what_a_page_tells_is_so(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    monkeypatch.setattr(place, "RECORD_TTL", SPREAD)
    story = Story(cloud, stack, monkeypatch)
    for each in STORIES[name]:
        same_as_file(page(each), story.told(each))


PYTHON = [
    block
    for name in PAGES
    for block in blocks(name)
    if block.language == "python" and not is_of_an_example(block)
]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_a_program_of_a_page_can_be_previewed(cloud: Cloud, stack: Stack, block: Block) -> None:
    text = block.text
    for called, here in {
        ROUTE53_ZONE: cloud.create_zone("solarmora.com"),
        CLOUDFLARE_ZONE: cloud.create_cloudflare_zone("solarmora.net"),
        ACCOUNT: cloud.cloudflare.account,
    }.items():
        text = text.replace(called, here)
    run = stack.preview(lambda: exec(text, {}))  # noqa: S102 -- it is what this tests
    assert not run.failed, run.printed
    assert [step.name for step in run.changes if step.type.endswith(":MtaSts")] == ["solarmora.com"]
