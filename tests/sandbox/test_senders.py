"""What the kinds of senders keep, and what resolvers give them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from mta_sts.protocol import Policy
from mta_sts.protocol.resolve import TxtAnswer
from mta_sts.protocol.sender_errors import DnsError, DnsTimeoutError
from sandbox import resolvers
from sandbox.resolvers import HABITS, Habit, Heard, Resolver
from sandbox.senders import CUSTOMS, Custom, Sender

DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)
OLD = Policy(mode="enforce", mx=["mx1.example.com"], max_age=7 * 86400)
NEW = Policy(mode="testing", mx=["mx2.example.com"], max_age=7 * 86400)
FETCHES, RENEWS, NEVER, UNLUCKY = CUSTOMS

Look = tuple[float, str | None, Policy | None]
"""After how many days; the id announced; the policy served."""


@pytest.mark.parametrize(
    ("custom", "looks", "body", "days"),
    [
        # what is kept in the end, and until when
        (FETCHES, [(0, OLD.id, OLD)], OLD, 7),
        (FETCHES, [(0, OLD.id, OLD), (3, NEW.id, NEW)], NEW, 10),
        (FETCHES, [(0, OLD.id, OLD), (3, OLD.id, NEW)], OLD, 7),  # the id has not changed
        (FETCHES, [(0, OLD.id, OLD), (3, NEW.id, None)], OLD, 7),  # the fetch fails
        (FETCHES, [(0, OLD.id, OLD), (3, None, NEW)], OLD, 7),  # the record is gone
        (FETCHES, [(0, OLD.id, OLD), (7, OLD.id, NEW)], NEW, 14),  # it has expired
        (RENEWS, [(0, OLD.id, OLD), (3, OLD.id, NEW)], OLD, 10),
        (RENEWS, [(0, OLD.id, OLD), (7, OLD.id, NEW)], NEW, 14),
        (NEVER, [(0, OLD.id, OLD), (3, NEW.id, NEW)], OLD, 7),
        (NEVER, [(0, OLD.id, OLD), (7, NEW.id, NEW)], NEW, 14),
        (UNLUCKY, [(0, OLD.id, OLD), (1, OLD.id, NEW), (3, OLD.id, OLD)], NEW, 10),
        (UNLUCKY, [(0, OLD.id, NEW), (1, NEW.id, NEW)], NEW, 8),
    ],
)
def test_what_a_sender_keeps(custom: Custom, looks: list[Look], body: Policy, days: float) -> None:
    sender = Sender(custom)
    for day, announced, served in looks:
        sender.sends(announced, served.render() if served else None, START + day * DAY)
    assert sender.kept is not None
    assert (sender.kept.policy, sender.kept.until) == (body, START + days * DAY)
    assert sender.holds(sender.kept.until) is None


def test_what_is_no_policy_is_not_kept() -> None:
    sender = Sender(FETCHES)
    sender.sends(OLD.id, b"<html>", START)
    assert sender.kept is None


def answer(*texts: str) -> TxtAnswer:
    name = "_mta-sts.example.com"
    return TxtAnswer(name, name, bool(texts), 300, "127.0.0.1:53", texts)


LATE = DnsTimeoutError("_mta-sts.example.com", "TXT", "nothing")


@pytest.mark.parametrize(
    ("habit", "first", "then", "heard"),
    [
        (HABITS[0], answer("one"), answer("two"), answer("two")),
        (HABITS[0], answer("one"), LATE, LATE),
        (HABITS[1], answer("one"), answer("two"), answer("one")),
        (HABITS[1], answer("one"), LATE, answer("one")),
        (HABITS[1], answer(), answer("two"), answer("two")),
        (HABITS[2], answer(), answer("two"), answer()),
        (HABITS[2], LATE, answer("two"), answer("two")),  # what failed is not remembered
    ],
)
def test_what_a_resolver_remembers(
    habit: Habit, first: TxtAnswer | DnsError, then: TxtAnswer | DnsError, heard: object
) -> None:
    assert hears(Resolver(habit), first, then) == heard


@pytest.mark.parametrize("how", ["its TTL", "a jump of the clock"])
def test_a_memory_ends(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    days = 0.0
    if how == "its TTL":
        monkeypatch.setattr(resolvers, "SCALE", 0.0)
    else:
        days = 1.0
    resolver = Resolver(HABITS[2])
    assert hears(resolver, answer("one"), answer("two"), days) == answer("two")


def hears(
    resolver: Resolver, first: TxtAnswer | DnsError, then: TxtAnswer | DnsError, days: float = 0
) -> object:
    resolver.hears(first, 1, START, TxtAnswer, "name")
    time.sleep(0.01)
    heard = resolver.hears(then, 2, START + days * DAY, TxtAnswer, "name")
    return heard.answer if isinstance(heard, Heard) else heard
