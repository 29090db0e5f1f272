"""`mta-sts check DOMAIN`: what a sending mail server sees."""

import asyncio
import sys

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.sender import DnsError, Sight, Vantage, VantageError, look


@click.command()
@click.argument("domain")
@click.option("--authoritative", is_flag=True, help="Ask the zone's own name servers.")
def check(domain: str, authoritative: bool) -> None:
    """Look DOMAIN up as a sending mail server does, and say what it saw, in order.

    MTA_STS_DNS (address:port), MTA_STS_CA_FILE and MTA_STS_HTTPS_PORT say where to look instead of
    the system's resolver, its certificates and port 443. Exit status: 0 senders have a policy to
    use, 1 they have none, 2 it could not be looked up.
    """
    try:
        vantage = Vantage.from_environment(authoritative=authoritative)
        sight = asyncio.run(look(domain, vantage))
    except (HostNameError, VantageError) as error:
        raise click.UsageError(str(error)) from None
    show(sight, Console())
    sys.exit(status(sight))


def status(sight: Sight) -> int:
    """The exit status that says what was seen."""
    if isinstance(sight.error, DnsError):
        return COULD_NOT_LOOK
    return FINDINGS if sight.error else FINE


def show(sight: Sight, console: Console) -> None:
    """Print what a sender saw, in order, and what it does about it."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    source = ""
    for seen in sight.observations:
        mark = "[red]✗[/]" if seen.error else "[green]✓[/]"
        found = escape(seen.error or seen.found)
        if seen.source != source:
            source = seen.source
            found += f"\n[dim]from {escape(source)}[/]"
        table.add_row(f"{seen.at:%H:%M:%S}", mark, seen.what, found)
    console.print(f"[bold]{sight.domain}[/]")
    console.print(table)
    console.print(verdict(sight))


def verdict(sight: Sight) -> str:
    """What a sender does, in words."""
    if sight.policy is None or sight.record is None:
        return "Senders have no policy to use: mail is sent as if there were no MTA-STS."
    does = {
        "testing": "Senders deliver as before, and report what they would have refused.",
        "enforce": "Senders deliver over verified TLS to these hosts only.",
        "none": "Senders act as if there were no MTA-STS.",
    }
    return f"{does[sight.policy.mode]} They keep the policy for {sight.policy.max_age} s."
