"""How a review puts durations, dates, changes and near misses."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from mta_sts.protocol.policy import Policy, PolicyChange

_UNITS = ((86400, "d", "days"), (3600, "h", "h"), (60, "min", "min"), (1, "s", "s"))
SOME = 3
_TYPO = 2  # characters


def age(seconds: int) -> str:
    """A max_age, exactly: `7d`, `1d 12h`."""
    parts = []
    for size, unit, _ in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"


def span(seconds: float) -> str:
    """A time, in its two largest units, rounded up: `6 days 3 h`, `5 min`."""
    whole = -int(-seconds // 1)
    for index, (size, _, name) in enumerate(_UNITS):
        if whole >= size:
            finer = _UNITS[min(index + 1, len(_UNITS) - 1)]
            whole = -(-whole // finer[0]) * finer[0]
            if index and whole == _UNITS[index - 1][0]:
                return span(whole)  # 23 h 59 min 59 s are a day
            count, rest = divmod(whole, size)
            first = "1 day" if (count, name) == (1, "days") else f"{count} {name}"
            return f"{first} {rest // finer[0]} {finer[2]}" if rest else first
    return "0 s"


def moment(time: datetime) -> str:
    """A time in UTC, to the minute that has begun by then: `2026-02-15 10:00 UTC`."""
    begun = time.astimezone(UTC) + timedelta(seconds=-time.timestamp() % 60)
    return f"{begun:%Y-%m-%d %H:%M} UTC"


def left(until: datetime, now: datetime) -> str:
    """`6 days 3 h left, until 2026-02-15 10:00 UTC`"""
    return f"{span((until - now).total_seconds())} left, until {moment(until)}"


def listed(names: Iterable[str]) -> str:
    """The names, one after another."""
    return ", ".join(names)


def some(names: Sequence[str]) -> str:
    """The first of many, and how many more there are."""
    more = f"; and {len(names) - SOME} more" if len(names) > SOME else ""
    return f"{'; '.join(names[:SOME])}{more}"


def many(count: int, what: str) -> str:
    """`1 report`, `12,000 reports`"""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def summary(before: Policy | None, after: Policy | None, live_id: str | None = None) -> str:
    """What changes, on one line; empty where nothing does.

    `testing -> enforce, mx + mx4.example.net, - old.example.net, max_age 7d -> 28d, id 1f2e… -> …`

    Args:
        live_id: what the record names, where `before` is live, but was not announced by this stack.
    """
    if after is None:
        return f"removed: {before.mode}, id {_short(before)}" if before else ""
    if before is None:
        parts = [after.mode, f"{len(after.mx)} mx", f"max_age {age(after.max_age)}"]
        return f"new: {listed([*parts, f'id {_short(after)}'])}"
    change = PolicyChange(before, after)
    parts = [f"{before.mode} -> {after.mode}"] if before.mode != after.mode else []
    patterns = [f"+ {pattern}" for pattern in change.mx_added]
    patterns += [f"- {pattern}" for pattern in change.mx_removed]
    if patterns:
        parts.append(f"mx {listed(patterns)}")
    if before.max_age != after.max_age:
        parts.append(f"max_age {age(before.max_age)} -> {age(after.max_age)}")
    if live_id:
        return f"taken over: {listed([*parts, f'id {live_id} -> {_short(after)}'])}"
    if parts:
        parts.append(f"id {_short(before)} -> {_short(after)}")
    return listed(parts)


def _short(policy: Policy) -> str:
    return f"{policy.id[:4]}…"


def nearest(host: str, patterns: Iterable[str]) -> str | None:
    """The pattern that nearly matches `host`, and how it fails to; None where none is near.

    `*` stands for exactly one label (RFC 8461 4.1).
    """
    misses = [(*miss, pattern) for pattern in patterns if (miss := _miss(host, pattern))]
    if not misses:
        return None
    _, why, pattern = min(misses)
    return f"{pattern} {why}"


def _miss(host: str, pattern: str) -> tuple[int, str] | None:
    """How closely and why the pattern misses the host; None where it is far from it."""
    parent = host.partition(".")[2]
    base = pattern.removeprefix("*.")
    wildcard = base != pattern
    if wildcard and host.endswith(f".{base}"):
        return 0, f"is too short, as * stands for one label: *.{parent} would match"
    if wildcard and base in (host, f"{base.partition('.')[0]}.{parent}"):
        return 0, "is too long, as * stands for one label"
    difference = _distance(parent, base) if wildcard else _distance(host, base)
    if difference <= _TYPO:
        characters = "character" if difference == 1 else "characters"
        return difference, f"differs in {difference} {characters}"
    if not wildcard and base.partition(".")[2] == parent:
        return _TYPO + 1, "has the same parent"
    return None


def _distance(one: str, other: str) -> int:
    """How many characters must be put in, taken out or changed to make one the other."""
    if abs(len(one) - len(other)) > _TYPO:
        return _TYPO + 1  # far enough
    row = list(range(len(other) + 1))
    for count, mine in enumerate(one, start=1):
        previous, row = row, [count]
        for index, theirs in enumerate(other):
            change = previous[index] + (mine != theirs)
            row.append(min(change, previous[index + 1] + 1, row[index] + 1))
    return row[-1]
