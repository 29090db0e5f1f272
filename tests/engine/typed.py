"""Commands, as people type them beside a stack."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from sandbox.setting import ROOT

LIMIT = 100  # seconds, of one command


class Typed:
    """`pulumi`, as one types it beside a stack."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        path = os.pathsep.join([str(ROOT / ".venv" / "bin"), environment["PATH"]])
        self._environment = {**os.environ, **environment, "PATH": path}

    def __call__(self, command: str) -> None:
        done = subprocess.run(
            [*shlex.split(command), "--yes", "--stack", "test"],
            cwd=self._folder, env=self._environment, timeout=LIMIT, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
