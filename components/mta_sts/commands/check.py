"""`mta-sts check DOMAIN…`: what a sending mail server sees."""

import asyncio
import sys
from collections.abc import Callable
from typing import IO, Any

import click
import pydantic
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.inspection.many import inspect_all
from mta_sts.inspection.names import Names, listed, names
from mta_sts.inspection.result import Inspection
from mta_sts.inspection.terminal import Tally, line, show
from mta_sts.protocol.vantage import Vantage, VantageError, server_of

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

Tell = Callable[[Inspection], None]


@click.command()
@click.argument("domains", nargs=-1)
@click.option(
    "--from",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Look at the domains in FILE, too, one a line, `#` before a comment; - is standard input.",
)
@click.option("--smtp", is_flag=True, help="Connect to every MX host, and look at its TLS.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a domain and line.")
@click.option("--verbose", "-v", is_flag=True, help="All that was seen, of many domains, too.")
@click.option("--authoritative", is_flag=True, help="Ask the zones' own name servers.")
@click.option(
    "--dns", metavar="ADDRESS:PORT", help="Ask this resolver, not the system's. [MTA_STS_DNS]"
)
@click.option(
    "--ca-file", metavar="FILE", help="Trust these roots, PEM, not the system's. [MTA_STS_CA_FILE]"
)
@click.option(
    "--port",
    "https_port",
    type=click.IntRange(1, 65535),
    help="Fetch policies from this port, not 443. [MTA_STS_HTTPS_PORT]",
)
@click.option(
    "--smtp-port", type=click.IntRange(1, 65535), help="Connect to MX hosts here, not to port 25."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 3600, min_open=True),
    help="Seconds for one fetch, and one SMTP session; 60. A question to DNS gets 10 at most.",
)
def check(
    domains: tuple[str, ...],
    file: IO[bytes] | None,
    as_json: bool,
    verbose: bool,
    smtp: bool,
    **settings: Any,
) -> None:
    """Look each DOMAIN up as a sending mail server does, and say what it saw, in order.

    \b
      mta-sts check example.com
      mta-sts check --smtp example.com example.org
      mta-sts check --from domains.txt --json > seen.jsonl

    One domain is shown with all that was seen: the TXT record, the policy's host, its certificate,
    what it serves, the policy, whether the record's id is the hash of the file; then the MX hosts
    and whether the policy covers them, where TLS reports go, and who may issue certificates. Of
    many domains each has a line, as soon as it has been looked at, whatever their order was.

    What each finding means, and what to do: docs/check.md.

    Exit status: 0 nothing is wrong; 1 findings (notes do not count); 2 something could not be
    looked up, so that there may be more; 130 after Ctrl-C.
    """
    wanted = names([*domains, *listed(file or ())])
    _refuse(wanted)
    vantage = _vantage(settings)
    errors = Console(stderr=True)
    progress = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=errors, transient=True, disable=len(wanted) == 1 or not errors.is_terminal,
    )  # fmt: skip
    # On one terminal, lines and bar go the same way, so that the bar stays below.
    console = errors if sys.stdout.isatty() and errors.is_terminal else Console()
    say = _as_json(console) if as_json else _as_text(console, whole=verbose or len(wanted) == 1)
    tally = Tally()
    bar = progress.add_task("", total=len(wanted))

    def tell(inspection: Inspection) -> None:
        say(inspection)
        tally.add(inspection)
        progress.advance(bar)

    try:
        with progress:
            asyncio.run(inspect_all(wanted, vantage, tell, smtp=smtp))
    except KeyboardInterrupt:
        click.echo(f"Stopped after {tally.total} of {len(wanted)} domains.", err=True)
        sys.exit(INTERRUPTED)
    if len(wanted) > 1 and not as_json:
        console.print(f"\n{tally}", highlight=False, markup=False)
    sys.exit(_status(tally))


def _refuse(wanted: Names) -> None:
    if not wanted:
        raise click.UsageError("no domain: name one, or a file that has some with --from")
    error = next(iter(wanted.values()))
    if len(wanted) == 1 and error is not None:
        raise click.UsageError(str(error))


def _vantage(settings: dict[str, Any]) -> Vantage:
    """The environment's, but for what the options say."""
    given = {name: value for name, value in settings.items() if value is not None}
    try:
        if "dns" in given:
            given["dns"] = server_of("--dns", given["dns"])
        if "timeout" in given:
            given["dns_timeout"] = min(given["timeout"], Vantage.dns_timeout)
        vantage = Vantage.from_environment(**given)
        vantage.tls  # noqa: B018 -- a CA file that cannot be read is told before anything is asked
    except VantageError as error:
        raise click.UsageError(str(error)) from None
    return vantage


def _as_text(console: Console, *, whole: bool) -> Tell:
    if whole:
        return lambda inspection: show(inspection, console)
    return lambda inspection: console.print(line(inspection), highlight=False, soft_wrap=True)


def _as_json(console: Console) -> Tell:
    adapter = pydantic.TypeAdapter(Inspection)
    return lambda inspection: console.out(adapter.dump_json(inspection).decode(), highlight=False)


def _status(tally: Tally) -> int:
    if tally.severities["unknown"]:
        return COULD_NOT_LOOK
    return FINDINGS if tally.severities["error"] or tally.severities["warning"] else FINE
