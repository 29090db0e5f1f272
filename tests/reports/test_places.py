"""Files and folders: what is looked into, what is left alone, and what cannot be."""

import gzip
import os
import random
from pathlib import Path

import pytest

from mta_sts.protocol.report import Report
from mta_sts.reports.found import Rejected, ReportsNotReadError
from mta_sts.reports.places import address, check, read
from mta_sts.reports.stream import CHUNK
from tests.reports.made import policy, report
from tests.reports.test_contents import zipped

REPORT = report(policy())


def found(*paths: Path) -> dict[str, str]:
    """What is at the paths, by name; a report is told by its sender."""
    return {
        name: outcome.organization if isinstance(outcome, Report) else outcome.reason
        for name, outcome in read([str(path) for path in paths])
    }


def test_folders(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    for folder in ("elsewhere", "box/a/b", "box/.hidden"):
        (tmp_path / folder).mkdir(parents=True)
    files = ("elsewhere/one", "box/two", "box/a/b/three", "box/.four", "box/.hidden/five")
    for file in files:
        (tmp_path / file).write_bytes(report(policy(), sender=file))
    box = tmp_path / "box"
    (box / "link").symlink_to(elsewhere / "one")
    (box / "folder").symlink_to(elsewhere)
    (box / "circle").symlink_to(box)
    (box / "broken").symlink_to("nowhere")
    os.mkfifo(box / "pipe")
    assert found(box) == {
        f"{box}/two": "box/two",
        f"{box}/a/b/three": "box/a/b/three",
        f"{box}/link": "elsewhere/one",
    }
    assert found(box / ".four", elsewhere) == {
        f"{box}/.four": "box/.four",
        f"{elsewhere}/one": "elsewhere/one",
    }


def padded(size: int) -> bytes:
    """A report with so much rubbish in it, which packs badly."""
    rubbish = random.Random(0).randbytes(size).hex().encode()  # noqa: S311 -- no secret
    return REPORT.replace(b'{"org', b'{"contact-info": "' + rubbish + b'", "org')


@pytest.mark.parametrize("size", [10, CHUNK // 2 - 300, CHUNK // 2, 2**19, 2**21])
def test_large_and_small_are_read_alike(tmp_path: Path, size: int) -> None:
    data = padded(size)
    for name, content in (("a", data), ("b", gzip.compress(data)), ("c", zipped({"r": data}))):
        (tmp_path / name).write_bytes(content)
    too_long = "a text or space of more than 1048576 bytes" if size > 2**20 else "A"
    assert found(tmp_path) == {
        f"{tmp_path}/a": too_long,
        f"{tmp_path}/b": too_long,
        f"{tmp_path}/c: r": too_long,
    }


def test_a_file_without_leave_to_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told; the others are read."""
    (tmp_path / "a").write_bytes(REPORT)
    (tmp_path / "b").write_bytes(REPORT)
    (tmp_path / "deep").mkdir()
    real_open, real_scan = os.open, os.scandir

    def no_b(path: str, flags: int) -> int:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied", path)
        return real_open(path, flags)

    def not_deep(path: str) -> object:
        if path.endswith("/deep"):
            raise PermissionError(13, "Permission denied", path)
        return real_scan(path)

    # Tests may run as a user who may read everything, so that modes of files are no help.
    monkeypatch.setattr(os, "open", no_b)
    monkeypatch.setattr(os, "scandir", not_deep)
    assert found(tmp_path) == {
        f"{tmp_path}/a": "A",
        f"{tmp_path}/b": "Permission denied",
        f"{tmp_path}/deep": "Permission denied",
    }


def test_a_bomb_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mta_sts.reports.stream.ALLOWED_AT_LEAST", 10**6)
    (tmp_path / "a").write_bytes(zipped({str(n): b"{" + b" " * 10**6 for n in range(9)}))
    (tmp_path / "b").write_bytes(REPORT)
    outcomes = list(read([str(tmp_path)]))
    given_up = Rejected("unpacks to far more than reports do; the rest of it is not read")
    assert (f"{tmp_path}/a", given_up) in outcomes
    assert (f"{tmp_path}/b", Report.parse(REPORT)) in outcomes


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("gone", "gone: No such file or directory"),
        ("a\0b", "a\0b: embedded null byte"),
        ("/dev/null", "/dev/null: neither a folder nor a file"),
        ("s3://a/b", None),
        ("s3://my.bucket-1", None),
        *(
            (place, f"{place}: not s3:// and the name of a bucket, such as s3://bucket/prefix")
            for place in ("s3://", "s3:///a", "s3://A", "s3://a_b/c", "s3://-ab/c")
        ),
    ],
)
def test_what_is_no_place(place: str, why: str | None) -> None:
    if place == "s3://a/b":
        place = "s3://abc/b"
    if why is None:
        check(place)
        return
    with pytest.raises(ReportsNotReadError) as raised:
        check(place)
    assert str(raised.value) == why


@pytest.mark.parametrize(
    ("place", "parts"),
    [
        ("s3://bucket", ("bucket", "")),
        ("s3://bucket/", ("bucket", "")),
        ("s3://bucket/a/b", ("bucket", "a/b")),
        ("s3://bucket/a/", ("bucket", "a/")),
    ],
)
def test_an_address(place: str, parts: tuple[str, str]) -> None:
    assert address(place) == parts
