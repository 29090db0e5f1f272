"""What is remembered of a domain: new = f(recorded, now)."""

from datetime import UTC, datetime, timedelta

from mta_sts.memory import Announced, Memory, Recorded
from mta_sts.protocol import Policy

DAY_1 = datetime(2026, 1, 1, tzinfo=UTC)
DAY_2 = DAY_1 + timedelta(days=1)
DAY_3 = DAY_1 + timedelta(days=2)
TESTING = Policy(mode="testing", mx=["mail.solarmora.com"], max_age=604800)
TESTING_MORE = Policy(mode="testing", mx=["mail.solarmora.com", "mx.solarmora.net"], max_age=604800)
ENFORCE = Policy(mode="enforce", mx=["mail.solarmora.com"], max_age=2592000)
ENFORCE_SHORT = Policy(mode="enforce", mx=["mail.solarmora.com"], max_age=86400)
NONE = Policy(mode="none", mx=[], max_age=86400)


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
        Announced(ENFORCE_SHORT, DAY_3, DAY_3), 2592000, None
    )


def test_outputs_keep_all_of_it() -> None:
    for memory in (
        Memory(),
        Memory().after(TESTING, DAY_1),
        Memory().after(ENFORCE, DAY_1).after(NONE, DAY_2),
    ):
        assert Memory.from_outputs(memory.to_outputs("solarmora.com")) == memory


def test_the_outputs() -> None:
    assert Memory().after(ENFORCE, DAY_1).after(NONE, DAY_2).to_outputs("solarmora.com") == {
        "domain": "solarmora.com",
        "longestEnforced": 2592000,
        "lastEnforced": "2026-01-02T00:00:00+00:00",
        "announced": {
            "id": NONE.id,
            "mode": "none",
            "policy": "version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n",
            "since": "2026-01-02T00:00:00+00:00",
            "modeSince": "2026-01-02T00:00:00+00:00",
        },
    }


def test_nothing_recorded() -> None:
    assert Recorded().up_to_date(DAY_1) == Memory()
    assert Recorded().ids == frozenset()


def test_a_run_that_died_after_the_record_is_caught_up_with() -> None:
    before = Memory().after(TESTING, DAY_1)
    recorded = Recorded(before, ENFORCE.id, text(ENFORCE), "d1.cloudfront.net")
    assert recorded.up_to_date(DAY_2) == before.after(ENFORCE, DAY_2)


def test_a_policy_written_but_not_announced_is_not_remembered() -> None:
    before = Memory().after(TESTING, DAY_1)
    recorded = Recorded(before, TESTING.id, text(ENFORCE), "d1.cloudfront.net")
    assert recorded.up_to_date(DAY_2) is before
    assert recorded.ids == {TESTING.id, ENFORCE.id}


def test_a_record_that_is_gone_announces_nothing_but_the_past_stays() -> None:
    before = Memory().after(ENFORCE, DAY_1)
    recorded = Recorded(before, None, text(ENFORCE), "d1.cloudfront.net")
    assert recorded.up_to_date(DAY_2) == Memory(None, 2592000, last_enforced=DAY_2)
