"""`mta-sts policy FILE`: a policy file, read as senders read it."""

import asyncio
import json
import sys
from dataclasses import asdict

import click
from rich.console import Console

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.commands.looking import looks, vantage
from mta_sts.policy_file import examine
from mta_sts.policy_words import show
from mta_sts.protocol.errors import HostNameError, PolicyTooLongError

MOST = 1 << 20
"""Bytes that are read of a file: enough to tell how much too long it is."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--domain", help="Ask DNS which MX hosts of this mail domain the policy covers.")
@looks
@click.option("--json", "as_json", is_flag=True, help="Print JSON: docs/schema/policy.json.")
def policy(
    file: str, domain: str | None, dns: str | None, authoritative: bool, as_json: bool
) -> None:
    """Read a policy file as a sending mail server does.

    FILE is a path, or - for standard input. Every problem is told with its line and its rule, not
    only the first; then what stricter readers may not take, the id of the file's bytes, and that of
    the same policy in the one spelling in which this project serves it.

    \b
      mta-sts policy public/.well-known/mta-sts.txt --domain example.com
      curl -s https://mta-sts.example.com/.well-known/mta-sts.txt | mta-sts policy -

    Exit status: 0 it is a policy, and covers the MX hosts asked for; 1 it is none, or leaves one
    out; 2 the file could not be read, or DNS not asked.
    """
    with click.open_file(file, "rb") as opened:
        data = opened.read(MOST + 1)
    if len(data) > MOST:
        raise click.UsageError(f"{file}: found more than {MOST} bytes; {PolicyTooLongError.rule}")
    answer = None
    if domain is not None:
        from mta_sts.protocol.names import host_name
        from mta_sts.protocol.resolve import mx
        from mta_sts.protocol.sender_errors import DnsError

        place = vantage(dns, authoritative)
        try:
            answer = asyncio.run(mx(host_name(domain), place))
        except HostNameError as error:
            raise click.UsageError(f"--domain: found {domain!r}; {error.rule}") from None
        except DnsError as error:
            click.echo(f"the MX hosts of {domain} cannot be told: {error}", err=True)
            sys.exit(COULD_NOT_LOOK)
    found = examine(file, data, answer)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2))
    else:
        show(found, Console())
    sys.exit(FINE if found.is_fine else FINDINGS)
