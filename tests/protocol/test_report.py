"""TLS reports as RFC 8460 has them, as they are in the wild, and what is none."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mta_sts.protocol import report
from mta_sts.protocol.report import MOST_KINDS, FailedSessions, Report, ReportedPolicy, ReportError

POLICY: dict[str, Any] = {
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
    ("where", "value", "failures"),
    [
        # mx-host a text, not a list
        ("policies.0.policy.mx-host", "mail.example.net", (EXPIRED,)),
        ("policies.0.policy.policy-string", ..., (EXPIRED,)),
        (f"{DETAIL}.sending-mta-ip", "", (EXPIRED,)),
        ("policies.0.policy.policy-domain", "Example.NET.", (EXPIRED,)),
        ("policies.0.policy.policy-domain", ["example.net"], (EXPIRED,)),
        # details with a reason code and nothing else: one session, and those of the summary
        (DETAIL, {"failure-reason-code": "X509"}, (FailedSessions("not-told", "", 3),)),
        (f"{DETAIL}.result-type", "", (FailedSessions("not-told", "mail.example.net", 3),)),
        ("policies.0.failure-details", ..., (FailedSessions("not-told", "", 3),)),
        ("policies.0.failure-details", None, (FailedSessions("not-told", "", 3),)),
        # a detail without a number is one session
        (
            f"{DETAIL}.failed-session-count",
            ...,
            (
                FailedSessions("certificate-expired", "mail.example.net", 1),
                FailedSessions("not-told", "", 2),
            ),
        ),
        # some of the failures without a detail
        (f"{SUMMARY}.total-failure-session-count", 5, (EXPIRED, FailedSessions("not-told", "", 2))),
        # more in the details than in the summary
        (f"{SUMMARY}.total-failure-session-count", 0, (EXPIRED,)),
        # the same failure at the same MX, in two details
        (
            "policies.0.failure-details",
            [{**POLICY["failure-details"][0], "failed-session-count": n} for n in (2, 1, 0)],
            (EXPIRED,),
        ),
        (
            f"{DETAIL}.receiving-mx-hostname",
            ["MX.example.net.", "b.example"],
            (FailedSessions("certificate-expired", "mx.example.net", 3),),
        ),
        # what would steer a terminal, or fill it
        (
            f"{DETAIL}.result-type",
            "\x1b[2J\u202eevil\n",
            (FailedSessions("\ufffd[2J\ufffdevil\ufffd", "mail.example.net", 3),),
        ),
        (
            f"{DETAIL}.result-type",
            "x" * 256,
            (FailedSessions("x" * 254 + "…", "mail.example.net", 3),),
        ),
    ],
)
def test_reports_in_the_wild(where: str, value: Any, failures: tuple[FailedSessions, ...]) -> None:
    assert Report.parse(changed(where, value)).policies == (
        ReportedPolicy("sts", "example.net", 97, failures),
    )


def test_a_policy_given_twice_is_one() -> None:
    data = changed("policies", [POLICY, POLICY])
    expected = FailedSessions("certificate-expired", "mail.example.net", 6)
    assert Report.parse(data).policies == (ReportedPolicy("sts", "example.net", 194, (expected,)),)


def test_kinds_of_failures_are_told_apart_up_to_a_number() -> None:
    details = [{"result-type": f"type-{number}"} for number in range(MOST_KINDS + 5)]
    (policy,) = Report.parse(changed("policies.0.failure-details", details)).policies
    assert len(policy.failures) == MOST_KINDS + 1
    assert policy.failures[-1] == FailedSessions("not-told", "", 5)


def test_too_many_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_POLICIES", 2)
    policies = [{"policy": {"policy-domain": f"{n}.example"}, "summary": {}} for n in range(3)]
    with pytest.raises(ReportError) as raised:
        Report.parse(changed("policies", policies))
    assert str(raised.value) == "policies: more than 2"


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2026-01-10T00:00:00", datetime(2026, 1, 10, tzinfo=UTC)),
        ("2026-01-10T02:00:00+02:00", datetime(2026, 1, 10, tzinfo=UTC)),
        ("2026-01-10t00:00:00z", datetime(2026, 1, 10, tzinfo=UTC)),
        ("2026-01-10", datetime(2026, 1, 10, tzinfo=UTC)),
    ],
)
def test_times(time: str, read: datetime) -> None:
    assert Report.parse(changed("date-range.start-datetime", time)).begin == read


NO_REPORTS = [
    (b"", "not JSON: input data was truncated"),
    (b"{", "not JSON: input data was truncated"),
    (b"[]", "the report: expected object, got array"),
    (b"\xff\xfe", "not JSON: invalid character"),
    (changed("report-id", "?").replace(b"?", b"\xff"), "not JSON: not UTF-8"),
    (
        changed("report-id", "?").replace(b"?", b"\\ud800"),
        "not JSON: unexpected end of escaped utf-16 surrogate pair",
    ),
    (b'{"a":' + b"[" * 100_000, "not JSON: nested too deep"),
    (b"{} rubbish", "the report: object missing required field date-range"),
    (changed("policies", ...), "the report: object missing required field policies"),
    (changed("policies", {"a": 1}), "policies: expected array, got object"),
    (changed("policies", ["sts"]), "policies[]: expected object, got str"),
    (changed("policies.0.policy", "sts"), "policies[].policy: expected object, got str"),
    (
        changed("policies.0.policy.policy-type", 7),
        "policies[].policy.policy-type: expected str | array | null, got int",
    ),
    (changed(SUMMARY, ...), "policies[]: object missing required field summary"),
    (
        changed(f"{SUMMARY}.total-successful-session-count", "97"),
        "policies[].summary.total-successful-session-count: expected int, got str",
    ),
    (
        changed(f"{SUMMARY}.total-successful-session-count", True),
        "policies[].summary.total-successful-session-count: expected int, got bool",
    ),
    (
        changed(f"{SUMMARY}.total-successful-session-count", 1.5),
        "policies[].summary.total-successful-session-count: expected int, got float",
    ),
    (
        changed(f"{DETAIL}.failed-session-count", -1),
        "policies[].failure-details[].failed-session-count: expected int >= 0",
    ),
    (
        changed(f"{DETAIL}.failed-session-count", 2**53 + 1),
        "policies[].failure-details[].failed-session-count: expected int <= 9007199254740992",
    ),
    (
        changed("policies.0.failure-details", {"a": 1}),
        "policies[].failure-details: expected array | null, got object",
    ),
    (
        changed("policies.0.failure-details", [1]),
        "policies[].failure-details[]: expected object, got int",
    ),
    (changed("date-range", ...), "the report: object missing required field date-range"),
    (changed("date-range.end-datetime", ...), "date-range.end-datetime: not a time"),
    (changed("date-range.end-datetime", "yesterday"), "date-range.end-datetime: not a time"),
    (
        changed("date-range.end-datetime", "0001-01-01T00:00+23:59"),
        "date-range.end-datetime: not a time",
    ),
    (
        changed("date-range.start-datetime", "1970-01-01T00:00:00Z"),
        "date-range.start-datetime: not in the years 2016 to 2099",
    ),
]


@pytest.mark.parametrize(("data", "why"), NO_REPORTS)
def test_what_is_no_report(data: bytes, why: str) -> None:
    with pytest.raises(ReportError) as raised:
        Report.parse(data)
    assert str(raised.value) == why


HUGE = [
    (b"9" * 5000, "policies[].failure-details[].failed-session-count: integer value out of range"),
    (b"1e999", "policies[].failure-details[].failed-session-count: number out of range"),
    (b"NaN", "not JSON: invalid character"),
    (b"-Infinity", "not JSON: invalid character"),
]


@pytest.mark.parametrize(("number", "why"), HUGE)
def test_numbers_that_are_none(number: bytes, why: str) -> None:
    data = changed(f"{DETAIL}.failed-session-count", "?").replace(b'"?"', number)
    with pytest.raises(ReportError) as raised:
        Report.parse(data)
    assert str(raised.value) == why


def test_of_a_name_given_twice_the_last_counts() -> None:
    data = changed("report-id", "first").replace(b'"first"', b'"first", "report-id": "last"')
    assert Report.parse(data).identifier == "last"


def test_a_byte_order_mark_is_no_matter() -> None:
    data = json.dumps(GIVEN).encode()
    assert Report.parse(b"\xef\xbb\xbf" + data) == Report.parse(data)


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
    with pytest.raises(ReportError):
        Report.parse(data)
