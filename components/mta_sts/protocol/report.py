"""The report of a sending mail server on the TLS of its sessions (RFC 8460 4).

Read as reports are in the wild: with times that name no zone, one MX host where a list should be,
and fields left out.
"""

import gzip
import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

LARGEST_REPORT = 64 * 2**20
"""Bytes, unpacked, that are read of one report."""
MOST_SESSIONS = 2**53
"""The largest number that every JSON reader knows exactly (RFC 8259 6)."""
GZIP = b"\x1f\x8b"
NOT_TOLD = "not-told"
"""In place of the result type of sessions that failed in no way that the report tells."""


class ReportError(ValueError):
    """This is no report of RFC 8460. The caller counts it, says so, and goes on to the next."""


@dataclass(frozen=True)
class FailedSessions:
    """Sessions that failed alike.

    Attributes:
        result_type: of RFC 8460 4.3, or what else the report has.
        mx: the receiving MX host; empty where the report does not name it.
    """

    result_type: str
    mx: str
    sessions: int


@dataclass(frozen=True)
class ReportedPolicy:
    """What a report says of one policy of one domain.

    Attributes:
        type: `sts`, `tlsa`, `no-policy-found`, or what else the report has.
        domain: the mail domain, in lower case and without a trailing dot.
    """

    type: str
    domain: str
    successful: int
    failures: tuple[FailedSessions, ...] = ()


@dataclass(frozen=True)
class Report:
    """One report of one sender.

    Attributes:
        begin, end: of the time that it is about, UTC.
    """

    organization: str
    identifier: str
    begin: datetime
    end: datetime
    policies: tuple[ReportedPolicy, ...]

    @classmethod
    def parse(cls, data: bytes) -> "Report":
        """The report in `data`: JSON, or gzip of it (RFC 8460 5.1).

        Raises:
            ReportError: it is none, or unpacks to more than LARGEST_REPORT bytes.
        """
        given = _json(_unpacked(data))
        dates = _mapping(given, "date-range")
        policies = given.get("policies")
        if not isinstance(policies, list):
            raise ReportError("policies: not a list")
        return cls(
            organization=_text(given, "organization-name"),
            identifier=_text(given, "report-id"),
            begin=_time(dates, "start-datetime"),
            end=_time(dates, "end-datetime"),
            policies=tuple(_policy(each) for each in policies),
        )


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(GZIP):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            unpacked = packed.read(LARGEST_REPORT + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ReportError(f"not whole as gzip: {error}") from None
    if len(unpacked) > LARGEST_REPORT:
        raise ReportError(f"unpacks to more than {LARGEST_REPORT} bytes")
    return unpacked


def _json(data: bytes) -> Mapping[str, Any]:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ReportError("not a JSON object")
    return given


def _policy(given: object) -> ReportedPolicy:
    if not isinstance(given, dict):
        raise ReportError("policies: one is not an object")
    policy, summary = _mapping(given, "policy"), _mapping(given, "summary")
    successful = _sessions(summary, "total-successful-session-count")
    failed = _sessions(summary, "total-failure-session-count")
    details = given.get("failure-details") or []
    if not isinstance(details, list):
        raise ReportError("failure-details: not a list")
    failures = [_failure(each) for each in details]
    untold = failed - sum(each.sessions for each in failures)
    if untold > 0:
        failures.append(FailedSessions(NOT_TOLD, "", untold))
    return ReportedPolicy(
        type=_text(policy, "policy-type"),
        domain=_host(_text(policy, "policy-domain")),
        successful=successful,
        failures=tuple(failures),
    )


def _failure(given: object) -> FailedSessions:
    if not isinstance(given, dict):
        raise ReportError("failure-details: one is not an object")
    return FailedSessions(
        result_type=_text(given, "result-type") or NOT_TOLD,
        mx=_host(_text(given, "receiving-mx-hostname")),
        sessions=_sessions(given, "failed-session-count"),
    )


def _mapping(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = given.get(key)
    if not isinstance(value, dict):
        raise ReportError(f"{key}: not an object")
    return value


def _text(given: Mapping[str, Any], key: str) -> str:
    """The text of a field; the first of a list of them; empty where it is left out."""
    value = given.get(key)
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ReportError(f"{key}: not a text")
    return value


def _sessions(given: Mapping[str, Any], key: str) -> int:
    value = given.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_SESSIONS:
        raise ReportError(f"{key}: not a number of sessions")
    return value


def _time(given: Mapping[str, Any], key: str) -> datetime:
    """A time of RFC 3339; where it names no zone, in UTC."""
    try:
        time = datetime.fromisoformat(_text(given, key))
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ReportError(f"{key}: not a time") from None


def _host(name: str) -> str:
    return name.strip().rstrip(".").lower()
