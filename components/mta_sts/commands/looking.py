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
        "--dns", metavar="ADDRESS:PORT", help="Ask this resolver, not the system's. [MTA_STS_DNS]"
    )
    authoritative = click.option(
        "--authoritative", is_flag=True, help="Ask the zones' own name servers."
    )
    return dns(authoritative(command))


def vantage(dns: str | None, authoritative: bool) -> Vantage:
    """Where to look from.

    Raises:
        click.UsageError: an option, or a variable of the environment, has a value it cannot have.
    """
    environment = {**os.environ, **({"MTA_STS_DNS": dns} if dns is not None else {})}
    try:
        return Vantage.from_environment(environment, authoritative=authoritative)
    except VantageError as error:
        is_given = dns is not None and error.setting == "MTA_STS_DNS"
        where = "--dns" if is_given else error.setting
        raise click.UsageError(f"{where}: found {error.found!r}; {error.rule}") from None
