"""What the reports of each domain tell."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from mta_sts.reports.failures import FailedAlike, day_of, failures
from mta_sts.reports.totals import Domain, Sessions, Totals
from mta_sts.reports.verdict import Verdict, verdict


@dataclass(frozen=True)
class Day:
    """One day, UTC: of the reports that begin on it.

    Attributes:
        day: as `2026-01-10`.
        failures: sessions by result type.
    """

    day: str
    successful: int
    failed: int
    failures: dict[str, int]


@dataclass(frozen=True)
class SenderReports:
    """What one sender told, by the name it gives itself."""

    organization: str
    reports: int
    successful: int
    failed: int


@dataclass(frozen=True)
class DomainReports:
    """What all reports tell of one domain.

    Attributes:
        reports: how many tell of it.
        first_day, last_day: of the reports, as `2026-01-10`.
        successful, failed: sessions; without those under DANE.
        dane_successful, dane_failed: sessions under DANE.
        days, senders: without sessions under DANE.
        failures: most sessions first.
    """

    domain: str
    reports: int
    first_day: str
    last_day: str
    successful: int
    failed: int
    dane_successful: int
    dane_failed: int
    verdict: Verdict
    failures: tuple[FailedAlike, ...]
    senders: tuple[SenderReports, ...]
    days: tuple[Day, ...]


def domains(totals: Totals) -> Iterator[DomainReports]:
    """Each domain, in order of name."""
    for name in sorted(totals.domains):
        yield summed_up(name, totals.domains[name])


def summed_up(name: str, domain: Domain) -> DomainReports:
    """What the reports tell of one domain."""
    dane = domain.dane or Sessions()
    told = sorted(day_of(begin) for begin in chain(domain.sessions.successful, dane.successful))
    failed, days = failures(domain), _days(domain.sessions)
    successful = sum(each.successful for each in days)
    return DomainReports(
        domain=name,
        reports=sum(each.reports for each in domain.senders.values()),
        first_day=told[0],
        last_day=told[-1],
        successful=successful,
        failed=sum(each.failed for each in days),
        dane_successful=sum(dane.successful.values()),
        dane_failed=sum(sum(kinds.values()) for kinds in dane.failed.values()),
        verdict=verdict(
            name,
            failed,
            has_policy=domain.has_policy,
            successful=successful,
            first_day=told[0],
            last_day=told[-1],
        ),
        failures=failed,
        senders=tuple(
            SenderReports(organization, each.reports, each.successful, each.failed)
            for organization, each in sorted(domain.senders.items())
        ),
        days=days,
    )


def _days(sessions: Sessions) -> tuple[Day, ...]:
    successful: Counter[str] = Counter()
    by_day: dict[str, Counter[str]] = {}
    for begin, count in sessions.successful.items():
        successful[day_of(begin)] += count
    for begin, kinds in sessions.failed.items():
        by_type = by_day.setdefault(day_of(begin), Counter())
        for (result_type, _), count in kinds.items():
            by_type[result_type] += count
    return tuple(
        Day(day, successful[day], sum(by_type.values()), dict(sorted(by_type.items())))
        for day in sorted(successful)
        for by_type in (by_day.get(day, Counter()),)
    )
