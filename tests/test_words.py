"""Durations, dates, changes and near misses, as a review puts them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mta_sts.protocol import Policy
from mta_sts.words import age, left, moment, nearest, span, summary

TESTING = Policy(mode="testing", mx=["a.example.net", "old.example.net"], max_age=604800)
ENFORCE = Policy(mode="enforce", mx=["a.example.net", "mx4.example.net"], max_age=2419200)
MORE = Policy(mode="testing", mx=[*TESTING.mx, "b.example.net", "c.example.net"], max_age=604800)
NONE = Policy(mode="none", mx=[], max_age=86400)


def short(policy: Policy) -> str:
    return f"{policy.id[:4]}…"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            TESTING,
            ENFORCE,
            "testing -> enforce, mx + mx4.example.net, - old.example.net, max_age 7d -> 28d, "
            f"id {short(TESTING)} -> {short(ENFORCE)}",
        ),
        (
            TESTING,
            MORE,
            f"mx + b.example.net, + c.example.net, id {short(TESTING)} -> {short(MORE)}",
        ),
        (None, TESTING, f"new: testing, 2 mx, max_age 7d, id {short(TESTING)}"),
        (None, NONE, f"new: none, 0 mx, max_age 1d, id {short(NONE)}"),
        (TESTING, None, f"removed: testing, id {short(TESTING)}"),
        (TESTING, TESTING, ""),
        (None, None, ""),
    ],
)
def test_summary(before: Policy | None, after: Policy | None, words: str) -> None:
    assert summary(before, after) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0s"),
        (604800, "7d"),
        (604801, "7d 1s"),
        (129600, "1d 12h"),
        (5400, "1h 30min"),
        (31557600, "365d 6h"),
    ],
)
def test_age(seconds: int, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.2, "1 s"),
        (59, "59 s"),
        (300, "5 min"),
        (301, "5 min 1 s"),
        (3600, "1 h"),
        (86399, "1 day"),
        (86400, "1 day"),
        (86401, "1 day 1 h"),
        (6 * 86400 + 3 * 3600, "6 days 3 h"),
        (6 * 86400 + 3 * 3600 + 1, "6 days 4 h"),
        (14 * 86400, "14 days"),
    ],
)
def test_span(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_moment() -> None:
    ten = datetime(2026, 2, 15, 10, tzinfo=UTC)
    assert moment(ten) == "2026-02-15 10:00 UTC"
    assert moment(ten + timedelta(seconds=1)) == "2026-02-15 10:01 UTC"
    assert moment(ten.astimezone(timezone(timedelta(hours=5, minutes=30)))) == moment(ten)
    assert left(ten, ten - timedelta(minutes=90)) == "1 h 30 min left, until 2026-02-15 10:00 UTC"


@pytest.mark.parametrize(
    ("host", "pattern", "words"),
    [
        (
            "x-com.h-v1.mx.microsoft",
            "*.mx.microsoft",
            "is too short, as * stands for one label: *.h-v1.mx.microsoft would match",
        ),
        (
            "a.b.c.example.net",
            "*.example.net",
            "is too short, as * stands for one label: *.b.c.example.net would match",
        ),
        ("example.net", "*.example.net", "is too long, as * stands for one label"),
        ("a.example.net", "*.mx.example.net", "is too long, as * stands for one label"),
        ("a.example.net", "*.deep.mx.example.net", None),
        ("a.example.net", "*.exampel.net", "differs in 2 characters"),
        ("mx.example.net", "mx1.example.net", "differs in 1 character"),
        ("backup.example.net", "mail.example.net", "has the same parent"),
        ("backup.example.net", "mail.example.org", None),
        ("backup.example.net", "*.example.com", None),
        ("backup.example.net", "example.net", None),
    ],
)
def test_nearest(host: str, pattern: str, words: str | None) -> None:
    assert nearest(host, [pattern]) == (words and f"{pattern} {words}")


def test_the_nearest_of_several() -> None:
    far, typo, parent = "mx.example.org", "mx1.example.net", "mail.example.net"
    assert nearest("mx2.example.net", [far, parent, typo]) == f"{typo} differs in 1 character"
    assert nearest("mx2.example.net", [far]) is None
    assert nearest("mx2.example.net", []) is None
