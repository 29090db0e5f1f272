"""Folders of TLS reports, and what they sum up to."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mta_sts.findings import Failure, Reports
from mta_sts.reports.folder import Folder, Folders
from mta_sts.reports.found import ReportsNotReadError
from tests.reports.made import DOMAIN, OTHER, policy, report

TENTH = datetime(2026, 1, 10, tzinfo=UTC)


def test_a_folder(tmp_path: Path) -> None:
    """What counts once, what counts not at all, and what cannot be read."""
    (tmp_path / "deeper").mkdir()
    first = report(policy(mx1=2, mx2=1), policy(OTHER, good=100))
    files = {
        "a!solarmora.com!1!2.json": first,
        "deeper/again.json.gz": gzip.compress(first),
        "b.json": report(policy(mx1=3), sender="B"),
        "before.json": report(policy(mx1=50), day=9, name="2"),
        "dane.json": report(policy(kind="tlsa", mx1=50), name="3"),
        "none.json": report(policy(kind="no-policy-found", mx3=4), name="4"),
        "rubbish.json": b"{rubbish",
        "notes.txt": b"rubbish",
        ".hidden": b"rubbish",
        "dmarc.xml": b"<?xml?>",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    found = Folder.read(str(tmp_path))
    assert found.of(DOMAIN, TENTH) == Reports(
        successful=15,
        failures=(
            Failure("starttls-not-supported", "mx1.example", 5),
            Failure("starttls-not-supported", "mx2.example", 1),
            Failure("starttls-not-supported", "mx3.example", 4),
        ),
        unread=(
            f"{tmp_path}/notes.txt: neither JSON nor gzip, zip, mbox or a message",
            f"{tmp_path}/rubbish.json: not JSON: object keys must be strings",
        ),
    )
    assert found.of(OTHER, TENTH).successful == 100
    assert found.of("elsewhere.example", TENTH) == Reports(0, (), found.unread)


def test_a_report_without_an_id_is_known_by_its_file(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(report(policy(), name=""))
    assert Folder.read(str(tmp_path)).of(DOMAIN, TENTH).successful == 10


def test_a_failure_at_no_mx(tmp_path: Path) -> None:
    data = json.loads(report(policy()))
    data["policies"][0]["summary"]["total-failure-session-count"] = 7
    (tmp_path / "a.json").write_text(json.dumps(data))
    found = Folder.read(str(tmp_path)).of(DOMAIN, TENTH)
    assert found.failures == (Failure("not-told", "an MX not named", 7),)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("{}/gone", "{}/gone: No such file or directory"),
        ("{}/file", "{}/file: not a folder"),
        ("s3://", "s3://: not s3:// and the name of a bucket, such as s3://bucket/prefix"),
        ("s3://B/", "s3://B/: not s3:// and the name of a bucket, such as s3://bucket/prefix"),
    ],
)
def test_no_folder(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "file").write_bytes(report(policy()))
    with pytest.raises(ReportsNotReadError) as raised:
        Folder.read(place.format(tmp_path))
    assert str(raised.value) == why.format(tmp_path)


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    folders = Folders()
    found = folders.read(str(tmp_path))
    (tmp_path / "a.json").write_bytes(report(policy()))
    assert folders.read(str(tmp_path)) is found
