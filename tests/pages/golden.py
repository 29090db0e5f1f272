"""Files that hold a page as it is read: its text, and the titles of what is drawn."""

from pathlib import Path

from tests.commands.typed import same_as_file
from tests.pages.parsed import Parsed

GOLDEN = Path(__file__).with_name("golden")


def same_as_golden(name: str, page: Parsed) -> None:
    lines = [*page.text, "", *(f"title: {title}" for title in page.titles)]
    same_as_file(GOLDEN / f"{name}.txt", "\n".join(lines) + "\n")
