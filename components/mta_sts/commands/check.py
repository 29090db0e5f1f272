"""`mta-sts check DOMAIN…`: what a sending mail server sees."""

import asyncio
import errno
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any

import click
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.commands.looking import looks, refused, vantage
from mta_sts.commands.pages import html, page
from mta_sts.inspection.many import inspect_all
from mta_sts.inspection.names import Names, listed, names
from mta_sts.inspection.result import Inspection
from mta_sts.inspection.terminal import Tally, line, show
from mta_sts.pages.whole import Write
from mta_sts.protocol.vantage import Vantage, VantageError

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""
PORT = click.IntRange(1, 65535)

Tell = Callable[[Inspection], None]


@click.command()
@click.argument("domains", nargs=-1, metavar="DOMAIN…")
@click.option(
    "--from",
    "file",
    type=click.File("rb"),
    metavar="FILE",
    help="Look at the domains in FILE, too: one a line, # before a comment; - is standard input.",
)
@click.option("--smtp", is_flag=True, help="Connect to every MX host, and look at its TLS.")
@click.option("--json", "as_json", is_flag=True, help="JSON, a line each: docs/schema/check.json.")
@html
@click.option("--verbose", "-v", is_flag=True, help="Show all that was seen, of many domains, too.")
@looks
@click.option(
    "--ca-file", metavar="FILE", help="Trust these roots, PEM, not the system's. [MTA_STS_CA_FILE]"
)
@click.option(
    "--port",
    "https_port",
    type=PORT,
    metavar="PORT",
    help="Fetch policies from this port, not from 443. [MTA_STS_HTTPS_PORT]",
)
@click.option(
    "--smtp-port", type=PORT, metavar="PORT", help="Connect to MX hosts at this port, not at 25."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, 3600, min_open=True),
    metavar="SECONDS",
    help="For a whole fetch or SMTP session, 60 where left out; for a question to DNS at most 10.",
)
def check(
    domains: tuple[str, ...],
    file: IO[bytes] | None,
    smtp: bool,
    as_json: bool,
    verbose: bool,
    html: str | None,
    **settings: Any,
) -> None:
    """Look each DOMAIN up as a sending mail server does, and say what it saw, in order.

    \b
      mta-sts check example.com
      mta-sts check --smtp example.com example.org
      mta-sts check --json --from domains.txt > seen.jsonl

    Of one domain, all that was seen is shown: the TXT record, the policy's host, its certificate,
    the file, the policy in it, and whether the record's id is the file's hash; the MX hosts, and
    whether the policy covers them; where TLS reports go; who may issue certificates. Of many, each
    has a line as soon as it has been looked at.

    What each finding means, and what to do: docs/reference.md. Exit status: 0 nothing is wrong; 1
    findings, but for notes; 2 something could not be looked up, so there may be more; 130 after
    Ctrl-C.
    """
    wanted = names([*domains, *listed(file or ())])
    _refuse(wanted)
    looking = _looking(**settings)
    alone = len(wanted) == 1
    errors = Console(stderr=True)
    progress = Progress(
        BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=errors, transient=True, disable=alone or not errors.is_terminal,
    )  # fmt: skip
    # Where both are one terminal, lines and bar go the same way, so that the bar stays below.
    console = errors if errors.is_terminal and sys.stdout.isatty() else _Output()
    say = _as_json(console) if as_json else _as_text(console, whole=verbose or alone)
    tally = Tally()
    bar = progress.add_task("", total=len(wanted))

    def tell(inspection: Inspection) -> None:
        say(inspection)
        keep(inspection)
        tally.add(inspection)
        progress.advance(bar)

    try:
        with page(html) as write, _kept(write) as keep, progress:
            asyncio.run(inspect_all(wanted, looking, tell, smtp=smtp))
    except KeyboardInterrupt:
        click.echo(f"Stopped after {tally.total} of {len(wanted)} domains.", err=True)
        sys.exit(INTERRUPTED)
    if not alone and not as_json:
        console.print("", *tally.lines(), sep="\n", highlight=False)
    sys.exit(_status(tally))


class _Output(Console):
    """Standard output. That nobody reads it any more is an error like others, for click to handle,
    where rich would end the program in the midst of what is going on."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "nobody reads this")


def _refuse(wanted: Names) -> None:
    if not wanted:
        raise click.UsageError("no domain: name one, or a file that lists some, with --from")
    error = next(iter(wanted.values()))
    if len(wanted) == 1 and error is not None:
        raise click.UsageError(str(error))


def _looking(timeout: float | None, ca_file: str | None, **settings: Any) -> Vantage:
    if timeout is not None:
        settings |= {"timeout": timeout, "dns_timeout": min(timeout, Vantage.dns_timeout)}
    looking = vantage(**settings, ca_file=ca_file)
    try:
        looking.tls  # noqa: B018 -- read before anything is asked
    except VantageError as error:
        raise refused("--ca-file" if ca_file else "MTA_STS_CA_FILE", error) from None
    return looking


def _kept(write: Write | None) -> AbstractContextManager[Tell]:
    if write is None:
        return nullcontext(lambda inspection: None)
    from mta_sts.pages.check import check_page  # its library takes time to import

    return check_page(write)


def _as_text(console: Console, *, whole: bool) -> Tell:
    if whole:
        return lambda inspection: show(inspection, console)
    return lambda inspection: console.print(line(inspection), highlight=False, soft_wrap=True)


def _as_json(console: Console) -> Tell:
    adapter = TypeAdapter(Inspection)
    return lambda inspection: console.out(adapter.dump_json(inspection).decode(), highlight=False)


def _status(tally: Tally) -> int:
    if "unknown" in tally.severities:
        return COULD_NOT_LOOK
    return FINDINGS if tally.severities & {"error", "warning"} else FINE
