"""Folders of TLS reports, and what they sum up to."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mta_sts import reports
from mta_sts.findings import Failure, Reports
from mta_sts.reports import Folder, Folders, ReportsNotReadError

DOMAIN, OTHER = "solarmora.com", "solarmora.net"
TENTH = datetime(2026, 1, 10, tzinfo=UTC)


def policy(domain: str = DOMAIN, kind: str = "sts", good: int = 5, **failed: int) -> dict[str, Any]:
    """What one report says of one policy; failures by MX, all of one kind."""
    return {
        "policy": {"policy-type": kind, "policy-domain": domain},
        "summary": {
            "total-successful-session-count": good,
            "total-failure-session-count": sum(failed.values()),
        },
        "failure-details": [
            {
                "result-type": "starttls-not-supported",
                "receiving-mx-hostname": f"{mx}.example",
                "failed-session-count": count,
            }
            for mx, count in failed.items()
        ],
    }


def report(*policies: dict[str, Any], day: int = 10, name: str = "1", sender: str = "A") -> bytes:
    return json.dumps(
        {
            "organization-name": sender,
            "report-id": name,
            "date-range": {
                "start-datetime": f"2026-01-{day:02}T00:00:00Z",
                "end-datetime": f"2026-01-{day:02}T23:59:59Z",
            },
            "policies": list(policies),
        }
    ).encode()


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
        "rubbish.json": b"rubbish",
        "notes.txt": b"rubbish",
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
        unread=("rubbish.json: not JSON: Expecting value: line 1 column 1 (char 0)",),
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


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "LARGEST_REPORT", 10)
    (tmp_path / "a.json").write_bytes(b" " * 11)
    assert Folder.read(str(tmp_path)).unread == ("a.json: more than 10 bytes",)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ReportsNotReadError) as raised:
        Folder.read(str(tmp_path / "gone"))
    assert str(raised.value) == f"{tmp_path / 'gone'} is not a folder"


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    folders = Folders()
    found = folders.read(str(tmp_path))
    (tmp_path / "a.json").write_bytes(report(policy()))
    assert folders.read(str(tmp_path)) is found
