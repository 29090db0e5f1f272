"""Programs in YAML and TypeScript: their language hosts, and what else they need.

The hosts, and the writer of TypeScript packages, are built from Go modules; Pulumi's library for
TypeScript, and its compiler, are installed by npm. All are pinned by the files beside this one, and
kept in the user's cache, keyed by them.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox import engine, kept

HERE = Path(__file__).parent
BUILDS = {
    HERE / "yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    HERE / "nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    engine.HERE: "./typescript",
}
"""What is built, by the folder of the module that pins it."""
MADE_FROM = [
    *(folder / name for folder in BUILDS for name in ("go.mod", "go.sum")),
    engine.HERE / "typescript" / "main.go",
    HERE / "package.json",
    HERE / "package-lock.json",
]
TIMEOUT = 20 * 60.0  # seconds, for each command
SHOWN = 20  # lines of what a command said that failed


class LanguagesMissingError(Exception):
    """They could not be made. The message says what is missing, or what a command said."""


def ensure() -> Path:
    """The folder with the hosts, `typescript` and `node_modules`.

    Raises:
        LanguagesMissingError: it is not there and could not be made.
    """
    target = kept.folder() / _key()
    if not target.exists():
        with kept.alone(target, "languages"):
            if not target.exists():
                _make(target)
    return target


def _make(target: Path) -> None:
    go, npm = _found("go"), _found("npm")
    kept.say("languages", "building the hosts of YAML and TypeScript; this takes minutes, once")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="building-") as scratch:
        folder = Path(scratch, "made")
        folder.mkdir()
        for module, package in BUILDS.items():
            _run(
                [
                    go,
                    "build",
                    "-mod=readonly",
                    "-trimpath",
                    "-ldflags=-s -w",
                    "-o",
                    folder,
                    package,
                ],
                module,
            )
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(HERE / name, folder / name)
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        folder.rename(target)
    kept.say("languages", f"built in {time.monotonic() - began:.0f} s")


def _found(command: str) -> str:
    beside = Path(sys.executable).parent
    found = shutil.which(command) or shutil.which(command, path=str(beside))
    if found is None:
        raise LanguagesMissingError(
            f"The package is tested from YAML and TypeScript, which needs {command}: it is neither "
            f"on PATH nor in {beside}."
        )
    return found


def _run(command: list[str | Path], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise LanguagesMissingError(f"{command[0]} was not done after {TIMEOUT:.0f} s.") from None
    if done.returncode:
        said = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-SHOWN:])
        raise LanguagesMissingError(f"{' '.join(map(str, command))} failed:\n{said}")


def _key() -> str:
    made_from = hashlib.sha256()
    for file in MADE_FROM:
        made_from.update(file.read_bytes())
    return f"languages-{kept.system()}-{made_from.hexdigest()[:12]}"
