"""Reading all there is, and keeping count of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from mta_sts.protocol.report import Report, printable
from mta_sts.reports.contents import Found
from mta_sts.reports.found import Rejected
from mta_sts.reports.totals import Totals

MOST_SHOWN = 10
"""Names that are kept for each reason."""
OFTEN = 256
"""Files, messages and members between two calls that tell how far reading is."""


@dataclass
class Others:
    """What is no report, for one reason.

    Attributes:
        files: the names of the first of them.
    """

    reason: str
    count: int = 0
    files: list[str] = field(default_factory=list)


@dataclass
class Reading:
    """What came of reading.

    Attributes:
        reports: each counted once.
        duplicates: reports that came again.
        rejected: what may have been meant to be a report, by reason.
        passed_over: what never was one, by reason.
    """

    reports: int = 0
    duplicates: int = 0
    rejected: list[Others] = field(default_factory=list)
    passed_over: list[Others] = field(default_factory=list)


def add_up(found: Found, totals: Totals, tell: Callable[[int], None] | None = None) -> Reading:
    """Add all reports in `found` to `totals`.

    Args:
        tell: called now and then with the number of files, messages and members so far.

    Raises:
        ReportsNotReadError: a place cannot be looked into.
    """
    reading = Reading()
    for number, (name, outcome) in enumerate(found, start=1):
        if isinstance(outcome, Report):
            if totals.add(name, outcome):
                reading.reports += 1
            else:
                reading.duplicates += 1
        elif isinstance(outcome, Rejected):
            _count(reading.rejected, outcome.reason, name)
        else:
            _count(reading.passed_over, outcome.reason, name)
        if tell and not number % OFTEN:
            tell(number)
    return reading


def _count(others: list[Others], reason: str, name: str) -> None:
    for each in others:  # reasons are few: what differs from file to file is in none of them
        if each.reason == reason:
            break
    else:
        each = Others(reason)
        others.append(each)
    each.count += 1
    if len(each.files) < MOST_SHOWN:
        each.files.append(printable(name))
