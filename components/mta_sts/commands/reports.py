"""`mta-sts reports PATH…`: what senders tell of TLS, and whether a domain may enforce."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import msgspec
from rich.console import Console

from mta_sts.commands import COULD_NOT_LOOK, FINDINGS, FINE
from mta_sts.commands.pages import html, page
from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.names import host_name
from mta_sts.reports.found import ReportsNotReadError
from mta_sts.reports.places import check, read
from mta_sts.reports.reading import Reading, add_up
from mta_sts.reports.shown import show
from mta_sts.reports.summary import DomainReports, domains
from mta_sts.reports.totals import Totals
from mta_sts.words import many


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--domain", help="Tell of this mail domain only.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Leave out reports of earlier days (UTC)."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines: docs/schema/reports.json.")
@html
def reports(
    paths: tuple[str, ...],
    domain: str | None,
    since: datetime | None,
    as_json: bool,
    html: str | None,
) -> None:
    """Read TLS reports: what fails, and whose trouble it is.

    Senders send them once a day (RFC 8460). For each domain the verdict is whether it may enforce,
    and if not, what to do.

    PATH is a file, a folder, or s3://bucket/prefix. What is in a file is told by its content:
    reports, messages and mailboxes (mbox) with reports attached, gzip or zip of any of these. A
    report that came twice counts once.

    \b
      mta-sts reports ~/tls-reports --domain example.com
      mta-sts reports s3://my-tls-reports --since 2026-01-11

    Exit status: 0 nothing failed, 1 sessions failed, 2 there are no reports, or a PATH cannot be
    read.
    """
    totals = Totals(_domain(domain), since.replace(tzinfo=UTC) if since else None)
    try:
        for path in paths:
            check(path)
        with page(html) as write:
            with progress() as tell:
                reading = add_up(read(paths), totals, tell)
            if write:
                from mta_sts.pages.reports import reports_page  # its library takes time to import

                write(reports_page(totals, reading))
    except ReportsNotReadError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        for each in domains(totals):
            click.echo(as_line(each))
        click.echo(as_line(reading))
    else:
        show(domains(totals), reading, Console(), alone=len(totals.domains) == 1)
    if not totals.domains:
        click.echo(nothing(reading, domain, since), err=True)
        sys.exit(COULD_NOT_LOOK)
    sys.exit(FINDINGS if totals.has_failures else FINE)


def as_line(told: DomainReports | Reading) -> str:
    """As JSON. Numbers may have more than 64 bits, for what they add up to is not ours to say."""
    return json.dumps(msgspec.to_builtins(told))


def nothing(reading: Reading, domain: str | None, since: datetime | None) -> str:
    """That no report tells of what was asked for."""
    asked = f" of {domain}" if domain else ""
    asked += f" since {since:%Y-%m-%d}" if since else ""
    if not reading.reports:
        return "There are no TLS reports in it."
    return f"None of {many(reading.reports, 'report')} tells{asked or ' of any domain'}."


def _domain(given: str | None) -> str | None:
    try:
        return host_name(given) if given is not None else None
    except HostNameError as error:
        raise click.UsageError(f"--domain: found {given!r}; {error.rule}") from None


@contextmanager
def progress() -> Iterator[Callable[[int], None] | None]:
    """While it is open, a bar on the terminal; what is to be called with how much has been read.
    Nothing where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.completed:,} read"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.update(task, completed=count)
