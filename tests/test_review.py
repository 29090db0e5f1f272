"""What a review says, on both sides of every edge: what was, what is to be, what is seen, and when.

Where a case is not about something, it is in order: see `QUIET`.
"""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mta_sts.hosts.recorded import NAMED_BY
from mta_sts.memory import Entry, Memory, Recorded
from mta_sts.protocol import Policy
from mta_sts.protocol.resolve import CaaRecord, MailHost
from mta_sts.review import (
    CODES,
    Caa,
    Failure,
    Finding,
    LiveMx,
    NotAsked,
    Observed,
    Reports,
    Terms,
    in_force_until,
    review,
)

NOW = datetime(2026, 2, 1, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAYS = 86400
LONG_AGO = NOW - timedelta(days=400)


def policy(mode: str, *mx: str, max_age: int = 7 * DAYS) -> Policy:
    return Policy(mode=mode, mx=mx or ("mail.solarmora.com",), max_age=max_age)


TESTING = policy("testing")
ENFORCE = policy("enforce")
NONE = Policy(mode="none", mx=[], max_age=DAYS)


def live(*hosts: str, **fields: Any) -> LiveMx:
    return LiveMx(tuple(MailHost(10, host) for host in hosts), **{"ttl": 300, **fields})


def caa(*records: tuple[str, str], critical: bool = False, where: str = "the domain") -> Caa:
    return Caa(where, tuple(CaaRecord(critical, tag, value) for tag, value in records))


QUIET = Observed(
    mx=live("mail.solarmora.com"),
    record_id=NotAsked("nobody asked"),
    rua=("mailto:tls-reports@example.org",),
    caa=None,
    delegated=("ns1.example.net", "ns2.example.net"),
    zone_servers=("NS1.example.net.", "ns2.example.net"),
)


def history(*announced: tuple[Policy, datetime], written: Policy | None = None) -> Recorded:
    """What is recorded after these announcements, the last maybe followed by a failed one."""
    before = after = Memory()
    for each, since in announced:
        before, after = after, after.after(each, since)
    last = announced[-1][0]
    if written:
        before, after = after, after.after(written, NOW - timedelta(hours=3))
    text = (written or last).render().decode("ascii")
    return Recorded(Entry(after, before), last.id, text, "d1.cloudfront.net")


def since(each: Policy, when: datetime = LONG_AGO) -> Recorded:
    return history((each, when))


def findings(
    recorded: Recorded, new: Policy | None, observed: Observed | None = QUIET, **fields: Any
) -> list[Finding]:
    return review(recorded, new, observed, fields.pop("now", NOW), **fields)


def codes(
    recorded: Recorded, new: Policy | None, observed: Observed | None = QUIET, **fields: Any
) -> list[str]:
    return [each.code for each in findings(recorded, new, observed, **fields)]


def said(
    code: str,
    recorded: Recorded,
    new: Policy | None,
    observed: Observed | None = QUIET,
    **fields: Any,
) -> tuple[str, str]:
    """Severity and message of the one finding of this code."""
    (found,) = (each for each in findings(recorded, new, observed, **fields) if each.code == code)
    return found.severity, found.message


def seen(**fields: Any) -> Observed:
    return replace(QUIET, **fields)


@pytest.mark.parametrize(
    ("recorded", "new"),
    [
        (Recorded(), TESTING),
        (Recorded(), NONE),
        (since(TESTING), TESTING),
        (since(TESTING), ENFORCE),
        (since(ENFORCE), ENFORCE),
        (since(ENFORCE), TESTING),
        (since(ENFORCE), NONE),
        (since(TESTING), None),
        (since(NONE), TESTING),
        (Recorded(), None),
    ],
)
def test_nothing_is_said_of_what_is_in_order(recorded: Recorded, new: Policy | None) -> None:
    assert codes(recorded, new) == []


def test_a_finding_in_words() -> None:
    assert str(Finding("mx-unused", "warning", "words")) == "mx-unused: words"


class TestMxUncovered:
    SEEN = seen(mx=live("mail.solarmora.com", "mx4.example.net"))

    def test_in_testing(self) -> None:
        assert said("mx-uncovered", Recorded(), TESTING, self.SEEN) == (
            "warning",
            "MX hosts in DNS that no mx matches: mx4.example.net. Senders report them, and under "
            "enforce refuse them. Add them to mx",
        )

    def test_in_enforce(self) -> None:
        assert said("mx-uncovered", since(TESTING), ENFORCE, self.SEEN) == (
            "error",
            "MX hosts in DNS that no mx matches: mx4.example.net. Senders refuse them and defer "
            "the mail. Add them to mx. Or set accept: {mx-uncovered: <reason>}",
        )

    def test_it_is_the_only_thing_said(self) -> None:
        assert codes(since(TESTING), ENFORCE, self.SEEN) == ["mx-uncovered"]

    def test_every_host_is_named_with_what_nearly_matches(self) -> None:
        both = policy("testing", "mail.solarmora.com", "*.solarmora.net", "mx1.example.org")
        mx = live("mail.solarmora.com", "a.b.solarmora.net", "mx2.example.com", "mx7.example.org")
        assert said("mx-uncovered", Recorded(), both, seen(mx=mx))[1].startswith(
            "MX hosts in DNS that no mx matches: a.b.solarmora.net (*.solarmora.net is too short, "
            "as * stands for one label: *.b.solarmora.net would match), mx2.example.com, "
            "mx7.example.org (mx1.example.org differs in 1 character). "
        )

    def test_a_domain_that_is_its_own_mx(self) -> None:
        implicit = seen(mx=live("solarmora.com", implicit=True))
        assert said("mx-uncovered", since(TESTING), ENFORCE, implicit) == (
            "error",
            "without an MX record the domain is its own MX (RFC 5321 5.1), and no mx matches it. "
            "Senders refuse it and defer the mail. Add it to mx. "
            "Or set accept: {mx-uncovered: <reason>}",
        )
        own = policy("enforce", "solarmora.com")
        assert codes(since(policy("testing", "solarmora.com")), own, implicit) == []

    def test_a_policy_that_does_not_change_is_named_but_stops_nothing(self) -> None:
        severity, message = said("mx-uncovered", since(ENFORCE), ENFORCE, self.SEEN)
        assert severity == "warning"
        assert message.endswith("Senders refuse them and defer the mail. Add them to mx")

    def test_nothing_is_left_out_of_none(self) -> None:
        assert codes(since(ENFORCE), NONE, seen(mx=live("mail.solarmora.com", "a.b.c"))) == [
            "mx-too-new"
        ]
        assert codes(since(TESTING), NONE, self.SEEN) == []


class TestMxLeavesTooEarly:
    BOTH = policy("enforce", "mail.solarmora.com", "old.example.net")

    def test_in_dns(self) -> None:
        mx = live("mail.solarmora.com", "old.example.net", ttl=5400)
        assert findings(since(self.BOTH), ENFORCE, seen(mx=mx)) == [
            Finding(
                "mx-leaves-too-early",
                "error",
                "MX hosts in DNS that the policy drops: old.example.net. Senders refuse them and "
                "defer the mail. Keep them in mx until they are out of DNS and their TTL "
                "(1 h 30 min) has run out. Or set accept: {mx-leaves-too-early: <reason>}",
            )
        ]

    def test_out_of_dns_its_ttl_may_not_have_run_out(self) -> None:
        assert findings(since(self.BOTH), ENFORCE) == [
            Finding(
                "mx-leaves-too-early",
                "warning",
                "the policy drops old.example.net. No such MX is in DNS, but resolvers may hold "
                "one for its TTL (5 min): if it left DNS less than that ago, wait until "
                "2026-02-01 10:05 UTC at most",
            )
        ]

    def test_while_going_to_enforce(self) -> None:
        mx = live("mail.solarmora.com", "old.example.net")
        testing = policy("testing", *self.BOTH.mx)
        assert codes(since(testing), ENFORCE, seen(mx=mx)) == ["mx-leaves-too-early"]
        assert codes(since(testing), TESTING, seen(mx=mx)) == ["mx-uncovered"]

    def test_a_pattern_in_other_words_leaves_nothing(self) -> None:
        wild = policy("enforce", "*.solarmora.com")
        assert "mx-leaves-too-early" not in codes(since(ENFORCE), wild)
        assert codes(since(wild), ENFORCE) == []

    def test_a_name_that_a_wildcard_takes_over_leaves_nothing(self) -> None:
        names = policy("enforce", "mail.solarmora.com", "mx4.solarmora.com")
        assert codes(since(names), policy("enforce", "*.solarmora.com")) == ["mx-broad"]

    def test_a_pattern_that_stays_leaves_nothing(self) -> None:
        wild = policy("enforce", "mail.solarmora.com", "*.example.net")
        longer = policy("enforce", *wild.mx, max_age=8 * DAYS)
        assert codes(since(wild), longer) == ["mx-unused"]

    def test_what_is_announced_already_has_left(self) -> None:
        recorded = history((self.BOTH, LONG_AGO), (ENFORCE, NOW - SECOND))
        mx = live("mail.solarmora.com", "old.example.net")
        assert "mx-leaves-too-early" not in codes(recorded, ENFORCE, seen(mx=mx))


class TestMxTooNew:
    WITH_NEW = policy("enforce", "mail.solarmora.com", "mx4.example.net")
    SEEN = seen(mx=live("mail.solarmora.com", "mx4.example.net"))
    ANNOUNCED = history((ENFORCE, LONG_AGO), (WITH_NEW, NOW))

    def test_until_the_policy_before_has_run_out(self) -> None:
        end = NOW + timedelta(days=7, hours=2)
        assert said("mx-too-new", self.ANNOUNCED, self.WITH_NEW, self.SEEN, now=end - SECOND) == (
            "warning",
            "MX hosts in DNS that an enforce policy announced before does not match: "
            "mx4.example.net. Senders that never look at the id refuse them for as long as they "
            "hold it (1 s left, until 2026-02-08 12:00 UTC). Until then, keep an MX that it "
            "matches",
        )
        assert codes(self.ANNOUNCED, self.WITH_NEW, self.SEEN, now=end) == []

    def test_named_and_in_dns_at_once(self) -> None:
        now = NOW + timedelta(minutes=30)
        message = said("mx-too-new", since(ENFORCE), self.WITH_NEW, self.SEEN, now=now)[1]
        assert "(7 days 2 h left, until 2026-02-08 12:30 UTC)" in message

    def test_a_policy_that_only_reported_refuses_nothing(self) -> None:
        recorded = history((TESTING, LONG_AGO), (self.WITH_NEW, NOW))
        assert codes(recorded, self.WITH_NEW, self.SEEN) == []

    def test_a_policy_that_is_left(self) -> None:
        recorded = history((ENFORCE, LONG_AGO), (NONE, NOW))
        assert codes(recorded, NONE, self.SEEN) == ["mx-too-new"]
        assert codes(recorded, NONE, self.SEEN, now=NOW + timedelta(days=7, hours=2)) == []

    def test_of_all_the_policies_that_may_be_held(self) -> None:
        longer = policy("enforce", *self.WITH_NEW.mx, max_age=8 * DAYS)
        recorded = history((ENFORCE, LONG_AGO), (self.WITH_NEW, NOW), (longer, NOW + SECOND))
        message = said("mx-too-new", recorded, longer, self.SEEN, now=NOW + timedelta(days=1))[1]
        assert "(6 days 2 h left, until 2026-02-08 12:00 UTC)" in message

    def test_one_that_the_new_policy_does_not_match_either(self) -> None:
        assert codes(since(ENFORCE), TESTING, self.SEEN) == ["mx-uncovered"]

    def test_one_that_was_there_before_is_not_new(self) -> None:
        longer = policy("enforce", max_age=8 * DAYS)
        assert codes(since(ENFORCE), longer) == []


class TestMxUnused:
    MORE = policy("testing", "mail.solarmora.com", "mx4.example.net", "*.example.org")

    def test_no_mx_in_dns(self) -> None:
        assert findings(Recorded(), self.MORE) == [
            Finding(
                "mx-unused",
                "warning",
                "these mx match no MX in DNS: *.example.org, mx4.example.net. Take them out, "
                "unless their MX is still to come",
            )
        ]

    def test_under_enforce_when_it_may_come(self) -> None:
        more = policy("enforce", *self.MORE.mx)
        assert said("mx-unused", since(ENFORCE), more)[1] == (
            "these mx match no MX in DNS: *.example.org, mx4.example.net. Take them out, unless "
            "their MX is still to come: from 2026-02-08 12:00 UTC on no sender refuses it"
        )

    def test_one_that_was_there_before_may_come_at_any_time(self) -> None:
        more = policy("enforce", "mail.solarmora.com", "mx4.example.net")
        longer = policy("enforce", *more.mx, max_age=8 * DAYS)
        assert said("mx-unused", since(more), longer)[1].endswith("still to come")

    def test_a_domain_without_mail(self) -> None:
        assert codes(Recorded(), TESTING, seen(mx=live(null=True))) == ["mx-unused"]

    def test_silent_without_a_change_and_in_none(self) -> None:
        assert codes(since(self.MORE), self.MORE) == []
        named = Policy(mode="none", mx=["mx4.example.net"], max_age=DAYS)
        assert codes(Recorded(), named) == []


class TestMxBroad:
    WILD = policy("testing", "*.solarmora.com", "*.example.org")
    SEEN = seen(mx=live("a.solarmora.com", "b.solarmora.com", "mx.example.org"))

    def test_exact_names_would_do(self) -> None:
        assert findings(Recorded(), self.WILD, self.SEEN) == [
            Finding(
                "mx-broad",
                "warning",
                "exact names would do: mx.example.org instead of *.example.org; a.solarmora.com, "
                "b.solarmora.com instead of *.solarmora.com. A wildcard takes in any other host "
                "with a certificate for such a name (RFC 8461 10.4)",
            )
        ]

    def test_silent_without_a_change_and_in_none(self) -> None:
        assert codes(since(self.WILD), self.WILD, self.SEEN) == []
        named = Policy(mode="none", mx=["*.solarmora.com"], max_age=DAYS)
        assert codes(Recorded(), named, self.SEEN) == []

    def test_silent_of_what_all_customers_of_a_provider_use(self) -> None:
        hosts = seen(mx=live("solarmora-com.mail.protection.outlook.com"))
        usual = policy("testing", "*.mail.protection.outlook.com")
        assert codes(Recorded(), usual, hosts) == []


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


class TestServedUnannounced:
    def test_testing_taken_back(self) -> None:
        longer = policy("testing", max_age=8 * DAYS)
        assert findings(history((TESTING, LONG_AGO), written=longer), TESTING) == [
            Finding(
                "served-unannounced",
                "warning",
                "a policy that was never announced was served for at least 3 h, and is taken back "
                f"(max_age 7d -> 8d, id {TESTING.id[:4]}… -> {longer.id[:4]}…). Senders that "
                "first came meanwhile hold it under the old id. Change max_age by a second: a new "
                "id makes them look again",
            )
        ]

    def test_enforce_taken_back(self) -> None:
        recorded = history((TESTING, LONG_AGO), written=ENFORCE)
        served = seen(served=ENFORCE.render())
        severity, message = said("served-unannounced", recorded, TESTING, served)
        assert severity == "error"
        assert message.startswith("a policy that was never announced is served for at least 3 h, ")
        assert message.endswith(". Or set accept: {served-unannounced: <reason>}")

    def test_how_long_is_not_known_of_an_older_run(self) -> None:
        recorded = replace(history((TESTING, LONG_AGO), written=ENFORCE), entry=None)
        recorded = replace(recorded, entry=since(TESTING).entry)
        message = said("served-unannounced", recorded, TESTING)[1]
        assert message.startswith("a policy that was never announced was served, and")

    def test_going_on_is_no_way_back(self) -> None:
        recorded = history((TESTING, LONG_AGO), written=ENFORCE)
        assert codes(recorded, ENFORCE) == []
        assert codes(recorded, policy("testing", max_age=604801)) == []

    def test_a_record_that_names_it_after_all(self) -> None:
        recorded = history((TESTING, LONG_AGO), written=ENFORCE)
        assert said("served-unannounced", recorded, TESTING, seen(record_id=ENFORCE.id)) == (
            "error",
            f"the _mta-sts record in DNS names the policy of the last run (id {ENFORCE.id}), "
            "though the stack's state does not. Run `pulumi refresh` first. "
            "Or set accept: {served-unannounced: <reason>}",
        )


class TestRecordDiffers:
    def test_another_hand_has_changed_it(self) -> None:
        assert findings(since(TESTING), TESTING, seen(record_id="20260101")) == [
            Finding(
                "record-differs",
                "warning",
                "the _mta-sts record in DNS has the id 20260101, and the stack announced "
                f"{TESTING.id}: senders may take an old policy for the current one. If nobody "
                "changed it just now, run `pulumi refresh`, then `pulumi up`",
            )
        ]

    def test_it_is_gone(self) -> None:
        severity, message = said("record-differs", since(TESTING), TESTING, seen(record_id=None))
        assert severity == "warning"
        assert message.startswith("there is no usable _mta-sts record in DNS, and the stack ann")

    @pytest.mark.parametrize(
        ("recorded", "found"),
        [
            (since(TESTING), TESTING.id),
            (history((TESTING, LONG_AGO), (ENFORCE, NOW)), TESTING.id),  # a resolver's memory
            (history((TESTING, LONG_AGO), written=ENFORCE), ENFORCE.id),  # for served-unannounced
            (since(TESTING), NotAsked("no answer")),
            (Recorded(), "20260101"),  # nothing is announced: the gate looks whose it is
        ],
    )
    def test_one_of_ours(self, recorded: Recorded, found: str | NotAsked) -> None:
        new = recorded.memory(NOW).announced
        policy = new.policy if new else TESTING
        assert "record-differs" not in codes(recorded, policy, seen(record_id=found))


class TestZoneNotDelegated:
    OTHER = seen(delegated=("ns9.example.org", "ns8.example.org"))

    def test_to_others(self) -> None:
        assert findings(Recorded(), TESTING, self.OTHER) == [
            Finding(
                "zone-not-delegated",
                "error",
                "nobody sees the records of the zone given: its name servers are ns1.example.net, "
                "ns2.example.net, but the parent delegates to ns8.example.org, ns9.example.org. "
                "Give the id of the delegated zone, or have the parent delegate to this one. "
                "Or set accept: {zone-not-delegated: <reason>}",
            )
        ]

    def test_to_nobody(self) -> None:
        message = said("zone-not-delegated", Recorded(), TESTING, seen(delegated=()))[1]
        assert "but the parent delegates nowhere. " in message

    def test_one_server_in_common_is_enough(self) -> None:
        assert codes(Recorded(), TESTING, seen(delegated=("ns2.example.net.", "ns9.x"))) == []

    def test_a_policy_that_does_not_change(self) -> None:
        assert said("zone-not-delegated", since(NONE), NONE, self.OTHER)[0] == "warning"

    def test_a_zone_whose_servers_are_not_known(self) -> None:
        unknown = seen(zone_servers=None, delegated=NotAsked("nobody asked"))
        assert codes(Recorded(), TESTING, unknown) == []


class TestCaaBlocks:
    OTHERS = caa(("issue", "letsencrypt.org"), ("issue", "pki.goog; x=y"), ("iodef", "mailto:a@b"))

    def test_another_issuer(self) -> None:
        assert findings(Recorded(), TESTING, seen(caa=self.OTHERS)) == [
            Finding(
                "caa-blocks",
                "error",
                'the CAA records of the domain have only "letsencrypt.org", "pki.goog" as issuers, '
                "so that no certificate is issued or renewed. Allow one of amazon.com, "
                "amazonaws.com, amazontrust.com, awstrust.com there (RFC 8659 4.2). "
                "Or set accept: {caa-blocks: <reason>}",
            )
        ]

    @pytest.mark.parametrize(
        ("records", "blocks"),
        [
            (caa(("issue", "amazon.com")), False),
            (caa(("issue", "letsencrypt.org"), ("issue", "AmazonTrust.com ; a=b")), False),
            (caa(("issue", "awstrust.com")), False),
            (caa(("issue", "amazonaws.com")), False),
            (caa(("issue", "notamazon.com")), True),
            (caa(("issue", ";")), True),
            (caa(("issuewild", ";"), ("iodef", "mailto:a@b")), False),
            (caa(("issue", "amazon.com"), critical=True), False),
            (caa(("tbs", "amazon.com"), critical=True), True),
            (caa(("tbs", "amazon.com")), False),
        ],
    )
    def test_records(self, records: Caa, blocks: bool) -> None:
        assert codes(Recorded(), TESTING, seen(caa=records)) == (["caa-blocks"] if blocks else [])

    def test_nobody_and_what_nobody_knows(self) -> None:
        nobody = seen(caa=caa(("issue", ";"), where="example.com"))
        message = said("caa-blocks", Recorded(), TESTING, nobody)[1]
        assert message.startswith("the CAA records of example.com have nobody as an issuer, so")
        strange = seen(caa=caa(("tbs", "x"), critical=True))
        message = said("caa-blocks", Recorded(), TESTING, strange)[1]
        assert message.startswith("the CAA records of the domain have a critical tbs, so")

    def test_the_issuers_of_another_host(self) -> None:
        terms = Terms(issuers=frozenset({"pki.goog"}))
        assert codes(Recorded(), TESTING, seen(caa=self.OTHERS), terms=terms) == []

    def test_once_there_is_a_certificate_only_its_renewal_fails(self) -> None:
        blocked = seen(caa=self.OTHERS)
        assert said("caa-blocks", since(TESTING), TESTING, blocked)[0] == "warning"
        assert said("caa-blocks", since(TESTING), ENFORCE, blocked)[0] == "warning"
        moved = Terms(target="d2.cloudfront.net")
        assert said("caa-blocks", since(TESTING), ENFORCE, blocked, terms=moved)[0] == "error"


class TestMovedHost:
    def test_to_another(self) -> None:
        assert findings(since(ENFORCE), ENFORCE, terms=Terms(target="d2.cloudfront.net")) == [
            Finding(
                "moved-host",
                "info",
                "the host moves from d1.cloudfront.net to d2.cloudfront.net: the policy is seen "
                "there before the mta-sts CNAME changes. Senders may ask the old host for 5 min "
                "after that, the TTL of the CNAME: it serves until then",
            )
        ]

    @pytest.mark.parametrize("target", ["d1.cloudfront.net", None])
    def test_not_moved(self, target: str | None) -> None:
        assert codes(since(ENFORCE), ENFORCE, terms=Terms(target=target)) == []

    def test_the_first(self) -> None:
        assert codes(Recorded(), TESTING, terms=Terms(target="d2.cloudfront.net")) == []


class TestMovedToAnotherHost:
    HERE = replace(since(ENFORCE), host="cloudfront", zone_id="Z1")

    @pytest.mark.parametrize(
        ("old", "new", "severity", "words"),
        [
            (
                "cloudfront",
                "worker-route",
                "info",
                "the host moves from d1.cloudfront.net to a Worker by a route: its mta-sts CNAME "
                "is changed in place. Senders may ask the old host for 5 min after that, the TTL "
                "of the CNAME: it serves until then",
            ),
            (
                "worker-route",
                "cloudfront",
                "warning",
                "the host moves from d1.cloudfront.net to CloudFront: the policy is seen there "
                "before the mta-sts CNAME changes. Cloudflare then answers no more, and senders "
                "may hold its address for 5 min: those who do cannot fetch the policy. If they "
                "hold it they keep it, else they deliver as if there was none",
            ),
            (
                "cloudfront",
                "r2",
                "warning",
                "the host moves from d1.cloudfront.net to R2: R2 gets the name once it is off the "
                "old one. Until the new one answers there, for minutes, senders cannot fetch the "
                "policy: those who hold it keep it, others deliver as if there was none",
            ),
            (
                "r2",
                "cloudfront",
                "warning",
                "the host moves from d1.cloudfront.net to CloudFront: CloudFront is seen to serve "
                "the policy, then gets the name once it is off the old one. Until the new one "
                "answers there, for seconds, senders cannot fetch the policy: those who hold it "
                "keep it, others deliver as if there was none",
            ),
        ],
    )
    def test_what_is_told(self, old: str, new: str, severity: str, words: str) -> None:
        recorded = replace(self.HERE, host=old)
        assert said("moved-host", recorded, ENFORCE, terms=Terms(host=new)) == (severity, words)

    @pytest.mark.parametrize(("old", "new"), list(itertools.permutations(NAMED_BY, 2)))
    def test_every_move_is_told(self, old: str, new: str) -> None:
        severity, words = said(
            "moved-host", replace(self.HERE, host=old), ENFORCE, terms=Terms(host=new)
        )
        in_place = (old, new) == ("cloudfront", "worker-route")
        assert severity == ("info" if in_place else "warning")
        assert words.startswith("the host moves from d1.cloudfront.net to ")

    @pytest.mark.parametrize("old", ["cloudfront", "r2", "worker", "worker-route"])
    def test_the_same_host(self, old: str) -> None:
        assert codes(replace(self.HERE, host=old), ENFORCE, terms=Terms(host=old)) == []

    def test_a_host_whose_name_never_was_there(self) -> None:
        recorded = replace(self.HERE, target=None)
        assert codes(recorded, ENFORCE, terms=Terms(host="r2")) == []

    def test_under_protection(self) -> None:
        terms = Terms(host="worker", protected=True)
        severity, words = said("moved-host", self.HERE, ENFORCE, terms=terms)
        assert severity == "error"
        assert "With the host as it was, set accept: {moved-host: <reason>}" in words

    def test_with_the_zone(self) -> None:
        terms = Terms(host="worker", zone_id="Z2")
        severity, words = said("moved-host", self.HERE, ENFORCE, terms=terms)
        assert severity == "error"
        assert "and the zone changes too: do the one in a `pulumi up` of its own" in words


class TestMovedZone:
    BOTH = seen(left_servers=("ns1.old.example",))
    HERE = replace(since(ENFORCE), host="cloudfront", zone_id="Z1")

    def test_before_the_parent_follows(self) -> None:
        observed = replace(self.BOTH, delegated=("NS1.old.example.",))
        assert said("moved-zone", self.HERE, ENFORCE, observed, terms=Terms(zone_id="Z2")) == (
            "info",
            "the records move to another zone, and are in both: have the parent delegate to "
            "ns1.example.net, ns2.example.net, and run `pulumi up` then. Those in the old zone "
            "stay until the TTL of the old delegation has run out after that",
        )

    def test_once_it_has(self) -> None:
        observed = replace(self.BOTH, delegation_ttl=2 * DAYS)
        assert said("moved-zone", self.HERE, ENFORCE, observed) == (
            "info",
            "the parent delegates to the new zone. Resolvers may hold the old delegation until "
            "2026-02-03 10:00 UTC; the records in the old zone go with a `pulumi up` after that",
        )
        terms = Terms(leaves_zone=NOW + timedelta(hours=1))
        assert (
            "until 2026-02-01 11:00 UTC"
            in said("moved-zone", self.HERE, ENFORCE, observed, terms=terms)[1]
        )

    def test_to_neither(self) -> None:
        observed = replace(self.BOTH, delegated=("ns1.elsewhere.example",))
        found = codes(self.HERE, ENFORCE, observed, terms=Terms(zone_id="Z2"))
        assert found == ["zone-not-delegated"]

    def test_not_moving(self) -> None:
        assert codes(self.HERE, ENFORCE) == []

    def test_a_host_that_serves_names_of_its_zone_only(self) -> None:
        recorded = replace(self.HERE, host="r2", target="the R2 bucket b")
        severity, words = said("moved-zone", recorded, ENFORCE, terms=Terms(zone_id="Z2"))
        assert severity == "error"
        assert words.startswith("the zone changes, and the R2 bucket b serves names of its own")


class TestRouteUncovered:
    @pytest.mark.parametrize(
        ("host", "zone", "found"),
        [
            ("worker-route", "solarmora.com", []),
            ("worker-route", "com", ["route-uncovered"]),
            ("worker-route", None, []),  # it is not known
            ("worker", "com", []),  # it has a certificate of its own
        ],
    )
    def test_depth(self, host: str, zone: str | None, found: list[str]) -> None:
        terms = Terms(host=host, domain="solarmora.com", zone_name=zone)
        assert codes(Recorded(), TESTING, terms=terms) == found


class TestNotChecked:
    SILENT = NotAsked("no answer within 10 s")
    DEAD = Observed(
        SILENT, SILENT, SILENT, SILENT, SILENT, SILENT, zone_servers=("ns1.example.net",)
    )

    def test_what_was_not_checked(self) -> None:
        failing = NotAsked("every server failed: 127.0.0.1:53: SERVFAIL")
        assert findings(Recorded(), TESTING, replace(self.DEAD, caa=failing)) == [
            Finding(
                "not-checked",
                "warning",
                "MX records, TLS reporting record, delegation of the zone: no answer within 10 s; "
                "CAA records: every server failed: 127.0.0.1:53: SERVFAIL. Run again once DNS can "
                "be asked",
            )
        ]

    def test_no_change_under_enforce_unless_the_mx_are_known(self) -> None:
        assert said("not-checked", since(TESTING), ENFORCE, seen(mx=self.SILENT)) == (
            "error",
            "MX records: no answer within 10 s. Run again once DNS can be asked. "
            "Or set accept: {not-checked: <reason>}",
        )
        rest = replace(self.DEAD, mx=QUIET.mx)
        assert said("not-checked", since(TESTING), ENFORCE, rest)[0] == "warning"
        assert said("not-checked", since(ENFORCE), TESTING, self.DEAD)[0] == "warning"

    def test_without_a_change_it_stops_nothing(self) -> None:
        assert said("not-checked", since(ENFORCE), ENFORCE, self.DEAD)[0] == "warning"

    def test_only_what_matters(self) -> None:
        assert codes(since(NONE), NONE, seen(mx=self.SILENT, rua=self.SILENT)) == []
        assert codes(since(TESTING), TESTING, seen(rua=self.SILENT, record_id=self.SILENT)) == []
        assert codes(Recorded(), TESTING, seen(served=self.SILENT, record_id=self.SILENT)) == []

    def test_look_ups_that_are_off(self) -> None:
        assert codes(since(ENFORCE), ENFORCE, None) == []
        assert said("not-checked", since(TESTING), ENFORCE, None) == (
            "error",
            "MX records, TLS reporting record, CAA records: live look-ups are off. Run again once "
            "DNS can be asked. Or set accept: {not-checked: <reason>}",
        )
        assert said("not-checked", Recorded(), TESTING, None)[0] == "warning"


class TestAccept:
    SEEN = seen(mx=live("mail.solarmora.com", "mx4.example.net"))
    TERMS = Terms(accept={"mx-uncovered": "mx4 is shut down on Monday"})

    def test_an_error_becomes_a_warning_with_its_reason(self) -> None:
        assert findings(since(TESTING), ENFORCE, self.SEEN, terms=self.TERMS) == [
            Finding(
                "mx-uncovered",
                "warning",
                "MX hosts in DNS that no mx matches: mx4.example.net. Senders refuse them and "
                "defer the mail. Add them to mx. Accepted: mx4 is shut down on Monday",
            )
        ]

    def test_another_error_stays(self) -> None:
        recorded = since(TESTING, NOW)
        found = findings(recorded, ENFORCE, self.SEEN, terms=self.TERMS)
        assert [(each.code, each.severity) for each in found] == [
            ("mx-uncovered", "warning"),
            ("testing-too-short", "error"),
        ]

    def test_no_longer_needed(self) -> None:
        terms = Terms(accept={"mx-uncovered": "a", "testing-too-short": "b"})
        assert findings(since(ENFORCE), ENFORCE, terms=terms) == [
            Finding(
                "accept-unused",
                "warning",
                "accept is no longer needed for mx-uncovered, testing-too-short: take it out",
            )
        ]

    def test_what_could_not_be_checked_may_still_be_needed(self) -> None:
        assert "accept-unused" not in codes(since(ENFORCE), ENFORCE, None, terms=self.TERMS)

    def test_dns_that_cannot_be_asked(self) -> None:
        terms = Terms(accept={"not-checked": "DNS is being moved"})
        assert said("not-checked", since(TESTING), ENFORCE, None, terms=terms)[0] == "warning"

    def test_a_warning_needs_no_word(self) -> None:
        assert said("mx-uncovered", Recorded(), TESTING, self.SEEN, terms=self.TERMS) == said(
            "mx-uncovered", Recorded(), TESTING, self.SEEN
        )


def test_the_order_of_the_findings() -> None:
    blocked = seen(mx=live("mx4.example.net"), rua=(), caa=caa(("issue", ";")), delegated=("x.y",))
    short = policy("enforce", max_age=DAYS)
    found = codes(Recorded(), short, blocked, terms=Terms(accept={"moved-host": "x"}))
    assert found == sorted(found, key=CODES.index)
    assert len(found) == 8


def test_the_codes() -> None:
    assert (
        *("mx-uncovered", "mx-leaves-too-early", "mx-too-new", "mx-unused", "mx-broad"),
        *("mode-skips-testing", "testing-too-short", "reports-failing", "reports-incomplete"),
        *(
            "reports-missing",
            "reports-at-home",
            "max-age-testing",
            "max-age-short",
            "max-age-growing",
        ),
        "removed-in-force",
        *("served-unannounced", "record-differs", "zone-not-delegated", "caa-blocks"),
        *("moved-zone", "moved-host", "route-uncovered"),
        *("not-checked", "accept-unused"),
    ) == CODES
