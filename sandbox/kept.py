"""What is made once and kept in the user's cache: where, and by one process at a time."""

import contextlib
import fcntl
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path


def folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "pulumi-mta-sts")


def system() -> str:
    """This kind of machine, as part of a file name."""
    return f"{platform.system()}-{platform.machine()}".lower()


@contextlib.contextmanager
def alone(target: Path, what: str) -> Iterator[None]:
    """Hold the lock beside `target`: of two that would make it at once, one waits for the other."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{target}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(what, "waiting for another process that makes it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(what: str, line: str) -> None:
    sys.stderr.write(f"{what}: {line}\n")
    sys.stderr.flush()
