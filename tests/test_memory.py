"""What is remembered of a domain: new = f(recorded, now)."""

from datetime import UTC, datetime, timedelta

from mta_sts.limits import LONGEST_RUN
from mta_sts.memory import Announced, Entry, Memory, Recorded, Superseded
from mta_sts.protocol import Policy

DAY_1 = datetime(2026, 1, 1, tzinfo=UTC)
DAY_2 = DAY_1 + timedelta(days=1)
DAY_3 = DAY_1 + timedelta(days=2)
TESTING = Policy(mode="testing", mx=["mail.solarmora.com"], max_age=604800)
TESTING_MORE = Policy(mode="testing", mx=["mail.solarmora.com", "mx.solarmora.net"], max_age=604800)
ENFORCE = Policy(mode="enforce", mx=["mail.solarmora.com"], max_age=2592000)
ENFORCE_SHORT = Policy(mode="enforce", mx=["mail.solarmora.com"], max_age=86400)
NONE = Policy(mode="none", mx=[], max_age=86400)


def superseded(policy: Policy, replaced: datetime) -> Superseded:
    return Superseded(policy, replaced + timedelta(seconds=policy.max_age + LONGEST_RUN))


def text(policy: Policy) -> str:
    return policy.render().decode("ascii")


def test_the_first_announcement() -> None:
    assert Memory().after(TESTING, DAY_1) == Memory(Announced(TESTING, DAY_1, DAY_1), 0, None)


def test_the_same_policy_changes_nothing() -> None:
    memory = Memory().after(TESTING, DAY_1)
    assert memory.after(TESTING, DAY_2) is memory


def test_a_changed_mx_does_not_restart_the_mode() -> None:
    memory = Memory().after(TESTING, DAY_1).after(TESTING_MORE, DAY_2)
    assert memory.announced == Announced(TESTING_MORE, since=DAY_2, mode_since=DAY_1)


def test_a_changed_mode_starts_anew() -> None:
    memory = Memory().after(TESTING, DAY_1).after(ENFORCE, DAY_2)
    assert memory == Memory(Announced(ENFORCE, DAY_2, DAY_2), 2592000, None)


ENFORCE_MORE = Policy(mode="enforce", mx=TESTING_MORE.mx, max_age=86400)


def test_enforce_policies_are_remembered_while_senders_may_hold_them() -> None:
    memory = Memory().after(ENFORCE, DAY_1).after(ENFORCE_MORE, DAY_2).after(TESTING, DAY_3)
    assert memory.superseded == (superseded(ENFORCE_MORE, DAY_3), superseded(ENFORCE, DAY_2))
    end = superseded(ENFORCE_MORE, DAY_3).until
    assert memory.after(NONE, end - timedelta(seconds=1)).superseded == memory.superseded
    assert memory.after(NONE, end).superseded == (superseded(ENFORCE, DAY_2),)


def test_of_two_with_the_same_mx_the_one_held_longer_is_remembered() -> None:
    memory = Memory().after(ENFORCE, DAY_1).after(ENFORCE_SHORT, DAY_2).after(NONE, DAY_3)
    assert memory.superseded == (superseded(ENFORCE, DAY_2),)


def test_the_longest_max_age_under_enforce_stays() -> None:
    memory = Memory().after(ENFORCE, DAY_1).after(ENFORCE_SHORT, DAY_2)
    assert memory.longest_enforced == 2592000
    assert memory.announced == Announced(ENFORCE_SHORT, since=DAY_2, mode_since=DAY_1)


def test_max_age_counts_under_enforce_only() -> None:
    long_testing = Policy(mode="testing", mx=["mail.solarmora.com"], max_age=31557600)
    assert Memory().after(long_testing, DAY_1).longest_enforced == 0


def test_when_enforce_ended_is_remembered_until_it_begins_again() -> None:
    left = Memory().after(ENFORCE, DAY_1).after(NONE, DAY_2)
    assert left.last_enforced == DAY_2
    assert left.after(TESTING, DAY_3).last_enforced == DAY_2
    assert left.after(ENFORCE_SHORT, DAY_3) == Memory(
        Announced(ENFORCE_SHORT, DAY_3, DAY_3), 2592000, None, (superseded(ENFORCE, DAY_2),)
    )


def test_outputs_keep_all_of_it() -> None:
    first = Memory().after(TESTING, DAY_1)
    second = first.after(ENFORCE, DAY_2)
    third = second.after(NONE, DAY_3)
    protected = Entry(third, second, protected=True)
    for entry in (Entry(first, Memory()), Entry(second, first), Entry(third, second), protected):
        assert Entry.from_outputs(entry.to_outputs("solarmora.com")) == entry


