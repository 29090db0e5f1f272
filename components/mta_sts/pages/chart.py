"""Sessions by day, as bars; by week or month, where days would be too narrow to see."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mta_sts.reports.summary import Day
from mta_sts.words import listed

HEIGHT = 160
"""Of the chart, in pixels; widths are in percent, as screens are narrow and wide."""
LEAST = 3
"""Pixels of what is not nothing."""
MOST, FEWEST = 92, 7
"""Bars for which there is room: if they are less, some of it stays empty."""
MOST_TICKS = 5
MOST_KINDS = 5
"""Result types that are named in the words of one bar."""


@dataclass(frozen=True)
class Bar:
    """The sessions of a day, a week or a month.

    Attributes:
        name: of that time.
        days: on which reports begin; none: nobody told of it.
        x: in percent, where it begins.
        up, down: heights in pixels, of what succeeded, and of what failed, which stands on it.
    """

    name: str
    days: int
    successful: int
    failed: int
    failures: dict[str, int]
    x: float
    up: float
    down: float

    @property
    def kinds(self) -> str:
        """What failed most, in words."""
        most = Counter(self.failures).most_common(MOST_KINDS)
        told = [f"{count:,} {kind}" for kind, count in most]
        more = sum(self.failures.values()) - sum(count for _, count in most)
        return listed([*told, f"{more:,} others"] if more else told)


@dataclass(frozen=True)
class Chart:
    """Bars, side by side.

    Attributes:
        unit: `day`, `week` or `month`.
        width: of a bar with the space beside it, in percent.
        top: sessions at its upper edge.
        ticks: where below it which time is named, in percent.
        earlier: sessions before the first bar, for which there is no room.
    """

    unit: str
    bars: tuple[Bar, ...]
    width: float
    top: int
    ticks: tuple[tuple[float, str], ...]
    earlier: int

    height = HEIGHT

    @property
    def is_full(self) -> bool:
        """Whether the bars reach from edge to edge."""
        return len(self.bars) >= FEWEST


@dataclass(frozen=True)
class _Unit:
    word: str
    begin: Callable[[date], date]
    name: Callable[[date], str]


_DAY = _Unit("day", lambda day: day, date.isoformat)
_WEEK = _Unit("week", lambda day: day - timedelta(day.weekday()), lambda day: f"week of {day}")
_MONTH = _Unit("month", lambda day: day.replace(day=1), lambda day: f"{day}"[:7])


def chart(days: Sequence[Day]) -> Chart:
    """The chart of these days, of which there is at least one."""
    first, last = date.fromisoformat(days[0].day), date.fromisoformat(days[-1].day)
    span = (last - first).days + 1
    unit = _DAY if span <= MOST else _WEEK if span <= 7 * (MOST - 1) else _MONTH
    begins = _begins(unit, first, last)
    told: dict[date, list[Day]] = {each: [] for each in begins}
    earlier = 0
    for day in days:
        of = told.get(unit.begin(date.fromisoformat(day.day)))
        if of is None:
            earlier += day.successful + day.failed
        else:
            of.append(day)
    top = _top(max(_sessions(each) for each in told.values()))
    width = 100 / max(len(begins), FEWEST)
    return Chart(
        unit=unit.word,
        bars=tuple(
            _bar(unit.name(begin), told[begin], index * width, top)
            for index, begin in enumerate(begins)
        ),
        width=width,
        top=top,
        ticks=tuple(
            ((index + 0.5) * width, unit.name(begins[index])) for index in _ticks(len(begins))
        ),
        earlier=earlier,
    )


def _begins(unit: _Unit, first: date, last: date) -> list[date]:
    """When each bar begins; the last of them, if there are too many."""
    begins = [unit.begin(last)]
    while begins[-1] > unit.begin(first) and len(begins) < MOST:
        begins.append(unit.begin(begins[-1] - timedelta(1)))
    return begins[::-1]


def _sessions(days: Iterable[Day]) -> int:
    return sum(each.successful + each.failed for each in days)


def _top(most: int) -> int:
    """A round and even number that is no less."""
    power: int = 10 ** (len(str(most)) - 1)
    return next(
        top for top in (step * power for step in (1, 2, 4, 6, 8, 10)) if top >= most and not top % 2
    )


def _bar(name: str, days: Sequence[Day], x: float, top: int) -> Bar:
    successful, failed = sum(each.successful for each in days), sum(each.failed for each in days)
    failures: Counter[str] = Counter()
    for each in days:
        failures.update(each.failures)
    down = _pixels(failed, top)
    up = min(_pixels(successful, top), HEIGHT - down)
    return Bar(name, len(days), successful, failed, dict(failures), x, up, down)


def _pixels(sessions: int, top: int) -> float:
    return max(HEIGHT * sessions / top, LEAST) if sessions else 0


def _ticks(bars: int) -> Sequence[int]:
    """Those bars whose time is named: the first, the last, and some between."""
    gaps = min(MOST_TICKS, bars) - 1
    return [round(each * (bars - 1) / gaps) for each in range(gaps + 1)] if gaps else [0]
