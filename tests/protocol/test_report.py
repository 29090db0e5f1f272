"""TLS reports as RFC 8460 has them, as they are in the wild, and what is none."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mta_sts.protocol import report
from mta_sts.protocol.report import FailedSessions, Report, ReportedPolicy, ReportError

POLICY = {
    "policy": {
        "policy-type": "sts",
        "policy-string": ["version: STSv1", "mode: testing", "mx: mail.example.net"],
        "policy-domain": "example.net",
        "mx-host": ["mail.example.net"],
    },
    "summary": {"total-successful-session-count": 97, "total-failure-session-count": 3},
    "failure-details": [
        {
            "result-type": "certificate-expired",
            "sending-mta-ip": "192.0.2.1",
            "receiving-mx-hostname": "mail.example.net",
            "failed-session-count": 3,
        }
    ],
}
GIVEN: dict[str, Any] = {
    "organization-name": "Sender Inc.",
    "date-range": {
        "start-datetime": "2026-01-10T00:00:00Z",
        "end-datetime": "2026-01-10T23:59:59Z",
    },
    "contact-info": "postmaster@sender.example",
    "report-id": "2026-01-10T00:00:00Z_example.net",
    "policies": [POLICY],
}
EXPIRED = FailedSessions("certificate-expired", "mail.example.net", 3)


def changed(where: str, value: Any) -> bytes:
    """The report with another value at a path such as `policies.0.summary`; `...` for none."""
    copy = json.loads(json.dumps(GIVEN))
    *path, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    inner = copy
    for step in path:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(copy).encode()


def test_a_report() -> None:
    assert Report.parse(json.dumps(GIVEN).encode()) == Report(
        "Sender Inc.",
        "2026-01-10T00:00:00Z_example.net",
        datetime(2026, 1, 10, tzinfo=UTC),
        datetime(2026, 1, 10, 23, 59, 59, tzinfo=UTC),
        (ReportedPolicy("sts", "example.net", 97, (EXPIRED,)),),
    )


DETAIL = "policies.0.failure-details.0"
SUMMARY = "policies.0.summary"


@pytest.mark.parametrize(
    ("where", "value", "policy"),
    [
        # mx-host a text, not a list
        ("policies.0.policy.mx-host", "mail.example.net", None),
        ("policies.0.policy.policy-string", ..., None),
        (f"{DETAIL}.sending-mta-ip", "", None),
        ("policies.0.policy.policy-domain", "Example.NET.", None),
        # details with a reason code and nothing else
        (
            DETAIL,
            {"failure-reason-code": "X509_V_ERR_CERT_HAS_EXPIRED"},
            (FailedSessions("not-told", "", 0), FailedSessions("not-told", "", 3)),
        ),
        ("policies.0.failure-details", ..., (FailedSessions("not-told", "", 3),)),
        ("policies.0.failure-details", None, (FailedSessions("not-told", "", 3),)),
        # some of the failures without a detail
        (f"{SUMMARY}.total-failure-session-count", 5, (EXPIRED, FailedSessions("not-told", "", 2))),
        # more in the details than in the summary
        (f"{SUMMARY}.total-failure-session-count", 0, (EXPIRED,)),
        (
            f"{DETAIL}.receiving-mx-hostname",
            ["MX.example.net.", "b.example"],
            (FailedSessions("certificate-expired", "mx.example.net", 3),),
        ),
    ],
)
def test_reports_in_the_wild(
    where: str, value: Any, policy: tuple[FailedSessions, ...] | None
) -> None:
    read = Report.parse(changed(where, value))
    assert read.policies == (ReportedPolicy("sts", "example.net", 97, policy or (EXPIRED,)),)


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2026-01-10T00:00:00", datetime(2026, 1, 10, tzinfo=UTC)),
        ("2026-01-10T02:00:00+02:00", datetime(2026, 1, 10, tzinfo=UTC)),
        ("2026-01-10", datetime(2026, 1, 10, tzinfo=UTC)),
    ],
)
def test_times(time: str, read: datetime) -> None:
    assert Report.parse(changed("date-range.start-datetime", time)).begin == read


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON: "),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe", "not JSON: "),
        (b"[" * 100_000, "not JSON: "),
        (gzip.compress(b"{}", mtime=0)[:-4], "not whole as gzip: "),
        (report.GZIP + b"rubbish", "not whole as gzip: "),
        (changed("policies", ...), "policies: not a list"),
        (changed("policies", ["sts"]), "policies: one is not an object"),
        (changed("policies.0.policy", "sts"), "policy: not an object"),
        (changed("policies.0.policy.policy-type", 7), "policy-type: not a text"),
        (changed(SUMMARY, ...), "summary: not an object"),
        (
            changed(f"{SUMMARY}.total-successful-session-count", "97"),
            "total-successful-session-count: not a number of sessions",
        ),
        (
            changed(f"{SUMMARY}.total-successful-session-count", True),
            "total-successful-session-count: not a number of sessions",
        ),
        (
            changed(f"{DETAIL}.failed-session-count", -1),
            "failed-session-count: not a number of sessions",
        ),
        (
            changed(f"{DETAIL}.failed-session-count", 2**53 + 1),
            "failed-session-count: not a number of sessions",
        ),
        (changed("policies.0.failure-details", {"a": 1}), "failure-details: not a list"),
        (changed("policies.0.failure-details", [1]), "failure-details: one is not an object"),
        (changed("date-range", ...), "date-range: not an object"),
        (changed("date-range.end-datetime", ...), "end-datetime: not a time"),
        (changed("date-range.end-datetime", "yesterday"), "end-datetime: not a time"),
        (changed("date-range.end-datetime", "0001-01-01T00:00+23:59"), "end-datetime: not a time"),
    ],
)
def test_what_is_no_report(data: bytes, why: str) -> None:
    with pytest.raises(ReportError) as raised:
        Report.parse(data)
    assert str(raised.value).startswith(why)


def test_gzip_and_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(json.dumps(GIVEN).encode())
    assert Report.parse(packed) == Report.parse(json.dumps(GIVEN).encode())
    monkeypatch.setattr(report, "LARGEST_REPORT", 1000)
    with pytest.raises(ReportError) as raised:
        Report.parse(gzip.compress(b" " * 1001))
    assert str(raised.value) == "unpacks to more than 1000 bytes"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = st.sampled_from(
    ["policies", "date-range", "date-range.start-datetime", "report-id", "policies.0"]
    + [f"policies.0.{part}" for part in ("policy", "summary", "failure-details")]
    + [f"{DETAIL}.{part}" for part in ("result-type", "failed-session-count")]
)


@given(FIELDS, JSON)
def test_no_value_raises_anything_else(where: str, value: Any) -> None:
    with suppress(ReportError):
        Report.parse(changed(where, value))


@given(st.binary())
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    for each in (data, report.GZIP + data, gzip.compress(data)):
        with pytest.raises(ReportError):
            Report.parse(each)
