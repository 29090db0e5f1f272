"""What was, what is to be, what is seen, and when, for the rules of a review to weigh.

Where a case is not about something, it is in order: see `QUIET`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mta_sts.memory import Entry, Memory, Recorded
from mta_sts.protocol import Policy
from mta_sts.protocol.resolve import CaaRecord, MailHost
from mta_sts.review import (
    Caa,
    Finding,
    LiveMx,
    NotAsked,
    Observed,
    review,
)

NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)

SECOND = timedelta(seconds=1)

DAYS = 86400

LONG_AGO = NOW - timedelta(days=400)


def policy(mode: str, *mx: str, max_age: int = 7 * DAYS) -> Policy:
    return Policy(mode=mode, mx=mx or ("mail.solarmora.com",), max_age=max_age)


TESTING = policy("testing")

ENFORCE = policy("enforce")

NONE = Policy(mode="none", mx=[], max_age=DAYS)


def live(*hosts: str, **fields: Any) -> LiveMx:
    return LiveMx(tuple(MailHost(10, host) for host in hosts), **{"ttl": 300, **fields})


def caa(*records: tuple[str, str], critical: bool = False, where: str = "the domain") -> Caa:
    return Caa(where, tuple(CaaRecord(critical, tag, value) for tag, value in records))


QUIET = Observed(
    mx=live("mail.solarmora.com"),
    record_id=NotAsked("nobody asked"),
    rua=("mailto:tls-reports@example.org",),
    caa=None,
    delegated=("ns1.example.net", "ns2.example.net"),
    zone_servers=("NS1.example.net.", "ns2.example.net"),
)


def history(*announced: tuple[Policy, datetime], written: Policy | None = None) -> Recorded:
    """What is recorded after these announcements, the last maybe followed by a failed one."""
    before = after = Memory()
    for each, since in announced:
        before, after = after, after.after(each, since)
    last = announced[-1][0]
    if written:
        before, after = after, after.after(written, NOW - timedelta(hours=3))
    text = (written or last).render().decode("ascii")
    return Recorded(Entry(after, before), last.id, text, "d1.cloudfront.net")


def since(each: Policy, when: datetime = LONG_AGO) -> Recorded:
    return history((each, when))


def findings(
    recorded: Recorded, new: Policy | None, observed: Observed | None = QUIET, **fields: Any
) -> list[Finding]:
    return review(recorded, new, observed, fields.pop("now", NOW), **fields)


def codes(
    recorded: Recorded, new: Policy | None, observed: Observed | None = QUIET, **fields: Any
) -> list[str]:
    return [each.code for each in findings(recorded, new, observed, **fields)]


def said(
    code: str,
    recorded: Recorded,
    new: Policy | None,
    observed: Observed | None = QUIET,
    **fields: Any,
) -> tuple[str, str]:
    """Severity and message of the one finding of this code."""
    (found,) = (each for each in findings(recorded, new, observed, **fields) if each.code == code)
    return found.severity, found.message


def seen(**fields: Any) -> Observed:
    return replace(QUIET, **fields)
