"""The pages, and the blocks of code in them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from sandbox.setting import ROOT

COMMENT = re.compile(r"<!-- (.*?) -->")


def page(name: str) -> Path:
    """A page, by its path in the repository."""
    return ROOT / name


PAGES = sorted(
    str(file.relative_to(ROOT)) for file in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
)
"""By their paths in the repository."""


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        page: whose it is.
        line: where its text begins, counted from 0.
        language: the word after the fence; `sh` of what is indented.
        text: what stands in it.
        comments: what stands in comments between the block before and this one, which readers do
            not see.
    """

    page: str
    line: int
    language: str
    text: str
    comments: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line + 1}"

    @property
    def lines(self) -> slice:
        """Those of its text in its page."""
        return slice(self.line, self.line + self.text.count("\n"))


def is_of_an_example(block: Block) -> bool:
    """Whether it is a part of a program under examples/, which the tests run."""
    return any(block.text in file.read_text() for file in (ROOT / "examples").rglob("*.py"))


@cache
def tokens(name: str) -> list[Token]:
    """A page, taken apart."""
    return MarkdownIt().enable("table").parse(page(name).read_text())


def blocks(name: str) -> list[Block]:
    """The blocks of a page, in order."""
    found, comments = [], []
    for token in tokens(name):
        if token.type == "html_block":
            comments += COMMENT.findall(token.content)
        if token.type in ("fence", "code_block") and token.map:
            fenced = token.type == "fence"
            found.append(
                Block(
                    name, token.map[0] + fenced, token.info.strip() if fenced else "sh",
                    token.content, tuple(comments),
                )
            )  # fmt: skip
            comments = []
    return found


def inline(name: str, kind: str) -> list[Token]:
    """What stands within the text of a page: `code_inline`, `link_open` and the like."""
    return [child for token in tokens(name) for child in token.children or () if child.type == kind]
