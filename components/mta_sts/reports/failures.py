"""The failures of a domain, and whose trouble each is."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from mta_sts.protocol.result_types import Whose, result_type
from mta_sts.reports.totals import Domain, Kind, Sessions


@dataclass(frozen=True)
class FailedAlike:
    """Sessions that failed alike.

    Attributes:
        result_type: of RFC 8460 4.3, or what else the reports have; not-told where they have none.
        mx: the MX host; empty where no report names it.
        senders: who told of it.
        first_day, last_day: on which it was seen, as `2026-01-10`.
        dane: the sessions were under DANE, and so MTA-STS has no part in them.
        deferred: under enforce the mail of these sessions waits.
        whose: trouble it is.
        means, remedy: in words.
    """

    result_type: str
    mx: str
    sessions: int
    senders: tuple[str, ...]
    first_day: str
    last_day: str
    dane: bool
    deferred: bool
    whose: Whose
    means: str
    remedy: str


def failures(domain: Domain) -> tuple[FailedAlike, ...]:
    """All failures of a domain, most sessions first."""
    found = [*_failures(domain, domain.sessions)]
    if domain.dane:
        found += _failures(domain, domain.dane)
    return tuple(sorted(found, key=lambda each: (-each.sessions, each.result_type, each.mx)))


def by_result_type(failed: Iterable[FailedAlike]) -> list[list[FailedAlike]]:
    """The failures of each result type, under DANE or not; the type with most sessions first."""
    alike: dict[tuple[str, bool], list[FailedAlike]] = {}
    for each in failed:
        alike.setdefault((each.result_type, each.dane), []).append(each)
    return sorted(alike.values(), key=lambda each: -sum(one.sessions for one in each))


def day_of(begin: int) -> str:
    """The day, UTC, as `2026-01-10`, of a time in seconds since 1970."""
    return datetime.fromtimestamp(begin, UTC).date().isoformat()


def _failures(domain: Domain, sessions: Sessions) -> Iterator[FailedAlike]:
    days: dict[Kind, list[str]] = {}
    counts: Counter[Kind] = Counter()
    for begin, kinds in sorted(sessions.failed.items()):
        for kind, count in kinds.items():
            counts[kind] += count
            days.setdefault(kind, []).append(day_of(begin))
    for kind, count in counts.items():
        known = result_type(kind[0])
        dane = sessions is domain.dane
        yield FailedAlike(
            result_type=kind[0],
            mx=kind[1],
            sessions=count,
            senders=tuple(sorted(sessions.told_by[kind])),
            first_day=days[kind][0],
            last_day=days[kind][-1],
            dane=dane,
            deferred=known.deferred and not dane,
            whose=known.whose,
            means=known.means,
            remedy=known.remedy,
        )
