"""`--html FILE`, as its user types it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.test_check import OTHER, ZONES, look_at
from tests.commands.typed import run
from tests.inspection.site import DOMAIN, HOST, Site, records, serving, soa
from tests.pages.parsed import Parsed
from tests.protocol.servers import HttpsServer, Trust, stalls
from tests.reports.made import policy, report

pytestmark = pytest.mark.timeout(30)

PROGRAM = "from mta_sts.cli import main; main(prog_name='mta-sts')"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def site(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with serving(trust, ZONES) as found:
        look_at(found, monkeypatch)
        yield found


def page(file: Path) -> Parsed:
    return Parsed([file.read_text()])


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_check(here: Path, site: Site, words: list[str]) -> None:
    """Beside the page, all is as it is without it."""
    domains = [DOMAIN, OTHER, "sol_armora.com"]
    result = run("check", *domains, *words, "--html", "page.html")
    alone = run("check", *domains, *words)
    assert len(result.stdout.splitlines()) == len(alone.stdout.splitlines())
    assert (result.stderr, result.exit_code) == (alone.stderr, alone.exit_code) == ("", 1)
    text = page(here / "page.html").text
    assert text[:2] == [
        "What mail servers see",
        "3 domains, looked at 2026-01-31 12:00:00 UTC",
    ]
    rows = [f"{OTHER} | absent |", "sol_armora.com | no-domain |", f"{DOMAIN} | enforce |"]
    assert [line for line in text if line in rows] == rows
    assert site.normal("\n".join(text)).count("12:00:00 | caa | ✓ fine |") == 2


def test_check_of_one_domain(here: Path, site: Site) -> None:
    result = run("check", DOMAIN, "--html", "page.html")
    assert site.normal(result.stdout) == site.normal(run("check", DOMAIN).stdout)
    assert result.exit_code == 0
    text = page(here / "page.html").text
    assert text[2] == f"{DOMAIN} enforce ✓ fine"
    assert "12:00:00 | id | ✓ fine | " in "\n".join(text)


def test_names_that_are_no_text(here: Path, site: Site) -> None:
    """Of bytes that are no UTF-8, the system makes halves of characters."""
    for words in (["--json"], ["--verbose"]):
        result = run("check", DOMAIN, "\udcff", *words, "--html", "page.html")
        assert result.exit_code == 1
    assert "? | no-domain |" in page(here / "page.html").text


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_reports(here: Path, words: list[str]) -> None:
    (here / "a.json").write_bytes(report(policy(good=7, mx1=3)))
    result = run("reports", "a.json", *words, "--html", "page.html")
    assert (result.output, result.exit_code) == (run("reports", "a.json", *words).output, 1)
    found = page(here / "page.html")
    assert found.text[1] == "2026-01-10, 1 report read"
    assert found.titles[1:] == ["2026-01-10: 7 succeeded, 3 failed (3 starttls-not-supported)"]


def test_no_reports(here: Path) -> None:
    (here / "bad").write_bytes(b"{")
    result = run("reports", "bad", "--html", "page.html")
    assert result.exit_code == 2
    assert page(here / "page.html").text[1:3] == [
        "0 reports read, 1 rejected",
        "No report tells of any domain",
    ]


UNWRITABLE = [
    ("no/page.html", "No such file or directory"),
    (".", "not a file"),
    ("a.json/page.html", "Not a directory"),
    ("/dev/null", "not a file"),
]


@pytest.mark.parametrize(("file", "why"), UNWRITABLE)
@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("check", f"check [OPTIONS] DOMAIN…\n{DOMAIN}"),
        ("reports", "reports [OPTIONS] PATH...\na.json"),
    ],
)
def test_what_cannot_be_written(
    here: Path, command: str, arguments: str, file: str, why: str
) -> None:
    """It is said before anything is looked at or read: there is no resolver here to ask."""
    (here / "a.json").write_bytes(report(policy()))
    usage, _, argument = arguments.partition("\n")
    result = run(command, argument, "--html", file)
    assert (result.output, result.exit_code) == (
        f"Usage: mta-sts {usage}\nTry 'mta-sts {command} --help' for help.\n\n"
        f"Error: --html: {file}: {why}\n",
        2,
    )
    assert [each.name for each in here.iterdir()] == ["a.json"]


def test_a_look_that_is_stopped_writes_no_page(here: Path, trust: Trust) -> None:
    (here / "page.html").write_text("before")
    server = HttpsServer(stalls, trust.context(HOST))
    zones = {DOMAIN: records(), OTHER: [soa(OTHER)], "org": [soa("org")]}
    with (
        serving(trust, zones, https=server) as site,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "check", DOMAIN, OTHER, "--html", "page.html"],
            env={**os.environ, **site.environment}, cwd=here, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process,
    ):  # fmt: skip
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert errors.splitlines()[-1] == "Stopped after 1 of 2 domains."
    assert process.returncode == 130
    assert [(each.name, each.read_text()) for each in here.iterdir()] == [("page.html", "before")]
