"""`mta-sts reports`, as its user types it."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mta_sts.reports.reading import Reading
from mta_sts.reports.summary import DomainReports
from tests.commands.typed import as_documented, run, same_as_golden, schema_is_of
from tests.protocol.test_report import FIELDS, JSON, changed
from tests.reports.made import DOMAIN, OTHER, policy, report
from tests.reports.test_contents import HOSTILE
from tests.reports.test_samples import SAMPLES

USAGE = "Usage: mta-sts reports [OPTIONS] PATH...\nTry 'mta-sts reports --help' for help.\n\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    """All samples, of which one sender and one day after the other are told."""
    monkeypatch.chdir(SAMPLES.parent)
    result = run("reports", "samples", "--domain", "Solarmora.com")
    same_as_golden("reports-one", result.output)
    assert result.exit_code == 1


def test_several_domains(here: Path) -> None:
    files = {
        "1.json": report(policy(good=1000), policy(OTHER, mx1=3), day=1),
        "2.json.gz": gzip.compress(report(policy(good=2000), day=14, name="2", sender="")),
        "3.json": report(policy("none.example", kind="no-policy-found"), name="3"),
        "4.json": report(policy(OTHER, mx2=1), name="4", sender="B"),
        "4-again.json": report(policy(OTHER, mx2=1), name="4", sender="B"),
        "dmarc.xml": b"<feedback/>",
    }
    for number in range(5):
        files[f"bad{number}"] = b"{"
    for name, data in files.items():
        (here / name).write_bytes(data)
    result = run("reports", *sorted(files))
    same_as_golden("reports-several", result.output)
    assert result.exit_code == 1
    assert run("reports", ".", "--domain", DOMAIN).exit_code == 0


def test_many_kinds(here: Path) -> None:
    failed = {f"mx{number}": 1 for number in range(12)}
    for number in range(40):
        day = 1 + number % 28
        data = json.loads(report(policy(failed=failed), name=str(number), sender=f"S{number}"))
        month = "2026-02" if number >= 28 else "2026-01"
        data["date-range"]["start-datetime"] = f"{month}-{day:02}"
        (here / f"{number}.json").write_text(json.dumps(data))
    result = run("reports", ".")
    same_as_golden("reports-many", result.output)


def test_for_programs(here: Path) -> None:
    schema_is_of("reports", DomainReports | Reading)
    (here / "a.json").write_bytes(report(policy(good=1), policy(OTHER, mx1=3)))
    (here / "b.json").write_bytes(b"{")
    result = run("reports", "a.json", "b.json", "--json")
    one, other, reading = (as_documented("reports", line) for line in result.output.splitlines())
    assert one == {
        "domain": DOMAIN,
        "reports": 1,
        "first_day": "2026-01-10",
        "last_day": "2026-01-10",
        "successful": 1,
        "failed": 0,
        "dane_successful": 0,
        "dane_failed": 0,
        "verdict": {
            "may_enforce": "not yet",
            "why": "nothing stands against it, but the reports tell of 1 day only. Stay in testing "
            "until they tell of 14",
        },
        "failures": [],
        "senders": [{"organization": "A", "reports": 1, "successful": 1, "failed": 0}],
        "days": [{"day": "2026-01-10", "successful": 1, "failed": 0, "failures": {}}],
    }
    assert other["domain"] == OTHER
    assert other["failures"] == [
        {
            "result_type": "starttls-not-supported",
            "mx": "mx1.example",
            "sessions": 3,
            "senders": ["A"],
            "first_day": "2026-01-10",
            "last_day": "2026-01-10",
            "dane": False,
            "deferred": True,
            "whose": "yours",
            "means": "the MX did not offer STARTTLS",
            "remedy": "turn STARTTLS on at this MX, and look for a firewall or filter in front of "
            "it that hides it",
        }
    ]
    assert reading == {
        "reports": 1,
        "duplicates": 0,
        "rejected": [
            {"reason": "not JSON: input data was truncated", "count": 1, "files": ["b.json"]}
        ],
        "passed_over": [],
    }
    assert result.exit_code == 1


def test_numbers_that_add_up_to_more_than_64_bits(here: Path) -> None:
    data = json.loads(report(policy()))
    data["policies"][0]["failure-details"] = [{"failed-session-count": 2**53}] * 4096
    (here / "a.json").write_text(json.dumps(data))
    line, _ = run("reports", "a.json", "--json").output.splitlines()
    assert as_documented("reports", line)["failed"] == 2**65
    assert "36,893,488,147,419,103,232 failed" in run("reports", "a.json").output


UNUSABLE = [
    (["gone"], "gone: No such file or directory"),
    (["a.json", "gone"], "gone: No such file or directory"),
    (["/dev/null"], "/dev/null: neither a folder nor a file"),
    (["s3://X"], "s3://X: not s3:// and the name of a bucket, such as s3://bucket/prefix"),
    (
        ["a.json", "--domain", "a_b.example"],
        "--domain: found 'a_b.example'; a label is letters, digits and inner hyphens "
        "(RFC 1123 2.1)",
    ),
    (
        ["a.json", "--since", "yesterday"],
        "Invalid value for '--since': 'yesterday' does not match the format '%Y-%m-%d'.",
    ),
    ([], "Missing argument 'PATH...'."),
]


@pytest.mark.parametrize(("words", "why"), UNUSABLE)
def test_what_cannot_be_looked_into(here: Path, words: list[str], why: str) -> None:
    (here / "a.json").write_bytes(report(policy()))
    result = run("reports", *words)
    assert (result.output, result.exit_code) == (f"{USAGE}Error: {why}\n", 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["empty"], "0 reports read.\nThere are no TLS reports in it.\n"),
        (
            ["a.json", "--domain", OTHER],
            "1 report read.\nNone of 1 report tells of solarmora.net.\n",
        ),
        (
            ["a.json", "--domain", DOMAIN, "--since", "2026-01-11"],
            "1 report read.\nNone of 1 report tells of solarmora.com since 2026-01-11.\n",
        ),
        (
            ["bad"],
            "0 reports read.\n  rejected: 1, not JSON: input data was truncated: bad\n"
            "There are no TLS reports in it.\n",
        ),
    ],
)
def test_nothing_to_tell_of(here: Path, words: list[str], said: str) -> None:
    (here / "empty").mkdir()
    (here / "bad").write_bytes(b"{")
    (here / "a.json").write_bytes(report(policy()))
    result = run("reports", *words)
    assert (result.output, result.exit_code) == (said, 2)


def on_a_terminal(*words: str) -> str:
    """What the command writes where both its outputs are a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", "from mta_sts.cli import main; main()", "reports", *words]
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 4096):
                written += data
        except OSError:  # all who wrote to it have closed it
            pass
        process.wait(60)
    os.close(ours)
    return written.decode()


