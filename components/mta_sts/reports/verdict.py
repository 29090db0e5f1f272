"""Whether a domain may go from testing to enforce, as its reports tell (P4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from mta_sts.reports.failures import FailedAlike
from mta_sts.words import many, some

ENOUGH_DAYS = 14
"""Days of testing. Reviews ask for as many, where a stack says nothing else (P4)."""

May = Literal["yes", "not yet", "not known"]


@dataclass(frozen=True)
class Verdict:
    """Whether a domain may enforce, and why, and what to do."""

    may_enforce: May
    why: str


def verdict(
    domain: str,
    failures: Iterable[FailedAlike],
    *,
    has_policy: bool,
    successful: int,
    first_day: str,
    last_day: str,
) -> Verdict:
    """The verdict on a domain.

    Args:
        has_policy: a sender told of sessions under a policy of MTA-STS.
        successful: sessions, without those under DANE.
        first_day, last_day: of the reports, as `2026-01-10`.
    """
    deferred = [each for each in failures if each.deferred]
    if deferred:
        return Verdict("not yet", _against(deferred))
    if not has_policy:
        return Verdict(
            "not known",
            "no report tells of a session under a policy of MTA-STS: senders find none. Look with "
            f"mta-sts check {domain}",
        )
    if not successful:
        return Verdict("not known", "no report tells of a session that succeeded")
    days = 1 + (date.fromisoformat(last_day) - date.fromisoformat(first_day)).days
    if days < ENOUGH_DAYS:
        return Verdict(
            "not yet",
            f"nothing stands against it, but the reports tell of {many(days, 'day')} only. Stay in "
            f"testing until they tell of {ENOUGH_DAYS}",
        )
    return Verdict(
        "yes",
        f"in {many(successful, 'session')} of {days} days nothing failed that enforce would turn "
        "into deferred mail",
    )


def _against(deferred: Sequence[FailedAlike]) -> str:
    kinds = [
        f"{each.sessions:,} {each.result_type} at {each.mx or 'an MX not named'}"
        for each in deferred
    ]
    last = max(each.last_day for each in deferred)
    after = date.fromisoformat(last) + timedelta(days=1)
    count = sum(each.sessions for each in deferred)
    found = f"enforce would defer the mail of {many(count, 'session')}: {some(kinds)}"
    return (
        f"{found}. Mend these, the last of them seen on {last}; when reports of later days have "
        f"come in, look again with --since {after}"
    )
