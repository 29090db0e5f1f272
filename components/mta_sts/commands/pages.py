"""The option `--html`, and the file that it names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from mta_sts.pages.whole import PageError, Write, whole

F = TypeVar("F", bound=Callable[..., Any])


def html(command: F) -> F:
    """Give a command `--html`."""
    return click.option(
        "--html",
        metavar="FILE",
        help="Write FILE, too: a page for a browser.",
    )(command)


@contextmanager
def page(file: str | None) -> Iterator[Write | None]:
    """What writes the page that was asked for; None where none was.

    Raises:
        click.UsageError: it cannot be written.
    """
    if file is None:
        yield None
        return
    try:
        with whole(file) as write:
            yield write
    except PageError as error:
        raise click.UsageError(f"--html: {error}") from None
