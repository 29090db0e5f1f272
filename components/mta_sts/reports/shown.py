"""What `mta-sts reports` says, for people at a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console

from mta_sts.reports.failures import FailedAlike, by_result_type
from mta_sts.reports.reading import Others, Reading
from mta_sts.reports.summary import DomainReports
from mta_sts.reports.verdict import May
from mta_sts.words import listed, many

MOST_FAILURES = 10
"""MX hosts for each result type."""
MOST_NAMED = 5
"""Senders that told of it."""
MOST_SENDERS = 20
MOST_DAYS = 31
MOST_FILES = 3
"""For each reason why they are no reports."""
NO_NAME, NO_DOMAIN = "a sender without a name", "a domain without a name"

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
            console.print(
                line, style=style, markup=False, emoji=False, highlight=False, soft_wrap=True
            )
        else:
            console.file.write(f"{line}\n")
    console.file.flush()


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
    days = days_of(told.first_day, told.last_day)
    counts = [many(told.reports, "report"), days, f"{told.successful:,} succeeded"]
    yield f"{told.domain or NO_DOMAIN}: {listed([*counts, f'{told.failed:,} failed'])}", "bold"
    if told.dane_successful or told.dane_failed:
        yield (
            f"  and under DANE: {told.dane_successful:,} succeeded, {told.dane_failed:,} failed",
            "",
        )
    yield f"  {mark} May it enforce? {told.verdict.may_enforce}: {told.verdict.why}.", style
    for failures in by_result_type(told.failures):
        yield from _failures(failures, len(told.senders))


def _failures(failures: Sequence[FailedAlike], senders: int) -> Iterator[Line]:
    """Those of one result type.

    Args:
        senders: that told of the domain.
    """
    first = failures[0]
    dane = " under DANE" if first.dane else ""
    count = sum(each.sessions for each in failures)
    yield f"  {count:,} {first.result_type}{dane}: {first.means}", "yellow"
    yield f"    {first.whose} to mend: {first.remedy}", ""
    for each in failures[:MOST_FAILURES]:
        where = f" at {each.mx}" if each.mx else ""
        days = days_of(each.first_day, each.last_day)
        yield f"      {each.sessions:,}{where}, {days}, {told_by(each.senders, senders)}", ""
    if len(failures) > MOST_FAILURES:
        more = failures[MOST_FAILURES:]
        yield f"      {sum(each.sessions for each in more):,} at {len(more):,} others", ""


def told_by(names: Sequence[str], senders: int) -> str:
    """Who told of failures, of so many senders."""
    if len(names) == 1 < senders:
        return f"told by {names[0] or NO_NAME} alone, of {senders:,} senders"
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return f"told by {'; '.join(name or NO_NAME for name in names[:MOST_NAMED])}{more}"


def _senders(told: DomainReports) -> Iterator[Line]:
    yield "  Senders:", "bold"
    ordered = sorted(told.senders, key=lambda each: (-each.failed, -each.successful))
    for each in ordered[:MOST_SENDERS]:
        counts = f"{many(each.reports, 'report')}, {each.successful:,} succeeded"
        yield (
            f"    {each.organization or NO_NAME}: {counts}, {each.failed:,} failed",
            "yellow" if each.failed else "",
        )
    if len(ordered) > MOST_SENDERS:
        failed = sum(each.failed for each in ordered[MOST_SENDERS:])
        yield f"    {len(ordered) - MOST_SENDERS:,} others: {failed:,} failed", ""


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


def days_of(first: str, last: str) -> str:
    """A period, in words."""
    return first if first == last else f"{first} to {last}"
