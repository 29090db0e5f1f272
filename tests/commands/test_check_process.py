"""`mta-sts check` as a process: its progress bar, and how it ends when it is interrupted or nobody
reads what it prints."""

import contextlib
import os
import pty
import signal
import subprocess
import sys

import pytest

from tests.inspection.site import DOMAIN, HOST, Site, records, serving, soa
from tests.protocol.servers import HttpsServer, Trust, stalls

pytestmark = pytest.mark.timeout(30)

OTHER = "example.org"
ZONES = {DOMAIN: records(), OTHER: [soa(OTHER)], "org": [soa("org")]}
PROGRAM = "from mta_sts.cli import main; main(prog_name='mta-sts')"


def begin(site: Site, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "check", DOMAIN, OTHER, *words],
        env={**os.environ, **site.environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_ctrl_c_ends_it_with_a_line(trust: Trust) -> None:
    server = HttpsServer(stalls, trust.context(HOST))
    with serving(trust, ZONES, https=server) as site, begin(site) as process:
        assert process.stdout
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=10)
    assert first.startswith("✗ absent    example.org: record-missing")
    assert errors.splitlines()[-1] == "Stopped after 1 of 2 domains."
    assert "Traceback" not in errors
    assert (printed, process.returncode) == ("", 130)


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_a_reader_that_goes_away_ends_it_quietly(trust: Trust, words: list[str]) -> None:
    with serving(trust, ZONES) as site, begin(site, *words) as process:
        assert process.stdout
        process.stdout.close()
        _, errors = process.communicate(timeout=10)
    assert "Traceback" not in errors
    assert process.returncode == 1


def test_the_progress_bar_is_on_a_terminal_only(trust: Trust) -> None:
    ours, its = pty.openpty()
    with serving(trust, ZONES) as site:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "check", DOMAIN, OTHER],
            env={**os.environ, **site.environment, "TERM": "xterm"}, text=True,
            stdout=subprocess.PIPE, stderr=its,
        )  # fmt: skip
        os.close(its)
        printed, _ = process.communicate(timeout=20)
    bar = b""
    with contextlib.suppress(OSError), open(ours, "rb") as terminal:  # it ends with an error
        while part := terminal.read1():
            bar += part
    assert sorted(printed.splitlines()[:2])[0].startswith("✓ enforce   solarmora.com")
    assert "\x1b" not in printed
    assert b"2/2" in bar
