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


def vantage(dns: str | None, authoritative: bool, **settings: Any) -> Vantage:
    """Where to look from.

    Args:
        settings: further fields of it; None is what the environment says.

    Raises:
        click.UsageError: an option, or a variable of the environment, has a value it cannot have.
    """
    environment = {**os.environ, **({"MTA_STS_DNS": dns} if dns is not None else {})}
    given = {name: value for name, value in settings.items() if value is not None}
    try:
        return Vantage.from_environment(environment, authoritative=authoritative, **given)
    except VantageError as error:
        is_given = dns is not None and error.setting == "MTA_STS_DNS"
        raise refused("--dns" if is_given else error.setting, error) from None


def refused(where: str, error: VantageError) -> click.UsageError:
    """That a setting, given by `where`, cannot be looked from."""
    return click.UsageError(f"{where}: found {error.found!r}; {error.rule}")
