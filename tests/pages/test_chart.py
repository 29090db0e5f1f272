"""Bars: of what time, how high, and what is said of each."""

from datetime import date, timedelta

import pytest

from mta_sts.pages.chart import HEIGHT, MOST, chart
from mta_sts.reports.summary import Day

KIND = "validation-failure"


def day(text: str, successful: int = 1, failed: int = 0) -> Day:
    return Day(text, successful, failed, {KIND: failed} if failed else {})


def after(days: int) -> str:
    """That many days after the first of January, a Thursday."""
    return (date(2026, 1, 1) + timedelta(days)).isoformat()


@pytest.mark.parametrize(
    ("days", "unit", "bars", "first"),
    [
        (0, "day", 1, "2026-01-01"),
        (MOST - 1, "day", 92, "2026-01-01"),
        (MOST, "week", 14, "week of 2025-12-29"),
        (7 * (MOST - 1) - 1, "week", 92, "week of 2025-12-29"),
        (7 * (MOST - 1), "month", 21, "2026-01"),
        (1095, "month", 36, "2026-01"),
    ],
)
def test_units(days: int, unit: str, bars: int, first: str) -> None:
    found = chart([day(after(0)), *([day(after(days))] if days else [])])
    assert (found.unit, len(found.bars), found.bars[0].name) == (unit, bars, first)
    assert found.width == pytest.approx(100 / max(bars, 7))
    assert sum(each.successful for each in found.bars) == (2 if days else 1)


def test_what_is_too_long_ago_is_counted() -> None:
    found = chart([day("2016-01-31", 5, 2), day("2026-01-01", 9)])
    assert (found.bars[0].name, found.bars[-1].name, found.earlier) == ("2018-06", "2026-01", 7)
    assert len(found.bars) == MOST


def test_days_nobody_told_of() -> None:
    found = chart([day("2026-01-01"), day("2026-01-02", 0), day("2026-01-04")])
    assert [each.days for each in found.bars] == [1, 1, 0, 1]


def test_weeks_and_months_are_added_up() -> None:
    days = [day(after(0), 5, 1), day(after(1), 6, 2), day(after(200), 7)]
    first, *_, last = chart(days).bars
    assert (first.successful, first.failed, first.failures) == (11, 3, {KIND: 3})
    assert (first.days, last.days, last.name) == (2, 1, "week of 2026-07-20")


@pytest.mark.parametrize(
    ("successful", "failed", "top", "up", "down"),
    [
        (0, 0, 2, 0, 0),
        (1, 0, 2, 80, 0),
        (0, 1, 2, 0, 80),
        (150, 50, 200, 120, 40),
        (999, 1, 1000, 157, 3),  # little, but seen
        (10**6, 1, 2 * 10**6, 80, 3),
        (2**65, 0, 4 * 10**19, 147.6, 0),
    ],
)
def test_heights(successful: int, failed: int, top: int, up: float, down: float) -> None:
    found = chart([day("2026-01-01", successful, failed)])
    (bar,) = found.bars
    assert found.top == top
    assert (round(bar.up, 1), bar.down) == (up, down)
    assert bar.up + bar.down <= HEIGHT


@pytest.mark.parametrize(
    ("days", "ticks"),
    [(1, [0]), (2, [0, 1]), (3, [0, 1, 2]), (5, [0, 1, 2, 3, 4]), (31, [0, 8, 15, 22, 30])],
)
def test_ticks(days: int, ticks: list[int]) -> None:
    found = chart([day(after(number)) for number in range(days)])
    assert [name for _, name in found.ticks] == [after(number) for number in ticks]
    assert [x for x, _ in found.ticks] == [
        pytest.approx((number + 0.5) * 100 / max(days, 7)) for number in ticks
    ]


def test_what_failed_most_is_named() -> None:
    kinds = {f"kind{number}": number for number in range(1, 8)}
    found = chart([Day("2026-01-01", 0, 28, kinds)])
    assert found.bars[0].kinds == "7 kind7, 6 kind6, 5 kind5, 4 kind4, 3 kind3, 3 others"
