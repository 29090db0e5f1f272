"""A report that is read piece by piece is read as one that is read at once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mta_sts.protocol import report_stream
from mta_sts.protocol.report import FailedSessions, Report, ReportedPolicy, ReportError
from mta_sts.protocol.report_stream import read
from tests.protocol.test_report import (
    DETAIL,
    FIELDS,
    GIVEN,
    JSON,
    NO_REPORTS,
    POLICY,
    changed,
)


@pytest.fixture(autouse=True)
def all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_stream, "LARGEST_AT_ONCE", 0)


def pieces(data: bytes, size: int = 7) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


def outcome(data: bytes, *, at_once: bool) -> Report | str:
    try:
        return Report.parse(data) if at_once else read(pieces(data))
    except ReportError as error:
        return str(error)


@pytest.mark.parametrize(
    "data",
    [
        json.dumps(GIVEN).encode(),
        b"\xef\xbb\xbf" + json.dumps(GIVEN, indent=2).encode(),
        json.dumps(dict(reversed(GIVEN.items()))).encode(),  # in another order
        changed("policies.0", dict(reversed(POLICY.items()))),
        changed("policies", [POLICY] * 3),
        changed("policies", []),
        changed("policies.0.failure-details", None),
        changed("policies.0.failure-details", ...),
        changed("policies.0.failure-details", [{"failure-reason-code": "X509"}] * 2),
        changed("policies.0.policy.mx-host", [["a", {"policies": [1]}], {"summary": 7}]),
        changed("", {"policies": [{"failure-details": 7}]}),  # an empty name
        changed("x", {"policies": [{"failure-details": 7}], "report-id": [9]}),
        changed("contact-info", {"a": [[[{}]]]}),
        changed(f"{DETAIL}.receiving-mx-hostname", ["MX.example.net.", "b.example"]),
        changed(f"{DETAIL}.result-type", "\x1b" + "x" * 300),
        changed("organization-name", ["first", "second"]),
        changed("organization-name", []),
        # of a name that is given twice, the last counts
        json.dumps(GIVEN).encode().replace(b'"policies"', b'"policies": [{"policy": {}, '
                                           b'"summary": {}}], "policies"'),
        json.dumps(GIVEN).encode().replace(b'"failure-details"', b'"failure-details": [{}], '
                                           b'"failure-details"'),
        changed("policies.0.z", 1).replace(b'"z": 1', b'"failure-details": null'),
        changed("policies.0.z", 1).replace(b'"z": 1', b'"failure-details": [{}]'),
    ],
)  # fmt: skip
def test_a_report_is_read_alike(data: bytes) -> None:
    read_at_once = outcome(data, at_once=True)
    assert isinstance(read_at_once, Report)
    assert outcome(data, at_once=False) == read_at_once


@pytest.mark.parametrize(("data", "why"), NO_REPORTS)
def test_what_is_none_is_none(data: bytes, why: str) -> None:
    found = outcome(data, at_once=False)
    if not why.startswith("not JSON"):
        assert found == (why if data != b"{} rubbish" else "not JSON: malformed")
    elif b"ud800" in data:  # the library puts a question mark for it
        assert isinstance(found, Report)
    else:
        assert found in (why, "not JSON: malformed", "not JSON: input data was truncated")


@given(FIELDS, JSON)
def test_whatever_is_in_a_report(where: str, value: Any) -> None:
    """A large report is read more strictly: it may have no wrong number even where none is read."""
    data = changed(where, value)
    piece_by_piece, at_once = outcome(data, at_once=False), outcome(data, at_once=True)
    assert piece_by_piece in (at_once, "not JSON: malformed")


@given(st.binary())
def test_whatever_bytes(data: bytes) -> None:
    with pytest.raises(ReportError):
        read(pieces(data))


TEXT = b'{"contact-info": "' + b"x" * 2000
SPACE = b'{"contact-info": ' + b" " * 2000
LISTS = b'{"report-id": ' + b"[" * report_stream.MOST_DEPTH


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (TEXT, "a text or space of more than 1000 bytes"),
        (SPACE, "a text or space of more than 1000 bytes"),
        (LISTS, "not JSON: nested too deep"),
        (LISTS.replace(b"report-id", b"x"), "not JSON: nested too deep"),
        (b'{"policies": [' + b"{}," * 2000, "policies[]: object missing required field policy"),
        (b'{"contact-info": ["' + b'a", "' * 6000, "more than 20000 bytes, unpacked"),
    ],
)
def test_hostile_ones(data: bytes, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_stream, "LONGEST_SILENCE", 1000)
    monkeypatch.setattr(report_stream, "LARGEST_REPORT", 20_000)
    with pytest.raises(ReportError) as raised:
        read(pieces(data))
    assert str(raised.value) == why


@pytest.mark.parametrize("value", [["a"] * 1001, [[["a"] * 50] * 50] * 4])
def test_lists_where_a_text_should_be_are_not_kept(value: Any) -> None:
    found = outcome(changed("report-id", value), at_once=False)
    assert found == "more than 1000 values where a text should be"


def test_many_failures_are_added_up_as_they_come() -> None:
    detail = json.dumps(POLICY["failure-details"][0]).encode()
    start, end = changed("policies.0.failure-details", []).split(b'"failure-details": [')

    def chunks() -> Iterator[bytes]:
        yield start + b'"failure-details": ['
        for _ in range(2000):
            yield detail + b","
        yield detail + end

    assert read(chunks()).policies == (
        ReportedPolicy(
            "sts",
            "example.net",
            97,
            (FailedSessions("certificate-expired", "mail.example.net", 6003),),
        ),
    )
