"""The command `mta-sts`."""

import importlib
from typing import cast

import click

COMMANDS = ("check", "policy", "review", "suggest")
"""Each is the function of its name in the module of its name (`commands/`)."""


class Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"mta_sts.commands.{cmd_name}")
        return cast("click.Command", getattr(module, cmd_name))


@click.group(cls=Commands)
@click.version_option(package_name="pulumi-mta-sts")
def main() -> None:
    """MTA-STS (RFC 8461): look as a sending mail server does."""
