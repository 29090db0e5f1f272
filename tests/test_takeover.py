"""A domain that is new to the stack, and has a policy that others announced."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mta_sts.findings import NotAsked, Observed
from mta_sts.memory import Announced, Entry, Live, Memory, Recorded
from mta_sts.protocol import Policy
from mta_sts.review import Finding, review
from mta_sts.takeover import said, was_brought_in, with_live
from tests.rules.cases import DAYS, ENFORCE, NOW, QUIET, TESTING, caa, live, policy

ID = "20240501T120000"
BY_HAND = b"version: STSv1\r\nmode: enforce\r\nmx: MAIL.solarmora.com\r\nmax_age: 604800\r\n"
FOUND = replace(QUIET, record_id=ID, served=BY_HAND)
TAKEN = Recorded(live=Live(ID, ENFORCE))


def test_a_live_policy_is_what_the_review_compares_with() -> None:
    assert with_live(Recorded(), FOUND) == TAKEN
    assert TAKEN.memory(NOW).announced == Announced(ENFORCE, NOW, NOW)


@pytest.mark.parametrize(
    ("recorded", "observed"),
    [
        (Recorded(), replace(FOUND, record_id=None)),  # nobody looks at a policy without a record
        (Recorded(), replace(FOUND, record_id=NotAsked("it is late"))),
        (Recorded(), replace(FOUND, served=NotAsked("status 404"))),
        (Recorded(), replace(FOUND, served=b"<html>")),
        (Recorded(announced_id="1"), FOUND),  # the stack has a record of its own
    ],
)
def test_nothing_to_take_over(recorded: Recorded, observed: Observed) -> None:
    assert with_live(recorded, observed) == recorded


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (ENFORCE, f"taken over: id {ID} -> {ENFORCE.id[:4]}…"),
        (TESTING, f"taken over: enforce -> testing, id {ID} -> {TESTING.id[:4]}…"),
    ],
)
def test_what_changes_is_said(after: Policy, words: str) -> None:
    assert said(TAKEN, after, NOW) == words


def found(after: Policy, observed: Observed = FOUND) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in review(TAKEN, after, observed, NOW)]


def test_an_enforcing_domain_goes_on_enforcing() -> None:
    """Without an accept: it has been announced as that before."""
    assert found(ENFORCE) == []
    assert [each.code for each in review(Recorded(), ENFORCE, FOUND, NOW)] == ["mode-skips-testing"]


def test_what_it_would_lose_is_found() -> None:
    more = replace(FOUND, mx=live("mail.solarmora.com", "new.solarmora.com"))
    assert found(ENFORCE, more) == [("error", "mx-uncovered")]
    assert found(policy("enforce", "mx9.solarmora.com")) == [
        ("error", "mx-leaves-too-early"),
        ("warning", "mx-unused"),
    ]


def test_its_certificate_is_yet_to_be_issued() -> None:
    others = replace(FOUND, caa=caa(("issue", "letsencrypt.org")))
    assert found(ENFORCE, others) == [("error", "caa-blocks")]


def test_a_testing_domain_does_not_skip_the_rest_of_its_testing() -> None:
    """Nobody knows since when it is in testing."""
    (only,) = review(Recorded(live=Live(ID, TESTING)), ENFORCE, FOUND, NOW)
    assert only == Finding(
        "testing-too-short",
        "error",
        "enforce before 14 days of testing: 14 days left, until 2026-02-15 10:00 UTC. Keep mode: "
        "testing until then. Or set accept: {testing-too-short: <reason>}",
    )


def test_what_senders_hold_is_remembered() -> None:
    entry = TAKEN.next_entry(TESTING, NOW)
    assert entry.before == Memory(Announced(ENFORCE, NOW, NOW), longest_enforced=7 * DAYS)
    assert entry.after.longest_enforced == 7 * DAYS
    assert [each.policy for each in entry.after.superseded] == [ENFORCE]
    later = NOW + timedelta(minutes=5)
    # a run that stopped before the record: the old one was taken away by hand
    stopped = Recorded(TAKEN.next_entry(ENFORCE, NOW), written=ENFORCE.render().decode())
    assert review(stopped, ENFORCE, QUIET, later) == []


class TestBroughtIn:
    """The record was brought in after a run that had written the file, and stopped before it."""

    MEMORY = TAKEN.memory(NOW)
    ENTRY = Entry(after=MEMORY.after(ENFORCE, NOW), before=MEMORY)
    BROUGHT_IN = Recorded(
        ENTRY, announced_id=ID, written=ENFORCE.render().decode(), target="a.example"
    )

    def test_it_is_said(self) -> None:
        assert said(self.BROUGHT_IN, ENFORCE, NOW) == f"taken over: id {ID} -> {ENFORCE.id[:4]}…"

    def test_what_was_written_is_not_taken_back(self) -> None:
        assert found_of(self.BROUGHT_IN, ENFORCE) == []

    def test_another_is(self) -> None:
        other = policy("enforce", max_age=8 * DAYS)
        recorded = replace(self.BROUGHT_IN, written=other.render().decode())
        assert found_of(recorded, ENFORCE) == [("error", "served-unannounced")]

    @pytest.mark.parametrize("announced", [None, ENFORCE.id])
    def test_the_record_of_this_stack_is_not(self, announced: str | None) -> None:
        assert not was_brought_in(replace(self.BROUGHT_IN, announced_id=announced))


def found_of(recorded: Recorded, after: Policy) -> list[tuple[str, str]]:
    return [(each.severity, each.code) for each in review(recorded, after, FOUND, NOW)]
