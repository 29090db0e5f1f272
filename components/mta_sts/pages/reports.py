"""The page of `mta-sts reports`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from mta_sts.pages.chart import Chart, chart
from mta_sts.pages.template import parts
from mta_sts.reports.failures import FailedAlike, by_result_type
from mta_sts.reports.reading import Reading
from mta_sts.reports.shown import NO_DOMAIN, NO_NAME, days_of, told_by
from mta_sts.reports.summary import DomainReports, SenderReports, domains, summed_up
from mta_sts.reports.totals import Totals
from mta_sts.reports.verdict import May

MOST_WHOLE = 200
"""Domains that are told whole, the worst first; of others, only what fits on a line."""
MOST_KINDS = 20
"""Result types, for each domain."""
MOST_ROWS = 200
"""MX hosts of a result type; senders of a domain."""
ROWS_AT_ONCE = 15
"""Of these, that are seen without being asked for."""

_WORST_FIRST: tuple[May, ...] = ("not yet", "not known", "yes")


@dataclass(frozen=True)
class Line:
    """What fits on a line of one domain.

    Attributes:
        waiting: sessions whose mail would wait under enforce.
    """

    domain: str
    may_enforce: May
    reports: int
    first_day: str
    last_day: str
    sessions: int
    failed: int
    waiting: int

    @classmethod
    def of(cls, told: DomainReports) -> "Line":
        """The line of a domain."""
        return cls(
            told.domain,
            told.verdict.may_enforce,
            told.reports,
            told.first_day,
            told.last_day,
            told.successful + told.failed,
            told.failed,
            sum(each.sessions for each in told.failures if each.deferred),
        )


@dataclass(frozen=True)
class FailedKind:
    """The failures of one result type.

    Attributes:
        rows: at each MX host, most sessions first.
        others: sessions at MX hosts for which there is no room.
    """

    first: FailedAlike
    sessions: int
    rows: Sequence[FailedAlike]
    others: int


class Told:
    """One domain, as its part of the page has it.

    Attributes:
        chart: its sessions by day; None where there are none, or all under DANE.
        senders: those with most failures first.
        kinds: what failed, by result type; `other_kinds`: for which there is no room.
    """

    def __init__(self, told: DomainReports) -> None:
        self.told = told
        self.chart: Chart | None = chart(told.days) if told.successful + told.failed else None
        self.senders: Sequence[SenderReports] = sorted(
            told.senders, key=lambda each: (-each.failed, -each.successful)
        )
        every = [
            FailedKind(
                alike[0],
                sum(each.sessions for each in alike),
                alike[:MOST_ROWS],
                sum(each.sessions for each in alike[MOST_ROWS:]),
            )
            for alike in by_result_type(told.failures)
        ]
        self.kinds, self.other_kinds = every[:MOST_KINDS], every[MOST_KINDS:]


def reports_page(totals: Totals, reading: Reading) -> Iterator[str]:
    """The page of what reports add up to, piece by piece."""
    lines = sorted(
        map(Line.of, domains(totals)),
        key=lambda each: (_WORST_FIRST.index(each.may_enforce), -each.waiting, each.domain),
    )
    # Each domain is summed up once more when its turn comes: it may have a thousand senders.
    told = (Told(summed_up(each.domain, totals.domains[each.domain])) for each in lines)
    return parts(
        "reports.html",
        lines=lines,
        period=_period(lines),
        figures=_figures(lines),
        domains=islice(told, MOST_WHOLE),
        most_whole=MOST_WHOLE,
        reading=reading,
        rejected=sum(each.count for each in reading.rejected),
        most_rows=MOST_ROWS,
        at_once=ROWS_AT_ONCE,
        told_by=told_by,
        no_name=NO_NAME,
        no_domain=NO_DOMAIN,
    )


def _period(lines: Sequence[Line]) -> str:
    """Of all reports; empty where there are none."""
    first = min((each.first_day for each in lines), default="")
    return days_of(first, max((each.last_day for each in lines), default=""))


def _figures(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """What all domains come to, with the word for it."""
    verdicts = Counter(each.may_enforce for each in lines)
    figures = [("domains", len(lines))]
    figures += [(may, verdicts[may]) for may in _WORST_FIRST if verdicts[may]]
    figures += [
        ("sessions", sum(each.sessions for each in lines)),
        ("failed", sum(each.failed for each in lines)),
    ]
    return [(word, f"{figure:,}") for word, figure in figures]
