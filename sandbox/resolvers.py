"""Resolvers between senders and a zone: what each remembers of its answers, and for how long.

One that lives through a history remembers in two kinds of time: the history's clock, which jumps by
days, and the seconds between, which are scaled so that a TTL of five minutes is over in a moment.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from mta_sts.protocol.resolve import Answer
from mta_sts.protocol.sender_errors import DnsError

SCALE = 1 / 900
"""Seconds that pass for each second of a TTL: 300 are a third of one."""

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True)
class Heard(Generic[A]):
    """An answer, as a resolver gives it.

    Attributes:
        version: of what was deployed when the zone gave it.
        kept: whether it comes from the resolver's memory.
    """

    answer: A
    version: int
    kept: bool
    is_negative: bool
    at: float
    since: datetime

    def holds(self, now: datetime) -> bool:
        """Whether a resolver may still give it."""
        is_young = time.monotonic() < self.at + self.answer.ttl * SCALE
        return is_young and now < self.since + timedelta(seconds=max(self.answer.ttl, 1))


@dataclass(frozen=True)
class Habit:
    """Which answers a resolver remembers: those that name something, and those that do not
    (RFC 2308 5: for as long as the SOA says)."""

    name: str
    positive: bool = False
    negative: bool = False


HABITS = (
    Habit("no cache"),
    Habit("a cache", positive=True),
    Habit("a cache of what is not there, too", positive=True, negative=True),
)


class Resolver:
    """A resolver, which is told what the zone says at every look."""

    def __init__(self, habit: Habit) -> None:
        self.habit = habit
        self._kept: dict[tuple[str, type], Heard[Answer]] = {}

    def hears(
        self, fresh: A | DnsError, version: int, now: datetime, kind: type[A], name: str
    ) -> Heard[A] | DnsError:
        """What it answers, when the zone says `fresh`."""
        kept = self._kept.get((name, kind))
        if kept is not None and kept.holds(now):
            return kept  # type: ignore[return-value]
        self._kept.pop((name, kind), None)
        if isinstance(fresh, DnsError):
            return fresh
        is_negative = not (getattr(fresh, "texts", ()) or getattr(fresh, "addresses", ()))
        heard = Heard(fresh, version, False, is_negative, time.monotonic(), now)
        if self.habit.negative if is_negative else self.habit.positive:
            self._kept[name, kind] = Heard(fresh, version, True, is_negative, heard.at, heard.since)
        return heard

    def forgets(self) -> None:
        """Start with an empty memory."""
        self._kept.clear()
