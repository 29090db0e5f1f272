"""The options by which a command is told where to look from, beside the environment."""

import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from mta_sts.protocol.vantage import Vantage, VantageError

F = TypeVar("F", bound=Callable[..., Any])


def looks(command: F) -> F:
    """Give a command `--dns` and `--authoritative`."""
    dns = click.option(
        "--dns",
        metavar="ADDRESS:PORT",
        envvar="MTA_STS_DNS",
        show_envvar=True,
        help="Ask this resolver, not the system's.",
    )
    authoritative = click.option(
        "--authoritative", is_flag=True, help="Ask each zone's own name servers, and no cache."
    )
    return dns(authoritative(command))


def vantage(dns: str | None, authoritative: bool) -> Vantage:
    """Where to look from.

    Raises:
        click.UsageError: an option, or a variable of the environment, has a value it cannot have.
    """
    environment = {**os.environ, "MTA_STS_DNS": dns or ""}
    try:
        return Vantage.from_environment(environment, authoritative=authoritative)
    except VantageError as error:
        where = "--dns (MTA_STS_DNS)" if error.setting == "MTA_STS_DNS" else error.setting
        raise click.UsageError(f"{where}: found {error.found!r}; {error.rule}") from None
