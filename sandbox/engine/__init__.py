"""A Pulumi engine on a machine that may have none.

In this order: `pulumi` on PATH when it is recent enough; the official installer; a build from Go
modules, pinned by the go.mod and go.sum beside this file. What was installed or built is kept in
the user's cache, keyed by everything it was made from.
"""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from sandbox import kept

VERSION = VersionInfo.parse("3.274.1")
OLDEST = VersionInfo.parse("3.272.0")
"""The SDK's own version: an older engine may not know what the SDK asks of it."""

BUILD = (
    "build",
    "-mod=readonly",
    "-trimpath",
    f"-ldflags=-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}",
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
)
HERE = Path(__file__).parent
HOST = "pulumi-language-python"
INSTALLER = ("get.pulumi.com", 443)
COMMAND_TIMEOUT = 60.0  # seconds, for a command that only answers
BUILD_TIMEOUT = 40 * 60.0  # seconds
PROGRESS_EVERY = 15.0  # seconds


class EngineMissingError(Exception):
    """No engine could be found, installed or built. The message names what is missing for each."""


def ensure() -> Path:
    """The folder to put first on PATH so that `pulumi` and its Python host are found.

    Raises:
        EngineMissingError: nothing worked.
    """
    tried: list[str] = []
    for way in (_on_path, _kept, _installed, _built):
        found, why_not = way()
        if found:
            return found
        if why_not:
            tried.append(why_not)
    raise EngineMissingError(
        "There is no Pulumi engine, and none could be made:\n"
        + "\n".join(f"  - {line}" for line in tried)
        + f"\nInstall Pulumi {OLDEST} or later, or Go, and try again."
    )


_Outcome = tuple[Path | None, str]


def _on_path() -> _Outcome:
    command = shutil.which("pulumi")
    if not command:
        return None, "pulumi is not on PATH"
    if not shutil.which(HOST):
        return None, f"{command} has no {HOST} beside it or on PATH"
    version = _version(Path(command))
    if version is None or version < OLDEST:
        return None, f"{command} is version {version}, {OLDEST} or later is needed"
    return Path(command).parent, ""


def _kept() -> _Outcome:
    for folder in (kept.folder() / _key(), kept.folder() / f"installed-{VERSION}" / "bin"):
        if (folder / "pulumi").exists():
            return folder, ""
    return None, ""


def _installed() -> _Outcome:
    try:
        socket.create_connection(INSTALLER, timeout=10).close()
    except OSError as error:
        return None, f"the official installer at {INSTALLER[0]} cannot be reached: {error}"
    root = kept.folder() / f"installed-{VERSION}"
    _say(f"installing pulumi {VERSION} from {INSTALLER[0]}")
    with kept.alone(root, "engine"):
        try:
            PulumiCommand.install(root=str(root), version=VERSION)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            return None, f"the official installer failed: {error}"
    return root / "bin", ""


def _built() -> _Outcome:
    go = shutil.which("go")
    if not go:
        return None, "go, to build the engine from its modules, is not on PATH"
    target = kept.folder() / _key()
    with kept.alone(target, "engine"):
        if (target / "pulumi").exists():
            return target, ""
        with tempfile.TemporaryDirectory(dir=target.parent, prefix="building-") as scratch:
            folder = Path(scratch, "bin")
            folder.mkdir()
            failure = _build(go, folder)
            if failure:
                return None, failure
            folder.rename(target)
    return target, ""


def _build(go: str, folder: Path) -> str:
    """Build into `folder`; what went wrong, or nothing."""
    log = folder.parent / "log"
    command = [go, *BUILD[:-1], "-o", str(folder), BUILD[-1]]
    began = time.monotonic()
    _say(f"building pulumi {VERSION} from Go modules; this takes minutes, and is done once")
    with log.open("wb") as output:
        build = subprocess.Popen(command, cwd=HERE, stdout=output, stderr=output)
        try:
            while True:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    if build.wait(timeout=PROGRESS_EVERY) == 0:
                        break
                    return f"go build failed:\n{_end_of(log)}"
                elapsed = time.monotonic() - began
                if elapsed > BUILD_TIMEOUT:
                    return f"go build was not done after {BUILD_TIMEOUT:.0f} s:\n{_end_of(log)}"
                _say(f"building pulumi {VERSION}: {elapsed:.0f} s")
        finally:
            if build.poll() is None:
                build.kill()
                build.wait()
    sdk = subprocess.run(
        [go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"],
        cwd=HERE, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=True,
    ).stdout.strip()  # fmt: skip
    executor = Path(sdk, "python", "cmd", f"{HOST}-exec")
    for source in (HERE / HOST, executor):
        shutil.copyfile(source, folder / source.name)
        (folder / source.name).chmod(0o755)
    _say(f"built pulumi {VERSION} in {time.monotonic() - began:.0f} s")
    return ""


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines if "downloading" not in line)[-2000:]


def _version(command: Path) -> VersionInfo | None:
    answer = subprocess.run(
        [command, "version"],
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        capture_output=True, text=True, timeout=COMMAND_TIMEOUT, check=False,
    ).stdout.strip().removeprefix("v")  # fmt: skip
    return VersionInfo.parse(answer) if VersionInfo.is_valid(answer) else None


def _key() -> str:
    made_from = hashlib.sha256(repr(BUILD).encode())
    for name in ("go.mod", "go.sum", HOST):
        made_from.update((HERE / name).read_bytes())
    return f"engine-{VERSION}-{kept.system()}-{made_from.hexdigest()[:12]}"


def _say(line: str) -> None:
    kept.say("engine", line)