def test_the_outputs() -> None:
    enforced = Memory().after(ENFORCE, DAY_1)
    assert Entry(enforced.after(NONE, DAY_2), enforced).to_outputs("solarmora.com") == {
        "domain": "solarmora.com",
        "longestEnforced": 2592000,
        "lastEnforced": "2026-01-02T00:00:00+00:00",
        "superseded": [{"policy": text(ENFORCE), "until": "2026-02-01T02:00:00+00:00"}],
        "announced": {
            "id": NONE.id,
            "mode": "none",
            "policy": text(NONE),
            "since": "2026-01-02T00:00:00+00:00",
            "modeSince": "2026-01-02T00:00:00+00:00",
        },
        "before": {
            "longestEnforced": 2592000,
            "announced": {
                "id": ENFORCE.id,
                "mode": "enforce",
                "policy": text(ENFORCE),
                "since": "2026-01-01T00:00:00+00:00",
                "modeSince": "2026-01-01T00:00:00+00:00",
            },
        },
    }


BEFORE = Memory().after(TESTING, DAY_1)
ENTRY = Recorded(None, None, None, None).next_entry(TESTING, DAY_1)
CHANGED = Recorded(ENTRY, TESTING.id, text(TESTING)).next_entry(ENFORCE, DAY_2)


def test_nothing_recorded() -> None:
    assert Recorded().memory(DAY_1) == Memory()
    assert Recorded().ids == frozenset()
    assert Entry(BEFORE, Memory()) == ENTRY


def test_a_run_that_announced_is_remembered_as_of_its_own_time() -> None:
    recorded = Recorded(CHANGED, ENFORCE.id, text(ENFORCE))
    assert recorded.memory(DAY_3) == BEFORE.after(ENFORCE, DAY_2)
    assert recorded.next_entry(ENFORCE, DAY_3) == CHANGED


def test_a_policy_written_but_not_announced_is_not_remembered() -> None:
    entry = Recorded(ENTRY, TESTING.id, text(TESTING)).next_entry(TESTING_MORE, DAY_2)
    recorded = Recorded(entry, TESTING.id, text(TESTING_MORE))
    assert recorded.memory(DAY_3) == BEFORE
    assert recorded.ids == {TESTING.id, TESTING_MORE.id}
    assert recorded.next_entry(ENFORCE, DAY_3) == Entry(BEFORE.after(ENFORCE, DAY_3), BEFORE)
    assert recorded.next_entry(TESTING, DAY_3) == Entry(BEFORE, BEFORE)


def test_an_enforce_policy_served_but_not_announced_is_held() -> None:
    """Whoever first came meanwhile holds it, for as long as if it had been announced."""
    recorded = Recorded(CHANGED, TESTING.id, text(ENFORCE))
    held = Memory(BEFORE.announced, 2592000, DAY_3, (superseded(ENFORCE, DAY_3),))
    assert recorded.memory(DAY_3) == held
    assert recorded.next_entry(TESTING, DAY_3) == Entry(held, held)
    assert recorded.next_entry(ENFORCE, DAY_3).after.announced == Announced(ENFORCE, DAY_3, DAY_3)


def test_it_is_held_until_another_is_written() -> None:
    """The run that was to take it back failed before it wrote the file."""
    back = Recorded(CHANGED, TESTING.id, text(ENFORCE)).next_entry(TESTING, DAY_2)
    recorded = Recorded(back, TESTING.id, text(ENFORCE))
    assert recorded.memory(DAY_3).last_enforced == DAY_3
    assert Recorded(back, TESTING.id, text(TESTING)).memory(DAY_3).last_enforced == DAY_2


def test_it_is_held_beside_an_enforce_policy_that_is_announced() -> None:
    entry = Recorded(CHANGED, ENFORCE.id, text(ENFORCE)).next_entry(ENFORCE_MORE, DAY_3)
    memory = Recorded(entry, ENFORCE.id, text(ENFORCE_MORE)).memory(DAY_3)
    assert memory == Memory(
        Announced(ENFORCE, DAY_2, DAY_2), 2592000, None, (superseded(ENFORCE_MORE, DAY_3),)
    )


def test_a_failure_after_a_failure_forgets_nothing() -> None:
    """The second run catches up with the first, which died after its record, and fails itself."""
    second = Recorded(CHANGED, ENFORCE.id, text(ENFORCE)).next_entry(NONE, DAY_3)
    third = Recorded(second, ENFORCE.id, text(NONE))
    assert third.memory(DAY_3).longest_enforced == 2592000
    assert third.memory(DAY_3).announced == Announced(ENFORCE, DAY_2, DAY_2)


def test_a_first_run_that_failed_announced_nothing() -> None:
    assert Recorded(ENTRY, None, text(TESTING)).memory(DAY_2) == Memory()


def test_a_record_that_is_gone_announces_nothing_but_the_past_stays() -> None:
    assert Recorded(CHANGED, None, text(ENFORCE)).memory(DAY_3) == Memory(
        None, 2592000, last_enforced=DAY_3, superseded=(superseded(ENFORCE, DAY_3),)
    )


def test_a_lost_memory_starts_anew_with_what_is_announced() -> None:
    recorded = Recorded(None, ENFORCE.id, text(ENFORCE))
    assert recorded.memory(DAY_3) == Memory().after(ENFORCE, DAY_3)
    assert Recorded(None, ENFORCE.id, text(TESTING)).memory(DAY_3) == Memory()