def test_what_reports_say_does_not_steer_the_terminal(here: Path) -> None:
    """Colours are ours; neither control characters nor markup of theirs are obeyed."""
    evil = "\x1b]0;owned\x07[bold]\r\u202e"
    data = json.loads(report(policy(f"{evil}.example", mx1=1), sender=evil))
    data["policies"][0]["failure-details"][0] |= {
        "result-type": evil,
        "receiving-mx-hostname": evil,
    }
    (here / "a.json").write_text(json.dumps(data))
    (here / "b\x1b[2J.json").write_text("{")
    shown = on_a_terminal(".")
    clean = "\ufffd]0;owned\ufffd[bold]\ufffd\ufffd"
    assert f"{clean}.example: 1 report" in shown
    assert f"{clean} alone" not in shown
    assert f"1 {clean}: RFC 8460 has no such result type" in shown
    assert f"1 at {clean}, 2026-01-10, told by {clean}" in shown
    assert "./b\ufffd[2J.json" in shown
    assert "\x1b[" in shown  # colours
    for theirs in ("\x1b]", "\x07", "\u202e", "\x1b[2J.json"):
        assert theirs not in shown


def test_progress(here: Path) -> None:
    """A bar while reading, on a terminal only."""
    for number in range(600):
        (here / f"{number}.json").write_bytes(report(policy(), name=str(number)))
    assert "512 read" in on_a_terminal(".")
    assert run("reports", ".").stderr == ""


@pytest.mark.parametrize("data", [each[1] for each in HOSTILE], ids=[each[0] for each in HOSTILE])
def test_hostile_files_are_counted_and_named(here: Path, data: bytes) -> None:
    (here / "good.json").write_bytes(report(policy(), day=1))
    (here / "hostile").write_bytes(data)
    result = run("reports", ".")
    assert "\n1 report read.\n  rejected: 1, " in result.output
    assert ": ./hostile" in result.output
    assert result.exit_code == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=FIELDS, value=JSON, data=st.binary(max_size=100))
def test_nothing_ends_in_a_traceback(here: Path, where: str, value: object, data: bytes) -> None:
    (here / "a").write_bytes(changed(where, value))
    (here / "b").write_bytes(data)
    for words in (["."], [".", "--json"]):
        result = run("reports", *words)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert result.exit_code in (0, 1, 2)


def test_help() -> None:
    same_as_golden("help-reports", run("reports", "--help").output)
