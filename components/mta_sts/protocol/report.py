"""The report of a sending mail server on the TLS of its sessions (RFC 8460 4).

Read as reports are in the wild: with times that name no zone, one text where a list should be or a
list where a text should be, and fields left out. Texts come out printable, and never long: a
report is written by anybody who can send mail.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from mta_sts.protocol.report_shape import (
    GivenFailure,
    GivenPolicy,
    GivenReport,
    ReportError,
    Text,
    decode,
)

__all__ = ["FailedSessions", "Report", "ReportError", "ReportedPolicy"]

LARGEST_REPORT = 128 * 2**20
"""Bytes, unpacked, that are read of one report."""
LARGEST_AT_ONCE = 2**20
"""Bytes, unpacked, of a report that is read at once. A larger one is read piece by piece."""
MOST_KINDS = 1000
"""Kinds of failures that are told apart in one policy of a report."""
MOST_POLICIES = 100_000
"""Policies that one report may tell of."""
LONGEST_TEXT = 255
"""Characters that are kept of a text: as many as a host name may have, and a few."""
YEARS = range(2016, 2100)
"""In which a report may lie."""
NOT_TOLD = "not-told"
"""In place of the result type of sessions that failed in no way that the report tells."""

_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


class FailedSessions(msgspec.Struct, frozen=True, gc=False):
    """Sessions that failed alike.

    Attributes:
        result_type: of RFC 8460 4.3, or what else the report has.
        mx: the receiving MX host; empty where the report does not name it.
    """

    result_type: str
    mx: str
    sessions: int


class ReportedPolicy(msgspec.Struct, frozen=True, gc=False):
    """What a report says of one policy of one domain.

    Attributes:
        type: `sts`, `tlsa`, `no-policy-found`, or what else the report has.
        domain: the mail domain, in lower case and without a trailing dot.
    """

    type: str
    domain: str
    successful: int
    failures: tuple[FailedSessions, ...] = ()


class Report(msgspec.Struct, frozen=True, gc=False):
    """One report of one sender.

    Attributes:
        begin, end: of the time that it is about, UTC.
        policies: each domain and type once.
    """

    organization: str
    identifier: str
    begin: datetime
    end: datetime
    policies: tuple[ReportedPolicy, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Report":
        """The report in `data`, which is JSON.

        Raises:
            ReportError: it is none.
        """
        given = decode(data)
        policies = Policies()
        for each in given.policies:
            policies.add(each, Kinds(each.failure_details or ()))
        return report(given, policies)


class Kinds:
    """The failures of one policy, added up by kind: result type and MX."""

    __slots__ = ("_sessions",)

    def __init__(self, given: Iterable[GivenFailure] = ()) -> None:
        self._sessions: dict[tuple[str, str], int] = {}
        for each in given:
            self.add(each)

    def add(self, given: GivenFailure) -> None:
        kind = _text(given.result_type) or NOT_TOLD, _host(_text(given.receiving_mx_hostname))
        self._count(kind, given.failed_session_count)

    def complete(self, failed: int) -> None:
        """Add those that only the summary's number `failed` tells of."""
        self._count((NOT_TOLD, ""), max(0, failed - sum(self._sessions.values())))

    def merge(self, others: "Kinds") -> None:
        for kind, sessions in others._sessions.items():
            self._count(kind, sessions)

    def told(self) -> tuple[FailedSessions, ...]:
        if not self._sessions:
            return ()  # as most policies have it
        return tuple(FailedSessions(*kind, count) for kind, count in self._sessions.items())

    def _count(self, kind: tuple[str, str], sessions: int) -> None:
        if kind not in self._sessions and len(self._sessions) >= MOST_KINDS:
            kind = (NOT_TOLD, "")
        if sessions:
            self._sessions[kind] = self._sessions.get(kind, 0) + sessions


class Policies:
    """The policies of one report, each type and domain once."""

    def __init__(self) -> None:
        self._successful: dict[tuple[str, str], int] = {}
        self._failed: dict[tuple[str, str], Kinds] = {}

    def add(self, given: GivenPolicy, kinds: Kinds) -> None:
        """
        Raises:
            ReportError: these are too many.
        """
        if given.summary.total_failure_session_count:
            kinds.complete(given.summary.total_failure_session_count)
        key = _text(given.policy.policy_type), _host(_text(given.policy.policy_domain))
        successful = given.summary.total_successful_session_count
        if key in self._failed:
            self._successful[key] += successful
            self._failed[key].merge(kinds)
        elif len(self._failed) >= MOST_POLICIES:
            raise ReportError(f"policies: more than {MOST_POLICIES}")
        else:
            self._successful[key], self._failed[key] = successful, kinds

    def told(self) -> tuple[ReportedPolicy, ...]:
        return tuple(
            [
                ReportedPolicy(*key, self._successful[key], kinds.told())
                for key, kinds in self._failed.items()
            ]
        )


def report(given: GivenReport, policies: Policies) -> Report:
    """The report of what was given.

    Raises:
        ReportError: its times are none.
    """
    return Report(
        _text(given.organization_name),
        _text(given.report_id),
        _time(_text(given.date_range.start_datetime), "start-datetime"),
        _time(_text(given.date_range.end_datetime), "end-datetime"),
        policies.told(),
    )


def printable(text: str) -> str:
    """The text without what could steer a terminal or turn its line around, and not too long."""
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT - 1]}…"
    return "".join(each if each.isprintable() else _UNPRINTABLE for each in text)


def _text(value: Text) -> str:
    """The text; the first of a list of them; empty where there is none."""
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    return value if len(value) <= LONGEST_TEXT and value.isprintable() else printable(value)


@lru_cache(maxsize=1024)  # many reports are about the same few days
def _time(text: str, where: str) -> datetime:
    """A time of RFC 3339; where it names no zone, in UTC."""
    try:
        time = datetime.fromisoformat(text.upper())
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ReportError(f"date-range.{where}: not a time") from None
    if time.year not in YEARS:
        raise ReportError(f"date-range.{where}: not in the years {YEARS[0]} to {YEARS[-1]}")
    return time


def _host(name: str) -> str:
    return name.strip().rstrip(".").lower()
