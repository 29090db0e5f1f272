"""What the rules about the life of a policy say, on both sides of every edge (P4, P6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mta_sts.memory import Entry, Memory, Recorded
from mta_sts.protocol import Policy
from mta_sts.review import (
    Failure,
    Finding,
    Reports,
    Terms,
    in_force_until,
)
from tests.rules.cases import (
    DAYS,
    ENFORCE,
    LONG_AGO,
    NONE,
    NOW,
    SECOND,
    TESTING,
    codes,
    findings,
    history,
    policy,
    said,
    seen,
    since,
)


class TestModeSkipsTesting:
    @pytest.mark.parametrize("recorded", [Recorded(), since(NONE)])
    def test_enforce_at_once(self, recorded: Recorded) -> None:
        assert findings(recorded, ENFORCE) == [
            Finding(
                "mode-skips-testing",
                "error",
                "enforce without testing before it: nobody has reported yet what enforce would "
                "defer. Set mode: testing first, for 14 days. "
                "Or set accept: {mode-skips-testing: <reason>}",
            )
        ]

    def test_enforce_that_lost_its_record_is_only_made_again(self) -> None:
        lost = replace(since(ENFORCE), entry=replace_before(ENFORCE), announced_id=None)
        assert codes(lost, ENFORCE) == []

    def test_testing_that_lost_its_record_begins_again(self) -> None:
        lost = replace(since(TESTING), entry=replace_before(TESTING), announced_id=None)
        assert codes(lost, ENFORCE) == ["mode-skips-testing"]


def replace_before(each: Policy) -> Entry:
    """The entry of a run that changed nothing in the policy `each`."""
    memory = Memory().after(each, LONG_AGO)
    return Entry(memory, memory)


class TestTestingTooShort:
    def test_to_the_second(self) -> None:
        recorded = since(TESTING, NOW)
        end = NOW + timedelta(days=14)
        assert said("testing-too-short", recorded, ENFORCE, now=end - SECOND)[1] == (
            "enforce before 14 days of testing: 1 s left, until 2026-02-15 10:00 UTC. Keep mode: "
            "testing until then. Or set accept: {testing-too-short: <reason>}"
        )
        assert codes(recorded, ENFORCE, now=end) == []

    def test_in_days_and_hours(self) -> None:
        now = NOW + timedelta(days=7, hours=21)
        severity, message = said("testing-too-short", since(TESTING, NOW), ENFORCE, now=now)
        assert severity == "error"
        assert "6 days 3 h left, until 2026-02-15 10:00 UTC" in message

    def test_another_period(self) -> None:
        terms = Terms(testing_period=DAYS)
        recorded = since(TESTING, NOW - timedelta(days=1))
        assert codes(recorded, ENFORCE, terms=terms) == []
        assert (
            "before 1 day of testing: 1 s left"
            in (said("testing-too-short", recorded, ENFORCE, terms=terms, now=NOW - SECOND)[1])
        )

    def test_a_changed_mx_does_not_restart_it(self) -> None:
        first = policy("testing", "mail.solarmora.com", "other.solarmora.com")
        recorded = history((first, NOW - timedelta(days=14)), (TESTING, NOW - SECOND))
        assert codes(recorded, ENFORCE) == []

    def test_another_mode_in_between_does(self) -> None:
        begun = NOW - timedelta(days=14) + SECOND
        recorded = history((TESTING, LONG_AGO), (NONE, begun - SECOND), (TESTING, begun))
        assert codes(recorded, ENFORCE) == ["testing-too-short"]

    def test_a_shorter_one_stays_in_testing(self) -> None:
        changed = policy("testing", max_age=8 * DAYS)
        assert codes(since(TESTING, NOW), changed) == []


class TestReportsFailing:
    FAILING = Reports(
        988,
        (
            Failure("starttls-not-supported", "mx2.example.net", 3),
            Failure("certificate-expired", "mail.solarmora.com", 12),
            Failure("validation-failure", "mx3.example.net", 0),
            Failure("sts-policy-fetch-error", "", 5),
            Failure("tlsa-invalid", "mail.solarmora.com", 7),
        ),
    )

    def test_what_enforce_would_defer(self) -> None:
        assert findings(since(TESTING), ENFORCE, reports=self.FAILING) == [
            Finding(
                "reports-failing",
                "error",
                "TLS reports show sessions whose mail enforce would defer: 12 certificate-expired "
                "at mail.solarmora.com, 3 starttls-not-supported at mx2.example.net; 988 "
                "succeeded. Mend these hosts first: a report counts for 14 days. Or set accept: "
                "{reports-failing: <reason>}",
            )
        ]

    @pytest.mark.parametrize(
        ("failure", "stops"),
        [
            (Failure("certificate-host-mismatch", "a.example", 1), True),
            (Failure("certificate-not-trusted", "a.example", 1), True),
            (Failure("validation-failure", "a.example", 1), True),
            (Failure("some-new-type", "a.example", 1), True),
            (Failure("some-new-type", "a.example", 0), False),
            (Failure("sts-policy-fetch-error", "", 1), False),
            (Failure("sts-policy-invalid", "", 1), False),
            (Failure("sts-webpki-invalid", "", 1), False),
            (Failure("tlsa-invalid", "a.example", 1), False),
            (Failure("dnssec-invalid", "a.example", 1), False),
            (Failure("dane-required", "a.example", 1), False),
        ],
    )
    def test_result_types(self, failure: Failure, stops: bool) -> None:
        found = codes(since(TESTING), ENFORCE, reports=Reports(1, (failure,)))
        assert found == (["reports-failing"] if stops else [])

    def test_reports_without_failures_or_no_reports(self) -> None:
        assert codes(since(TESTING), ENFORCE, reports=Reports(1)) == []
        assert codes(since(TESTING), ENFORCE, reports=None) == []

    def test_only_on_the_way_to_enforce(self) -> None:
        longer = policy("enforce", max_age=8 * DAYS)
        assert codes(since(ENFORCE), longer, reports=self.FAILING) == []
        assert codes(Recorded(), TESTING, reports=self.FAILING) == []


class TestReportsIncomplete:
    UNREAD = Reports(1, unread=tuple(f"{name}.json: not JSON" for name in "abcde"))

    @pytest.mark.parametrize("new", [TESTING, ENFORCE])
    def test_files_that_are_no_reports(self, new: Policy) -> None:
        recorded = Recorded() if new is TESTING else since(TESTING)
        assert findings(recorded, new, reports=self.UNREAD) == [
            Finding(
                "reports-incomplete",
                "warning",
                "5 files in reportsFrom could not be read as TLS reports: a.json: not JSON; "
                "b.json: not JSON; c.json: not JSON; and 2 more. Look at them, or take them out",
            )
        ]

    def test_no_session_on_the_way_to_enforce(self) -> None:
        assert findings(since(TESTING), ENFORCE, reports=Reports(0)) == [
            Finding(
                "reports-incomplete",
                "warning",
                "no report in reportsFrom tells of a session under the policy that is announced. "
                "Look whether reports arrive there",
            )
        ]

    @pytest.mark.parametrize(
        ("recorded", "new", "reports"),
        [
            (Recorded(), TESTING, Reports(0)),  # it is not on the way to enforce
            (since(ENFORCE), policy("enforce", max_age=8 * DAYS), Reports(0)),
            (since(TESTING), ENFORCE, Reports(1)),
            (since(TESTING), NONE, UNREAD),  # nothing depends on them
            (since(TESTING), TESTING, UNREAD),  # it does not change
        ],
    )
    def test_in_order(self, recorded: Recorded, new: Policy, reports: Reports) -> None:
        assert codes(recorded, new, reports=reports) == []


class TestReportsMissing:
    SEEN = seen(rua=())

    @pytest.mark.parametrize(
        ("recorded", "new"), [(Recorded(), TESTING), (since(TESTING), ENFORCE)]
    )
    def test_no_record(self, recorded: Recorded, new: Policy) -> None:
        assert findings(recorded, new, self.SEEN) == [
            Finding(
                "reports-missing",
                "warning",
                "there is no TLS reporting record at _smtp._tls (RFC 8460 3), so nobody tells "
                "what fails. Set reports to an address",
            )
        ]

    def test_one_that_this_stack_takes_away(self) -> None:
        recorded = replace(since(TESTING), tlsrpt="v=TLSRPTv1; rua=mailto:tls@example.org")
        assert codes(recorded, TESTING) == ["reports-missing"]

    def test_one_that_this_stack_makes(self) -> None:
        assert codes(Recorded(), TESTING, self.SEEN, terms=Terms(reports=True)) == []

    def test_silent_without_a_change_and_in_none(self) -> None:
        assert codes(since(TESTING), TESTING, self.SEEN) == []
        assert codes(since(TESTING), NONE, self.SEEN) == []


class TestReportsAtHome:
    HOME = Terms(reports=True, reports_at_home=True)

    @pytest.mark.parametrize(
        ("recorded", "new"), [(Recorded(), TESTING), (since(TESTING), ENFORCE)]
    )
    def test_all_on_the_domain_itself(self, recorded: Recorded, new: Policy) -> None:
        assert findings(recorded, new, terms=self.HOME) == [
            Finding(
                "reports-at-home",
                "warning",
                "all addresses in reports lie on this domain itself: when its mail fails, so do "
                "the reports. Add one elsewhere",
            )
        ]

    def test_said_when_only_the_record_changes(self) -> None:
        home = replace(self.HOME, tlsrpt="v=TLSRPTv1; rua=mailto:tls@solarmora.com")
        new = since(TESTING)
        other = replace(new, tlsrpt="v=TLSRPTv1; rua=mailto:tls@example.org")
        same = replace(new, tlsrpt=home.tlsrpt)
        said = [codes(recorded, TESTING, terms=home) for recorded in (new, other, same)]
        assert said == [["reports-at-home"], ["reports-at-home"], []]

    def test_silent_without_a_change_and_in_none_and_elsewhere(self) -> None:
        recorded = replace(since(TESTING), tlsrpt="v=TLSRPTv1; rua=mailto:tls@solarmora.com")
        assert codes(recorded, TESTING, terms=self.HOME) == []
        assert codes(since(TESTING), NONE, terms=self.HOME) == []
        assert codes(Recorded(), TESTING, terms=Terms(reports=True)) == []


class TestMaxAge:
    @pytest.mark.parametrize(
        ("max_age", "found"),
        [
            (604799, ["max-age-testing"]),
            (604800, []),
            (1209600, []),
            (1209601, ["max-age-testing"]),
            (30 * DAYS, ["max-age-testing"]),
            (30 * DAYS + 1, ["max-age-testing", "max-age-growing"]),
        ],
    )
    def test_in_testing(self, max_age: int, found: list[str]) -> None:
        assert codes(Recorded(), policy("testing", max_age=max_age)) == found

    @pytest.mark.parametrize(
        ("max_age", "found"), [(604799, ["max-age-short"]), (604800, []), (1209601, [])]
    )
    def test_in_enforce(self, max_age: int, found: list[str]) -> None:
        assert codes(since(TESTING), policy("enforce", max_age=max_age)) == found

    @pytest.mark.parametrize("mode", ["testing", "enforce"])
    def test_silent_without_a_change(self, mode: str) -> None:
        for max_age in (DAYS, 365 * DAYS):
            same = policy(mode, max_age=max_age)
            assert codes(since(same), same) == []

    def test_the_words_in_testing(self) -> None:
        assert said("max-age-testing", Recorded(), policy("testing", max_age=129600)) == (
            "warning",
            "max_age 1d 12h in testing: Google Workspace asks for 7d to 14d (604800 to 1209600)",
        )

    def test_the_words_in_enforce(self) -> None:
        assert said("max-age-short", since(TESTING), policy("enforce", max_age=DAYS)) == (
            "warning",
            "max_age 1d under enforce: senders that come less often have forgotten the policy, and "
            "are open to attack. Set 7d (604800) or more (RFC 8461 3.2)",
        )

    def test_tenfold(self) -> None:
        old = since(policy("enforce", max_age=7 * DAYS))
        assert codes(old, policy("enforce", max_age=70 * DAYS)) == []
        assert findings(old, policy("enforce", max_age=70 * DAYS + 1)) == [
            Finding(
                "max-age-growing",
                "warning",
                "max_age grows more than 10-fold, from 7d: a mistake would last up to 70d 1s. "
                "Raise it in steps",
            )
        ]

    def test_long_in_testing(self) -> None:
        assert said("max-age-growing", Recorded(), policy("testing", max_age=365 * DAYS)) == (
            "warning",
            "a long max_age on a policy in testing: a mistake would last up to 365d. Raise it in "
            "steps",
        )

    def test_none_is_no_measure(self) -> None:
        assert codes(since(NONE), policy("testing", max_age=14 * DAYS)) == []
        assert codes(since(TESTING), Policy(mode="none", mx=[], max_age=365 * DAYS)) == []


class TestRemovedInForce:
    def test_while_enforce_is_announced(self) -> None:
        assert findings(since(ENFORCE), None) == [
            Finding(
                "removed-in-force",
                "error",
                "removed while its enforce policy is announced. Put the domain back with mode: "
                "none and max_age: 86400, and remove it once no sender can hold the old one: if "
                "none is announced now, from 2026-02-08 12:00 UTC on. "
                "Or set accept: {removed-in-force: <reason>}",
            )
        ]

    def test_until_the_longest_max_age_has_run_out(self) -> None:
        longest = policy("enforce", max_age=28 * DAYS)
        recorded = history((longest, LONG_AGO), (ENFORCE, LONG_AGO + SECOND), (NONE, NOW))
        end = NOW + timedelta(days=28, hours=2)
        assert findings(recorded, None, now=end - SECOND) == [
            Finding(
                "removed-in-force",
                "error",
                "removed while senders may hold its enforce policy: 1 s left, until 2026-03-01 "
                "12:00 UTC. Put the domain back until then. "
                "Or set accept: {removed-in-force: <reason>}",
            )
        ]
        assert findings(recorded, None, now=end) == []

    def test_before_protection_is_lifted(self) -> None:
        left = history((ENFORCE, LONG_AGO), (NONE, LONG_AGO + SECOND))
        assert left.entry is not None
        kept = replace(left, entry=replace(left.entry, protected=True))
        assert findings(kept, None) == [
            Finding(
                "removed-in-force",
                "error",
                "removed while it is still protected, though no sender can hold an enforce policy "
                "of it any more. Put the domain back, and `pulumi up`: that lifts the protection. "
                "Then remove it. Or set accept: {removed-in-force: <reason>}",
            )
        ]
        assert findings(left, None) == []

    def test_accepted_ahead_of_the_removal(self) -> None:
        terms = Terms(accept={"removed-in-force": "sold"})
        assert codes(since(ENFORCE), ENFORCE, terms=terms) == []
        assert said("removed-in-force", since(ENFORCE), None, terms=terms)[0] == "warning"
        assert codes(since(TESTING), TESTING, terms=terms) == ["accept-unused"]

    def test_nothing_but_the_removal_is_reviewed(self) -> None:
        terms = Terms(accept={"caa-blocks": "any"})
        assert findings(since(TESTING), None, None, terms=terms) == []


class TestInForceUntil:
    def test_never_enforced(self) -> None:
        assert in_force_until(Memory(), NOW) is None
        assert in_force_until(Memory().after(TESTING, NOW), NOW) is None

    def test_while_announced_it_moves(self) -> None:
        memory = Memory().after(policy("enforce", max_age=10 * DAYS), LONG_AGO)
        memory = memory.after(ENFORCE, LONG_AGO + SECOND)
        assert in_force_until(memory, NOW) == NOW + timedelta(days=10, hours=2)

    @pytest.mark.parametrize("after", [NONE, TESTING])
    def test_then_it_stands(self, after: Policy) -> None:
        memory = Memory().after(ENFORCE, LONG_AGO).after(after, NOW)
        end = NOW + timedelta(days=7, hours=2)
        assert in_force_until(memory, NOW) == end
        assert in_force_until(memory, end - SECOND) == end
        assert in_force_until(memory, end) is None
