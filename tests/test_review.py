"""What a review makes of its rules: their order, what is accepted, what could not be asked."""

from dataclasses import replace

import pytest

from mta_sts.memory import Recorded
from mta_sts.protocol import Policy
from mta_sts.review import (
    CODES,
    Finding,
    NotAsked,
    Observed,
    Terms,
)
from tests.rules.cases import (
    DAYS,
    ENFORCE,
    NONE,
    NOW,
    QUIET,
    TESTING,
    caa,
    codes,
    findings,
    live,
    policy,
    said,
    seen,
    since,
)


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
        *("served-unannounced", "id-again", "record-differs", "zone-not-delegated", "caa-blocks"),
        *("moved-zone", "moved-host", "route-uncovered"),
        *("owner-records", "owner-host", "validation-gone"),
        *("not-checked", "accept-unused"),
    ) == CODES
