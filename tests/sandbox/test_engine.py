"""The engine: found, or built once, or an error that names what is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIMIT = 60  # seconds

ENSURE = """
import sys
from sandbox import engine
engine.INSTALLER = ("127.0.0.1", 9)  # where nobody listens
engine.PROGRESS_EVERY = 0.2
try:
    print(engine.ensure())
except engine.EngineMissingError as error:
    sys.exit(str(error))
"""

GO = """#!/bin/sh
case "$1" in
build)
    echo build >> "$COUNT"
    if [ -n "$BREAKS" ]; then echo "no required module"; exit 1; fi
    sleep 1
    while [ "$1" != -o ]; do shift; done
    echo engine > "$2/pulumi"
    ;;
list) echo "$SDK" ;;
esac
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A machine with a Go that builds in a second, and no pulumi."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "go").write_text(GO)
    (tools / "go").chmod(0o755)
    executor = tmp_path / "sdk" / "python" / "cmd" / "pulumi-language-python-exec"
    executor.parent.mkdir(parents=True)
    executor.write_text("executor")
    return {
        "PATH": os.pathsep.join([str(tools), "/usr/bin", "/bin"]),
        "PYTHONPATH": str(ROOT),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "COUNT": str(tmp_path / "count"),
        "SDK": str(tmp_path / "sdk"),
    }


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE], cwd=ROOT, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_two_builds_at_once_are_one(environment: dict[str, str]) -> None:
    both = [start(environment), start(environment)]
    ends = [process.communicate(timeout=LIMIT) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    folders = {printed.strip() for printed, _ in ends}
    (folder,) = folders
    assert sorted(each.name for each in Path(folder).iterdir()) == [
        "pulumi", "pulumi-language-python", "pulumi-language-python-exec",
    ]  # fmt: skip
    assert Path(environment["COUNT"]).read_text() == "build\n"
    said = "".join(errors for _, errors in ends)
    assert "building pulumi 3.274.1 from Go modules; this takes minutes, and is done once" in said
    assert "engine: waiting for another process that makes it" in said
    again = start(environment)
    assert again.communicate(timeout=LIMIT) == (f"{folder}\n", "")


def test_what_is_missing_is_named(environment: dict[str, str]) -> None:
    process = start({**environment, "PATH": "/nowhere"})
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "There is no Pulumi engine, and none could be made:" in said
    assert "  - pulumi is not on PATH\n" in said
    assert "  - the official installer at 127.0.0.1 cannot be reached: " in said
    assert "  - go, to build the engine from its modules, is not on PATH\n" in said
    assert said.endswith("Install Pulumi 3.272.0 or later, or Go, and try again.\n")


def test_a_build_that_fails_is_quoted_and_leaves_nothing(environment: dict[str, str]) -> None:
    process = start({**environment, "BREAKS": "yes"})
    _, said = process.communicate(timeout=LIMIT)
    assert process.returncode == 1
    assert "  - go build failed:\n    no required module" in said
    left = Path(environment["XDG_CACHE_HOME"], "pulumi-mta-sts").iterdir()
    assert [each.suffix for each in left] == [".lock"]


@pytest.mark.parametrize(
    ("version", "taken"), [("v3.272.0", True), ("v3.271.9", False), ("?", False)]
)
def test_one_on_path_is_taken_if_recent(
    environment: dict[str, str], tmp_path: Path, version: str, taken: bool
) -> None:
    tools = tmp_path / "tools"
    for name in ("pulumi", "pulumi-language-python"):
        (tools / name).write_text(f"#!/bin/sh\necho {version}\n")
        (tools / name).chmod(0o755)
    printed, _ = start(environment).communicate(timeout=LIMIT)
    assert (printed == f"{tools}\n") is taken
