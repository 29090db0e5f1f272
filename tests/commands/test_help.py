"""Help, and completion in shells."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.typed import run, same_as_golden

LIMIT = 30  # seconds


@pytest.mark.parametrize("command", ["", "check", "policy", "suggest"])
def test_help(command: str) -> None:
    result = run(*command.split(), "--help")
    same_as_golden(f"help-{command or 'mta-sts'}", result.output)
    assert result.exit_code == 0


def test_no_such_command() -> None:
    result = run("sugest")
    assert result.output == (
        "Usage: mta-sts [OPTIONS] COMMAND [ARGS]...\nTry 'mta-sts --help' for help.\n\n"
        "Error: No such command 'sugest'.\n"
    )
    assert result.exit_code == 2


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment in which `mta-sts` is the command of this source."""
    command = tmp_path / "mta-sts"
    command.write_text(
        f"#!{sys.executable}\nfrom mta_sts.cli import main\nmain(prog_name='mta-sts')\n"
    )
    command.chmod(0o755)
    paths = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": ":".join(sys.path)}
    return {**os.environ, **paths}


COMPLETE = """
eval "$(_MTA_STS_COMPLETE=bash_source mta-sts)"
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_mta_sts_completion mta-sts
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("mta-sts s", ["suggest"]),
        ("mta-sts suggest --a", ["--adopt", "--authoritative"]),
        ("mta-sts policy --do", ["--domain"]),
    ],
)
def test_completion_in_bash(installed: dict[str, str], words: str, completed: list[str]) -> None:
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "--norc", "-c", COMPLETE.format(words=words)],
        env=installed, timeout=LIMIT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout.split() == completed


@pytest.mark.parametrize(("shell", "first"), [("zsh", "#compdef mta-sts"), ("fish", "function ")])
def test_scripts_of_other_shells(installed: dict[str, str], shell: str, first: str) -> None:
    done = subprocess.run(
        ["mta-sts"], env={**installed, "_MTA_STS_COMPLETE": f"{shell}_source"},
        timeout=LIMIT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.stdout.startswith(first)
    assert f"_MTA_STS_COMPLETE={shell}_complete" in done.stdout
