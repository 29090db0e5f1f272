"""The pages under docs/examples are what is written today."""

from pathlib import Path

import pytest

from sandbox.setting import ROOT
from tests.commands.typed import same_as_file
from tests.pages.made import check, found, inspections, reports
from tests.pages.parsed import Parsed

EXAMPLES = ROOT / "docs" / "examples"
LARGEST = 60_000


@pytest.mark.parametrize(
    ("file", "page"),
    [
        (EXAMPLES / "check.html", check(inspections())),
        (EXAMPLES / "reports.html", reports(found())),
    ],
    ids=["check", "reports"],
)
def test_examples(file: Path, page: Parsed) -> None:
    same_as_file(file, page.page)
    assert file.stat().st_size < LARGEST
