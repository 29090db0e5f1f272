"""The pages for each task: what they tell is done, and what they show is what is said.

`MTA_STS_GOLDEN=write` writes what is said into the pages.
"""

import pytest

from mta_sts import place
from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from tests.commands.typed import same_as_file
from tests.docs.pages import page
from tests.docs.story import Story
from tests.engine.ground import SPREAD
from tests.engine.stack import Stack

STORIES = {
    "a life": ("docs/turn-on.md", "docs/enforce.md", "docs/change-mx.md", "docs/leave.md"),
    "a move": ("docs/move-host.md",),
    "an adoption": ("docs/adopt.md",),
}
"""Pages that go on where the one before ended."""


@pytest.mark.parametrize("name", STORIES)
def test_what_a_page_tells_is_so(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    monkeypatch.setattr(place, "RECORD_TTL", SPREAD)
    story = Story(cloud, stack, monkeypatch)
    for each in STORIES[name]:
        same_as_file(page(each), story.told(each))
