"""Writing a page: whole, or not at all."""

import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

Write = Callable[[Iterable[str]], None]
"""Writes a page, given in parts."""


class PageError(Exception):
    """A page cannot be written. The user names another file, or makes room for it."""


@contextmanager
def whole(path: str) -> Iterator[Write]:
    """What writes the file. It stands beside it until the end, and takes its name only then: what
    ends early, or by an exception, leaves what was there before.

    Raises:
        PageError: the file cannot be written; at once, if that can be seen at once.
    """
    target = os.path.realpath(path)
    draft = os.path.join(os.path.dirname(target), f".mta-sts-{secrets.token_hex(8)}.part")
    with saying(path):
        if os.path.exists(target) and not os.path.isfile(target):
            raise PageError(f"{path}: not a file")
        file = open(draft, "x", encoding="utf-8", newline="\n")  # noqa: SIM115 -- closed below

    def write(parts: Iterable[str]) -> None:
        with saying(path), file:
            file.writelines(parts)

    try:
        yield write
        with saying(path):
            if os.path.exists(target):
                shutil.copymode(target, draft)
            os.replace(draft, target)
    except BaseException:
        file.close()
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise


@contextmanager
def saying(path: str) -> Iterator[None]:
    """Inside it, what the system refuses is a PageError that names the file."""
    try:
        yield
    except OSError as error:
        raise PageError(f"{path}: {error.strerror}") from None
