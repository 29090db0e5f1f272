"""Pages, as a browser takes them in."""

from collections.abc import Iterable
from html.parser import HTMLParser

VOID = {"input", "link", "meta", "wbr"}
BLOCK = {
    "details", "div", "footer", "h1", "h2", "h3", "h4", "li", "p", "section", "table", "tr", "ul",
}  # fmt: skip
Element = tuple[str, tuple[tuple[str, str | None], ...]]


class Parsed(HTMLParser):
    """A page in parts.

    Attributes:
        elements: each with its attributes, in order.
        text: of the page's body, a line for each block that has any.
        titles: of what is drawn, and of the page.
    """

    def __init__(self, parts: Iterable[str]) -> None:
        super().__init__()
        self.page = "".join(parts)
        self.elements: list[Element] = []
        self.titles: list[str] = []
        self._open: list[str] = []
        self._lines = [""]
        self.feed(self.page)
        self.close()
        assert not self._open

    @property
    def text(self) -> list[str]:
        lines = (" ".join(line.split()) for line in self._lines)
        return [line for line in lines if line]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))
        if tag in BLOCK:
            self._lines.append("")
        if tag in {"dd", "span"}:
            self._lines[-1] += " "
        if tag in {"td", "th"} and self._lines[-1]:
            self._lines[-1] += " | "
        if tag == "title":
            self.titles.append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"{tag} is closed out of turn, at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["title"]:
            self.titles[-1] += data
        elif "body" in self._open:
            self._lines[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")
