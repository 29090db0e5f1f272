"""The command `mta-sts`."""

import importlib
from typing import cast

import click

COMMANDS = ("check", "policy", "reports", "review", "suggest")
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
    """MTA-STS (RFC 8461): what sending mail servers see of a domain, and what to do next.

    Begin with what senders see now, and with a configuration to deploy:

    \b
      mta-sts check example.com
      mta-sts suggest example.com > stacks/Pulumi.mail.yaml

    Exit status of every command: 0 fine, 1 findings, 2 it could not look, or was asked wrongly.
    MTA_STS_DNS (address:port), MTA_STS_CA_FILE and MTA_STS_HTTPS_PORT say where to look instead of
    the system's resolver, its certificates and port 443. Completion for bash, zsh and fish, and a
    page on each command: docs/command.md.
    """
