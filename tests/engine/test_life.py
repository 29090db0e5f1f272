"""The whole life of a policy on the real engine, with the clock handed in (P2 to P6)."""

from datetime import timedelta
from functools import partial

import pytest

from mta_sts.protocol.sender import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.life import (
    BOTH,
    DAY,
    DOMAIN,
    ENFORCE,
    HOST,
    LONGER,
    MOVED,
    NEW,
    NONE,
    OLD,
    OWN,
    RUN,
    SKIPS_TESTING,
    START,
    TESTING,
    Life,
    again,
    ids,
    on_the_line,
    policy,
    protected,
    said_in_the_end,
    short,
    until,
)
from tests.engine.programs import configured
from tests.engine.stack import Stack


@pytest.fixture
def life(cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Life:
    return Life(cloud, stack, monkeypatch)


def test_a_year(life: Life) -> None:
    life.goes(0, TESTING, [("info", f"new: testing, 1 mx, max_age 7d, id {short(TESTING)}")])
    assert life.protected() == set()

    life.is_stopped(
        10,
        ENFORCE,
        f"testing -> enforce, {ids(TESTING, ENFORCE)}",
        "testing-too-short: enforce before 14 days of testing: 4 days left, until "
        f"{until(14)}. Keep mode: testing until then. Or set accept: {{testing-too-short: "
        "<reason>}",
    )
    life.goes(14, ENFORCE, [("info", f"testing -> enforce, {ids(TESTING, ENFORCE)}")])
    assert life.protected() == OWN | HOST

    life.goes(
        20,
        BOTH,
        [
            ("info", f"mx + {NEW}, {ids(ENFORCE, BOTH)}"),
            (
                "warning",
                f"mx-unused: these mx match no MX in DNS: {NEW}. Take them out, unless their MX is "
                f"still to come: from {until(27 + RUN)} on no sender refuses it",
            ),
        ],
    )
    life.mail_goes_to(OLD, NEW)
    life.on(26)
    assert on_the_line(life.preview(BOTH)) == [
        (
            "warning",
            "mx-too-new: MX hosts in DNS that an enforce policy announced before does not match: "
            f"{NEW}. Senders that never look at the id refuse them for as long as they hold it "
            f"(1 day 2 h left, until {until(27 + RUN)}). Until then, keep an MX that it matches",
        )
    ]
    life.on(27 + RUN)
    assert on_the_line(life.preview(BOTH)) == []
    life.is_stopped(
        29,
        MOVED,
        f"mx - {OLD}, {ids(BOTH, MOVED)}",
        f"mx-leaves-too-early: MX hosts in DNS that the policy drops: {OLD}. Senders refuse them "
        "and defer the mail. Keep them in mx until they are out of DNS and their TTL (5 min) has "
        "run out. Or set accept: {mx-leaves-too-early: <reason>}",
    )
    life.mail_goes_to(NEW)
    life.goes(
        30,
        MOVED,
        [
            ("info", f"mx - {OLD}, {ids(BOTH, MOVED)}"),
            (
                "warning",
                f"mx-leaves-too-early: the policy drops {OLD}. No such MX is in DNS, but resolvers "
                "may hold one for its TTL (5 min): if it left DNS less than that ago, wait until "
                f"{until(30 + 5 / 1440)} at most",
            ),
        ],
    )
    life.goes(40, LONGER, [("info", f"max_age 7d -> 30d, {ids(MOVED, LONGER)}")])
    assert life.protected() == OWN | HOST
    life.goes(
        50,
        NONE,
        [
            ("info", f"enforce -> none, mx - {NEW}, max_age 30d -> 1d, {ids(LONGER, NONE)}"),
            protected(30, 80),
        ],
    )
    assert life.protected() == OWN | HOST

    life.on(60)
    before = life.all_that_counts()
    for run in (life.preview(None), life.up(None)):
        assert run.failed
        assert (
            f"domains were taken out too early; nothing was changed:\n  {DOMAIN}: "
            "removed-in-force: removed while senders may hold its enforce policy: 20 days 2 h "
            f"left, until {until(80 + RUN)}. Put the domain back until then. Or set accept: "
            "{removed-in-force: <reason>}"
        ) in run.said("error")
        assert on_the_line(run) == []
    assert life.all_that_counts() == before

    life.on(80 + RUN)
    before = life.all_that_counts()
    early = life.up(None)
    assert early.failed
    assert f"  {DOMAIN}: removed-in-force: removed while it is still protected, " in (
        said_in_the_end(early)
    )
    assert life.all_that_counts() == before

    written, remembered = list(life.cloud.log), life.memory()
    assert on_the_line(life.up(NONE)) == []
    assert life.protected() == set()
    assert remembered is not None
    assert remembered.pop("protected") is True
    assert (life.cloud.log, life.memory()) == (written, remembered)
    assert remembered["longestEnforced"] == 30 * DAY
    assert remembered["lastEnforced"] == (START + timedelta(days=50)).isoformat()

    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        removed = life.stack.up(configured(life.configuration(None)))
    assert not removed.failed, removed.printed
    # The certificate and the distribution lose the name before the record goes.
    assert [each for each in watcher.misled if each.found.startswith("the policy")] == []
    assert life.seen() == (None, None)
    assert not [each for each in life.stack.state() if DOMAIN in each["urn"].split("::", 3)[3]]


def test_back_from_each_step(life: Life) -> None:
    """The configuration of the step before, put back. What was announced is not forgotten."""
    goes = partial(life.goes, previewed=False)
    life.mail_goes_to(OLD, NEW)
    testing = {**TESTING, "mx": [OLD, NEW]}
    more = {**testing, "mx": [OLD, NEW, "mx3.solarmora.com"]}
    longer = {**BOTH, "maxAge": 30 * DAY}
    none = {"mode": "none", "maxAge": DAY}
    unused = (
        "warning",
        "mx-unused: these mx match no MX in DNS: mx3.solarmora.com. Take them out, unless their MX "
        "is still to come",
    )
    gone = (
        "warning",
        "mx-leaves-too-early: the policy drops mx3.solarmora.com. No such MX is in DNS, but "
        "resolvers may hold one for its TTL (5 min): if it left DNS less than that ago, wait until "
        f"{until(31 + 5 / 1440)} at most",
    )
    more_enforced = {**more, "mode": "enforce"}
    back_to_enforce = {**longer, "accept": {"mode-skips-testing": "it was in force yesterday"}}
    goes(0, testing, [("info", f"new: testing, 2 mx, max_age 7d, id {short(testing)}")])
    goes(1, more, [("info", f"mx + mx3.solarmora.com, {ids(testing, more)}"), unused])
    goes(2, testing, [("info", f"mx - mx3.solarmora.com, {ids(more, testing)}")])
    goes(14, BOTH, [("info", f"testing -> enforce, {ids(testing, BOTH)}")])
    goes(
        15,
        testing,
        [("info", f"enforce -> testing, {ids(BOTH, testing)}"), again(7), protected(7, 22)],
    )
    assert life.protected() == OWN | HOST
    goes(29, BOTH, [("info", f"testing -> enforce, {ids(testing, BOTH)}")])
    goes(
        30,
        more_enforced,
        [
            ("info", f"mx + mx3.solarmora.com, {ids(BOTH, more_enforced)}"),
            (unused[0], f"{unused[1]}: from {until(37 + RUN)} on no sender refuses it"),
        ],
    )
    back = ("info", f"mx - mx3.solarmora.com, {ids(more_enforced, BOTH)}")
    goes(31, BOTH, [back, gone, again(7)])
    goes(32, longer, [("info", f"max_age 7d -> 30d, {ids(BOTH, longer)}")])
    goes(33, BOTH, [("info", f"max_age 30d -> 7d, {ids(longer, BOTH)}"), again(30)])
    memory = life.memory()
    assert memory is not None
    assert memory["longestEnforced"] == 30 * DAY
    goes(
        34,
        none,
        [
            ("info", f"enforce -> none, mx - {OLD}, - {NEW}, max_age 7d -> 1d, {ids(BOTH, none)}"),
            protected(30, 64),
        ],
    )
    goes(
        35,
        back_to_enforce,
        [
            (
                "info",
                f"none -> enforce, mx + {OLD}, + {NEW}, max_age 1d -> 30d, {ids(none, longer)}",
            ),
            (
                "warning",
                "mode-skips-testing: enforce without testing before it: nobody has reported yet "
                "what enforce would defer. Set mode: testing first, for 14 days. Accepted: it was "
                "in force yesterday",
            ),
        ],
    )
    assert life.protected() == OWN | HOST


def test_destroy(life: Life) -> None:
    """Stopped by the engine while in force; after the time, one `up`, and it works without a
    flag."""
    life.deploys(14, SKIPS_TESTING, alone=True)
    life.on(15)
    before = life.all_that_counts()
    destroyed = life.stack.destroy(lambda: None)
    assert destroyed.failed
    words = " ".join(destroyed.printed.split())
    assert "cannot be deleted because it is protected. To unprotect the resource, either" in words
    assert life.all_that_counts() == before

    life.deploys(15, NONE, alone=True)
    life.on(22)
    assert life.stack.destroy(lambda: None).failed
    written = list(life.cloud.log)
    life.deploys(22 + RUN, NONE, alone=True)
    assert life.cloud.log == written
    gone = life.stack.destroy(lambda: None)
    assert not gone.failed, gone.printed
    assert life.stack.state() == []


def test_a_removal_that_was_accepted(life: Life) -> None:
    life.deploys(14, SKIPS_TESTING)
    assert life.protected() == OWN | HOST
    written = list(life.cloud.log)
    life.deploys(15, {**ENFORCE, "accept": {"removed-in-force": "the domain was sold"}})
    assert life.protected() == set()
    assert life.cloud.log == written
    removed = life.stack.up(configured(life.configuration(None)))
    assert not removed.failed, removed.printed
    assert life.seen() == (None, None)


def test_rollout_automatic(life: Life) -> None:
    automatic = {**ENFORCE, "rollout": "automatic"}

    def waits(day: float, days: str) -> tuple[str, str]:
        return "info", (
            f"rollout: served in testing: {days} left, until {until(day)}. The first `pulumi up` "
            "after that makes it enforce"
        )

    life.on(0)
    new = f"new: testing, 1 mx, max_age 7d, id {short(TESTING)}"
    for run in (life.preview(automatic), life.up(automatic)):
        assert on_the_line(run) == [("info", new), waits(14, "14 days")]
    assert life.seen() == (policy(TESTING).id, policy(TESTING))
    assert life.protected() == set()
    written, memory = list(life.cloud.log), life.memory()
    life.on(13.5)
    unchanged = life.up(automatic)
    assert on_the_line(unchanged) == [waits(14, "12 h")]
    assert unchanged.changes == []
    assert (life.cloud.log, life.memory()) == (written, memory)
    life.goes(14, automatic, [("info", f"testing -> enforce, {ids(TESTING, ENFORCE)}")])
    assert life.protected() == OWN | HOST
    life.on(15)
    written = list(life.cloud.log)
    unchanged = life.up(automatic)
    assert (unchanged.changes, on_the_line(unchanged)) == ([], [])
    assert life.cloud.log == written
    back = ("info", f"enforce -> testing, {ids(ENFORCE, TESTING)}")
    life.goes(16, TESTING, [back, again(7), protected(7, 23)])
    assert life.protected() == OWN | HOST
