"""What runs programs in YAML and TypeScript: made once, or an error that names what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import languages
from sandbox.setting import ROOT

LIMIT = 60  # seconds

GO = """#!/bin/sh
echo "$@" >> "$COUNT"
if [ -n "$BREAKS" ]; then echo "no required module"; exit 1; fi
sleep 0.3
"""
NPM = """#!/bin/sh
[ -f package.json ] && [ -f package-lock.json ] && mkdir node_modules
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with a Go that builds in no time, and such an npm."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, script in (("go", GO), ("npm", NPM)):
        (tools / name).write_text(script)
        (tools / name).chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(tools), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "COUNT": str(tmp_path / "count"),
    }


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.languages"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_two_at_once_are_one(environment: dict[str, str]) -> None:
    both = [start(environment), start(environment)]
    ends = [process.communicate(timeout=LIMIT) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    (folder,) = {printed.strip() for printed, _ in ends}
    assert Path(folder, "node_modules").is_dir()
    built = Path(environment["COUNT"]).read_text().splitlines()
    assert [line.split()[-1] for line in built] == list(languages.BUILDS.values())
    assert all("-mod=readonly" in line for line in built)


def test_what_fails_is_quoted_and_leaves_nothing(environment: dict[str, str]) -> None:
    process = start({**environment, "BREAKS": "yes"})
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert said.endswith("failed:\n    no required module\n")
    left = Path(environment["XDG_CACHE_HOME"], "pulumi-mta-sts").iterdir()
    assert [each.suffix for each in left] == [".lock"]


def test_what_is_missing_is_named(environment: dict[str, str]) -> None:
    process = start({**environment, "PATH": "/nowhere"})
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert said == (
        "The package is tested from YAML and TypeScript, which needs go: it is neither on PATH nor "
        f"in {Path(sys.executable).parent}.\n"
    )


def test_what_is_installed_names_no_place_to_get_it_from() -> None:
    assert "resolved" not in (languages.HERE / "package-lock.json").read_text()
