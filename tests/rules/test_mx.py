"""What the rules about MX hosts say, on both sides of every edge (P5)."""

from datetime import timedelta

from mta_sts.memory import Recorded
from mta_sts.protocol import Policy
from mta_sts.review import (
    Finding,
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
    live,
    policy,
    said,
    seen,
    since,
)


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
        assert said("mx-uncovered", since(TESTING), TESTING, implicit) == (
            "warning",
            "without an MX record the domain is its own MX (RFC 5321 5.1), and no mx matches it. "
            "Senders report it, and under enforce refuse it. Add it to mx",
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
