"""What `mta-sts reports` says, for people at a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console

from mta_sts.reports.failures import FailedAlike
from mta_sts.reports.reading import Others, Reading
from mta_sts.reports.summary import DomainReports
from mta_sts.reports.verdict import May
from mta_sts.words import listed, many

MOST_FAILURES = 10
MOST_SENDERS = 5
"""Of a failure that are named."""
MOST_DAYS = 31
MOST_FILES = 3

Line = tuple[str, str]
"""Words, and the style they are printed in."""

_STYLES: dict[May, tuple[str, str]] = {
    "yes": ("✓", "green"),
    "not yet": ("✗", "red"),
    "not known": ("?", "yellow"),
}


def show(told: Iterable[DomainReports], reading: Reading, console: Console, *, alone: bool) -> None:
    """Print what the reports tell, and what came of reading them.

    Args:
        alone: it is one domain, of which senders and days are told too.
    """
    for line, style in _lines(told, reading, alone):
        if console.is_terminal:
            # Each line whole, however narrow the terminal: what is quoted may be searched for.
            console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
        else:
            console.file.write(f"{line}\n")


def _lines(told: Iterable[DomainReports], reading: Reading, alone: bool) -> Iterator[Line]:
    verdicts: Counter[May] = Counter()
    for each in told:
        verdicts[each.verdict.may_enforce] += 1
        yield from _domain(each)
        if alone:
            yield from _senders(each)
            yield from _days(each)
        elif each.verdict.may_enforce == "not yet":
            yield "", ""
    if not alone and verdicts:
        counts = [f"{verdicts[may]:,} {may}" for may in _STYLES if verdicts[may]]
        yield f"{many(verdicts.total(), 'domain')}. May they enforce? {listed(counts)}.", "bold"
        yield "--domain NAME tells of one: its senders and days too.", "dim"
    yield from _reading(reading)


def _domain(told: DomainReports) -> Iterator[Line]:
    mark, style = _STYLES[told.verdict.may_enforce]
    days = _days_of(told.first_day, told.last_day)
    counts = [many(told.reports, "report"), days, f"{told.successful:,} succeeded"]
    yield f"{told.domain}: {listed([*counts, f'{told.failed:,} failed'])}", "bold"
    if told.dane_successful or told.dane_failed:
        yield (
            f"  and under DANE: {told.dane_successful:,} succeeded, {told.dane_failed:,} failed",
            "",
        )
    yield f"  {mark} May it enforce? {told.verdict.may_enforce}: {told.verdict.why}.", style
    for failure in told.failures[:MOST_FAILURES]:
        yield from _failure(failure)
    if len(told.failures) > MOST_FAILURES:
        yield f"  and {many(len(told.failures) - MOST_FAILURES, 'failure')} of other kinds", ""


def _failure(failure: FailedAlike) -> Iterator[Line]:
    where = f" at {failure.mx}" if failure.mx else ""
    dane = ", under DANE" if failure.dane else ""
    days = _days_of(failure.first_day, failure.last_day)
    yield f"  {failure.sessions:,} {failure.result_type}{where}{dane}, {days}", "yellow"
    more = len(failure.senders) - MOST_SENDERS
    others = f" and {more} more" if more > 0 else ""
    yield f"      told by {'; '.join(failure.senders[:MOST_SENDERS])}{others}", ""
    yield f"      trouble: {failure.whose}. {failure.means.capitalize()}", ""
    yield f"      to do: {failure.remedy}", ""


def _senders(told: DomainReports) -> Iterator[Line]:
    yield "  Senders:", "bold"
    for each in told.senders:
        told_by = f"{each.organization or 'no name'}: {many(each.reports, 'report')}"
        yield f"    {told_by}, {each.successful:,} succeeded, {each.failed:,} failed", ""


def _days(told: DomainReports) -> Iterator[Line]:
    yield "  Days:", "bold"
    earlier = told.days[:-MOST_DAYS]
    if earlier:
        failed = sum(each.failed for each in earlier)
        yield f"    {many(len(earlier), 'earlier day')}: {failed:,} failed", ""
    for each in told.days[-MOST_DAYS:]:
        kinds = [f"{count:,} {kind}" for kind, count in each.failures.items()]
        why = f" ({listed(kinds)})" if kinds else ""
        counts = f"{each.successful:,} succeeded, {each.failed:,} failed{why}"
        yield f"    {each.day}: {counts}", "yellow" if kinds else ""


def _reading(reading: Reading) -> Iterator[Line]:
    again = f"; {reading.duplicates:,} more had come before" if reading.duplicates else ""
    yield f"{many(reading.reports, 'report')} read{again}.", ""
    for each in reading.rejected:
        yield f"  rejected: {_others(each)}", "yellow"
    for each in reading.passed_over:
        yield f"  passed over: {_others(each)}", "dim"


def _others(others: Others) -> str:
    more = others.count - MOST_FILES
    rest = f"; and {more:,} more" if more > 0 else ""
    return f"{others.count:,}, {others.reason}: {'; '.join(others.files[:MOST_FILES])}{rest}"


def _days_of(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"
