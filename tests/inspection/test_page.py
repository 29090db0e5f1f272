"""docs/check.md shows what is printed, and has every finding."""

import re

from mta_sts.inspection import kinds
from mta_sts.inspection.kinds import KINDS, Kind
from sandbox.setting import ROOT
from tests.commands.typed import GOLDEN, same_as_file

PAGE = ROOT / "docs" / "check.md"
SHOWN = re.compile(r"(?s)<!-- (?P<name>[a-z]+) -->\n```\n.*?```\n")
MARK = "<!-- findings -->\n"


def shown(found: re.Match[str]) -> str:
    printed = (GOLDEN / f"check-{found['name']}.txt").read_text()
    printed = printed.replace("127.0.0.1:<dns>", "192.0.2.53:53")
    return f"<!-- {found['name']} -->\n```\n{printed}```\n"


def table() -> str:
    others = [each for each in vars(kinds).values() if isinstance(each, Kind)]
    every = [(each, each.rule) for each in others]
    every += [(each, str(vars(error)["rule"])) for error, each in KINDS.items()]
    rows = [
        f"| `{each.code}` | {rule} | {each.severity or 'error under `enforce`, else warning'} "
        f"| {each.advice} |"
        for each, rule in sorted(every, key=lambda pair: pair[0].code)
    ]
    head = "| finding | what should hold | if not | what to do |\n|---|---|---|---|\n"
    return head + "".join(f"{row}\n" for row in rows)


def test_the_page_is_as_it_is_printed() -> None:
    text = SHOWN.sub(shown, PAGE.read_text())
    same_as_file(PAGE, text.partition(MARK)[0] + MARK + table())
