"""docs/check.md shows what is printed."""

import re

from sandbox.setting import ROOT
from tests.commands.typed import GOLDEN, same_as_file

PAGE = ROOT / "docs" / "check.md"
SHOWN = re.compile(r"(?s)<!-- (?P<name>[a-z-]+) -->\n```console\n(?P<command>[^\n]*\n).*?```\n")


def shown(found: re.Match[str]) -> str:
    printed = (GOLDEN / f"{found['name']}.txt").read_text()
    printed = printed.replace("127.0.0.1:<dns>", "192.0.2.53:53")
    return f"<!-- {found['name']} -->\n```console\n{found['command']}{printed}```\n"


def test_the_page_is_as_it_is_printed() -> None:
    page = PAGE.read_text()
    assert len(SHOWN.findall(page)) == 2
    same_as_file(PAGE, SHOWN.sub(shown, page))
