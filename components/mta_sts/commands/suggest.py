"""`mta-sts suggest DOMAIN`: a configuration, from what DNS and a live policy say."""

import asyncio
import json
import sys
from dataclasses import asdict

import click
from rich.console import Console

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.commands.looking import looks, vantage
from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.names import host_name
from mta_sts.suggestion.words import show


@click.command()
@click.argument("domain")
@click.option("--adopt", is_flag=True, help="Keep the policy that is live, whatever its mode.")
@looks
@click.option("--json", "as_json", is_flag=True, help="Print JSON: docs/schema/suggest.json.")
def suggest(domain: str, adopt: bool, dns: str | None, authoritative: bool, as_json: bool) -> None:
    """Write a configuration for the mail domain DOMAIN.

    It begins in testing, with the MX hosts that are in DNS now: by patterns where all customers of
    a provider use them (Google Workspace, Microsoft 365), else by their names. Zone and host are
    told from the domain's name servers. The YAML goes to standard output, for
    stacks/Pulumi.<stack>.yaml; what there is already, and what is in the way, to standard error.

    With --adopt, it is the policy that senders find already, by its record and its file: the first
    preview then changes nothing but the id.

    \b
      mta-sts suggest example.com > stacks/Pulumi.mail.yaml
      mta-sts suggest --adopt example.com

    Exit status: 0 it can be deployed as it stands, or there is nothing to do; 1 something has to be
    done first; 2 DNS could not be asked.
    """
    from mta_sts.protocol.sender_errors import DnsError
    from mta_sts.protocol.vantage import VantageError
    from mta_sts.suggestion.seen import see
    from mta_sts.suggestion.suggest import suggest as suggestion

    place = vantage(dns, authoritative)
    try:
        seen = asyncio.run(see(host_name(domain), place))
    except HostNameError as error:
        raise click.UsageError(f"DOMAIN: found {domain!r}; {error.rule}") from None
    except VantageError as error:
        raise click.UsageError(str(error)) from None
    except DnsError as error:
        click.echo(f"{domain} cannot be told: {error}", err=True)
        sys.exit(COULD_NOT_LOOK)
    if adopt:
        from mta_sts.suggestion.adopt import adopt as adoption

        made = adoption(seen, place.clock())
    else:
        made = suggestion(seen)
    if as_json:
        click.echo(json.dumps(asdict(made), indent=2))
    else:
        show(made, Console(stderr=True))
        click.echo(made.yaml or "", nl=False)
    sys.exit(FINDINGS if made.first else FINE)
