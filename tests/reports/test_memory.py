"""Memory grows neither with the number of reports nor with the size of one. How long it takes is
for `make bench`."""

import gzip
import zipfile
from pathlib import Path

import pytest

from benches.measured import mta_sts
from benches.reports_made import large, write_small
from tests.reports.made import report
from tests.reports.test_contents import mailed

FLAT = 1.15
LARGEST = 150
"""MB, for a report of 100 MB."""


def memory(file: Path, printed: str) -> float:
    """MB that reading a file takes, which must end with these words."""
    used = mta_sts("reports", str(file), statuses=(0, 1, 2))
    assert f"\n{used.printed}".endswith(f"\n{printed.format(file)}\n")
    return used.memory


def test_many_reports(tmp_path: Path) -> None:
    for name, count in (("few", 1000), ("many", 10_000)):
        write_small(tmp_path / name, count)
    few = memory(tmp_path / "few", "1,000 reports read.")
    assert memory(tmp_path / "many", "10,000 reports read.") < FLAT * few


def test_a_large_mailbox(tmp_path: Path) -> None:
    message = b"From a@example.org\n" + mailed(report() + b" " * 10**6) + b"\n"
    for name, count in (("few", 3), ("many", 60)):
        with (tmp_path / name).open("wb") as file:
            file.writelines([message] * count)
    few = memory(tmp_path / "few", "1 report read; 2 more had come before.")
    many = memory(tmp_path / "many", "1 report read; 59 more had come before.")
    assert many < FLAT * few


@pytest.mark.parametrize("name", ["large.json", "large.json.gz", "large.zip"])
def test_a_large_report(tmp_path: Path, name: str) -> None:
    """Which is 100 MB, once unpacked."""
    path = tmp_path / name
    if name.endswith("zip"):
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("large.json", "w") as member,
        ):
            member.writelines(large())
    else:
        with gzip.open(path, "wb", 1) if name.endswith("gz") else path.open("wb") as file:
            file.writelines(large())
    assert memory(path, "1 report read.") < LARGEST


TOO_LONG = "a text or space of more than 1048576 bytes"
TOO_LARGE = "more than 134217728 bytes, unpacked"
BOMBS = {
    "text": (b'{"contact-info": "', b"x" * 2**20, TOO_LONG),
    "space": (b'{"contact-info": ', b" " * 2**20, TOO_LONG),
    "values": (b'{"contact-info": [""', b', "' + b"x" * 2**19 + b'"', TOO_LARGE),
    "rubbish": (b"", b"\0" * 2**20, "neither JSON nor gzip, zip, mbox or a message"),
}


@pytest.mark.parametrize(("start", "piece", "why"), BOMBS.values(), ids=BOMBS)
def test_a_bomb(tmp_path: Path, start: bytes, piece: bytes, why: str) -> None:
    """Half a gigabyte, in half a megabyte."""
    path = tmp_path / "bomb"
    with gzip.open(path, "wb", 6) as file:
        file.write(start)
        file.writelines([piece] * (2**29 // len(piece)))
    assert path.stat().st_size < 10**6
    said = f"0 reports read.\n  rejected: 1, {why}: {{}}"
    assert memory(path, said) < LARGEST
