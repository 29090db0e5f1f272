"""A page is written whole, or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mta_sts.pages.whole import PageError, whole


def half() -> Iterator[str]:
    yield "half"
    raise KeyboardInterrupt


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "page.html"
    found.write_text("before")
    return found


def left(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir())


def test_it_is_written(file: Path) -> None:
    file.chmod(0o600)
    with whole(str(file)) as write:
        write(["ä", "\n"])
        assert file.read_text() == "before"
    assert file.read_bytes() == b"\xc3\xa4\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert left(file) == ["page.html"]


def test_a_new_one_is_for_whom_the_system_lets_read_it(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with whole(str(tmp_path / "new.html")) as write:
            write(["x"])
    finally:
        os.umask(before)
    assert (tmp_path / "new.html").stat().st_mode & 0o777 == 0o644


def test_a_link_stays_one(file: Path) -> None:
    link = file.with_name("link.html")
    link.symlink_to(file.name)
    with whole(str(link)) as write:
        write(["after"])
    assert (link.is_symlink(), file.read_text()) == (True, "after")


def test_an_end_in_between_leaves_what_was_there(file: Path) -> None:
    with pytest.raises(KeyboardInterrupt), whole(str(file)) as write:
        write(half())
    assert (file.read_text(), left(file)) == ("before", ["page.html"])


def test_an_end_before_leaves_what_was_there(file: Path) -> None:
    with pytest.raises(SystemExit), whole(str(file)):
        sys.exit(130)
    assert (file.read_text(), left(file)) == ("before", ["page.html"])


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("no/page.html", "No such file or directory"),
        ("page.html/page.html", "Not a directory"),
        (".", "not a file"),
        ("/dev/null", "not a file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_what_cannot_be_written(
    file: Path, monkeypatch: pytest.MonkeyPatch, path: str, why: str
) -> None:
    monkeypatch.chdir(file.parent)
    with pytest.raises(PageError) as error, whole(path) as write:
        write(["x"])
    assert str(error.value) == f"{path}: {why}"
    assert left(file) == ["page.html"]


def test_a_full_disk(file: Path) -> None:
    """As far as the process is concerned: it may write no more than 100 bytes."""
    program = (
        "import resource, sys; from mta_sts.pages.whole import PageError, whole\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try:\n    with whole(sys.argv[1]) as write: write(['x' * 200])\n"
        "except PageError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], stdout=subprocess.PIPE, text=True, check=True
    )
    assert done.stdout == f"{file}: File too large\n"
    assert (file.read_text(), left(file)) == ("before", ["page.html"])
