"""What the rules say of records that others keep, on both sides of every edge (P2, P3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mta_sts.findings import Absent, Group, Observed, Wanted
from mta_sts.memory import Recorded
from mta_sts.review import Finding, NotAsked, Terms
from tests.rules.cases import (
    DAYS,
    ENFORCE,
    LONG_AGO,
    NONE,
    NOW,
    TESTING,
    caa,
    codes,
    findings,
    history,
    policy,
    said,
    seen,
    since,
)

DOMAIN = "customer.example"
VALIDATION = Wanted(f"_a.mta-sts.{DOMAIN}", "CNAME", "_b.acm-validations.aws")
HOST = Wanted(f"mta-sts.{DOMAIN}", "CNAME", "d1.cloudfront.net")
ANNOUNCEMENT = Wanted(f"_mta-sts.{DOMAIN}", "CNAME", f"_mta-sts.{DOMAIN}.announce.example")
ALL = (VALIDATION, HOST, ANNOUNCEMENT)
LONGER = policy("testing", max_age=8 * DAYS)
ALONE = Group("host", (DOMAIN,), changes=False)
GROUP = Group("host", ("a.example", DOMAIN, "z.example"), changes=False)


def terms(**given: Any) -> Terms:
    settled: dict[str, Any] = {
        "domain": DOMAIN,
        "owner": ALL,
        "validation": VALIDATION,
        "group": GROUP,
        "recorded_group": "host",
        "reports": True,
    }
    return Terms(**settled | given)


def lacks(*wanted: Wanted, found: str = "nothing", **fields: Any) -> Observed:
    """All else is in order; a zone that others keep has no servers that are known."""
    return seen(absent=tuple(Absent(each, found) for each in wanted), zone_servers=None, **fields)


class TestOwnerRecords:
    ROWS = (
        "\n    _a.mta-sts.customer.example.  300  IN  CNAME  _b.acm-validations.aws."
        "\n    mta-sts.customer.example.     300  IN  CNAME  d1.cloudfront.net."
        "\n    _mta-sts.customer.example.    300  IN  CNAME  "
        "_mta-sts.customer.example.announce.example."
    )
    WAITS = (
        "not announced yet: it waits for the owner of its zone to make these records there, once. "
        "The first `pulumi up` after that goes on:"
    )

    def test_a_domain_that_waits(self) -> None:
        others = terms(group=Group("host", ("a.example",), changes=True))
        assert findings(Recorded(), TESTING, lacks(*ALL), terms=others) == [
            Finding("owner-records", "info", f"{self.WAITS}{self.ROWS}")
        ]

    def test_what_is_there_instead(self) -> None:
        proxied = lacks(HOST, found="the addresses 192.0.2.1, and no CNAME")
        assert said("owner-records", Recorded(), TESTING, proxied, terms=terms()) == (
            "info",
            f"{self.WAITS}\n    mta-sts.customer.example.  300  IN  CNAME  d1.cloudfront.net.  "
            "; found: the addresses 192.0.2.1, and no CNAME",
        )

    def test_the_reports_are_told_while_it_waits(self) -> None:
        rua = terms(tlsrpt="v=TLSRPTv1; rua=mailto:a@b.example")
        _, told = said("owner-records", Recorded(), TESTING, lacks(HOST, rua=()), terms=rua)
        assert told.splitlines()[-1] == (
            '    _smtp._tls.customer.example.  300  IN  TXT    "v=TLSRPTv1; rua=mailto:a@b.example"'
        )
        _, told = said("owner-records", Recorded(), TESTING, lacks(HOST), terms=rua)
        assert "_smtp._tls" not in told

    def test_what_a_first_run_does_not_know(self) -> None:
        known = terms(owner=(ANNOUNCEMENT,), validation=None)
        _, told = said("owner-records", Recorded(), TESTING, lacks(ANNOUNCEMENT), terms=known)
        assert told.splitlines()[-1] == "    and more, which a `pulumi up` tells"
        # even if all that is known is there
        _, told = said("owner-records", Recorded(), TESTING, lacks(), terms=known)
        assert told.splitlines() == [self.WAITS, "    and more, which a `pulumi up` tells"]

    def test_once_all_is_there(self) -> None:
        assert findings(Recorded(), TESTING, lacks(), terms=terms()) == []

    @pytest.mark.parametrize("gone", [HOST, ANNOUNCEMENT])
    def test_what_is_announced_and_not_found(self, gone: Wanted) -> None:
        words = (
            f"senders do not find what is announced: {gone.name} CNAME {gone.value} (found: it "
            "leads to x.example). Have the owner of the zone make it again"
        )
        observed = lacks(gone, found="it leads to x.example")
        assert findings(since(TESTING), TESTING, observed, terms=terms()) == [
            Finding("owner-records", "warning", words)
        ]
        assert said("owner-records", since(TESTING), LONGER, observed, terms=terms()) == (
            "error",
            f"{words}. Or set accept: {{owner-records: <reason>}}",
        )

    def test_the_validation_is_another_rules(self) -> None:
        observed = lacks(VALIDATION)
        assert codes(since(TESTING), TESTING, observed, terms=terms()) == ["validation-gone"]

    def test_a_record_that_is_gone_is_said_once(self) -> None:
        observed = lacks(ANNOUNCEMENT, record_id=None)
        assert codes(since(TESTING), TESTING, observed, terms=terms()) == ["owner-records"]
        mine = terms(owner=None)
        assert "record-differs" in codes(since(TESTING), TESTING, observed, terms=mine)

    def test_reports_that_nobody_sends(self) -> None:
        rua = terms(tlsrpt="v=TLSRPTv1; rua=mailto:a@b.example")
        assert findings(since(TESTING), TESTING, lacks(rua=()), terms=rua) == [
            Finding(
                "owner-records",
                "warning",
                "nobody reports what fails (RFC 8460 3): the owner of the zone has not made "
                f"_smtp._tls.{DOMAIN} TXT v=TLSRPTv1; rua=mailto:a@b.example (found: nothing)",
            )
        ]

    def test_what_may_be_deleted(self) -> None:
        names = ", ".join(f"{each.name} CNAME" for each in ALL)
        may = f"the owner of its zone may delete {names}, and not before"
        assert findings(since(NONE), NONE, lacks(), terms=terms()) == [
            Finding("owner-records", "info", f"once the domain is removed, {may}")
        ]
        left = history((ENFORCE, LONG_AGO), (NONE, NOW - timedelta(days=1)))
        _, told = said("owner-records", left, NONE, lacks(), terms=terms())
        assert told == f"once the domain is removed, from 2026-02-07 12:00 UTC on, {may}"

    def test_a_zone_of_ours(self) -> None:
        assert codes(since(TESTING), TESTING, lacks(HOST), terms=terms(owner=None)) == []

    def test_dns_that_cannot_be_asked(self) -> None:
        unknown = seen(absent=NotAsked("no answer"), zone_servers=None)
        assert said("not-checked", since(TESTING), TESTING, unknown, terms=terms()) == (
            "warning",
            "CNAMEs that others keep: no answer. Run again once DNS can be asked",
        )


class TestValidationGone:
    FOUND = (
        "the record by which its certificate is validated is gone: _a.mta-sts.customer.example "
        "CNAME _b.acm-validations.aws (found: nothing). The certificate "
    )
    WAY_ON = "or take the domain out, as docs/leave.md says"
    OWNER = "Have the owner of the zone make it again"

    def test_the_yearly_renewal(self) -> None:
        assert findings(since(TESTING), TESTING, lacks(VALIDATION), terms=terms()) == [
            Finding(
                "validation-gone",
                "warning",
                f"{self.FOUND}is not renewed, which is due once a year, for a.example, z.example "
                f"too. {self.OWNER}; {self.WAY_ON}",
            )
        ]

    def test_a_run_that_asks_for_another_list(self) -> None:
        """It stops, though nothing of this domain changes."""
        due = terms(group=replace(GROUP, changes=True))
        assert findings(since(TESTING), TESTING, lacks(VALIDATION), terms=due) == [
            Finding(
                "validation-gone",
                "error",
                f"{self.FOUND}is due for another list of names in this run, and AWS issues none "
                "while one of them is not validated: it would fail after 75 minutes, for "
                f"a.example, z.example too. {self.OWNER}; {self.WAY_ON}. Or set accept: "
                "{validation-gone: <reason>}",
            )
        ]

    def test_it_can_be_accepted(self) -> None:
        accepted = terms(
            group=replace(GROUP, changes=True), accept={"validation-gone": "back in an hour"}
        )
        severity, words = said(
            "validation-gone", since(TESTING), TESTING, lacks(VALIDATION), terms=accepted
        )
        assert severity == "warning"
        assert words.endswith(". Accepted: back in an hour")

    def test_of_a_zone_of_ours(self) -> None:
        _, words = said(
            "validation-gone", since(TESTING), TESTING, lacks(VALIDATION), terms=terms(owner=None)
        )
        assert words.endswith(f". `pulumi up --refresh` makes it again; {self.WAY_ON}")

    def test_alone(self) -> None:
        _, words = said(
            "validation-gone", since(TESTING), TESTING, lacks(VALIDATION), terms=terms(group=ALONE)
        )
        assert words.startswith(f"{self.FOUND}is not renewed, which is due once a year. ")

    @pytest.mark.parametrize(
        ("observed", "given"),
        [
            (lacks(), {}),  # it is there
            (lacks(HOST, ANNOUNCEMENT), {}),  # others are gone
            (lacks(VALIDATION), {"validation": None}),  # this run makes it
            (lacks(VALIDATION), {"group": None}),  # a certificate of others
            # it has not joined, and is left out
            (lacks(VALIDATION), {"group": Group("host", ("a.example",), changes=True)}),
        ],
    )
    def test_quiet(self, observed: Observed, given: dict[str, Any]) -> None:
        found = codes(since(TESTING), TESTING, observed, terms=terms(**given))
        assert "validation-gone" not in found

    def test_of_a_group_that_domains_leave(self) -> None:
        """They wait for its certificate, too: it is another one without them."""
        names = {"host": "default", "host-b": "b"}
        left = Group("host-b", ("a.example", DOMAIN), True, ("moved.example",), names)
        severity, words = said(
            "validation-gone",
            since(TESTING),
            TESTING,
            lacks(VALIDATION),
            terms=terms(group=left, recorded_group="host-b"),
        )
        assert severity == "error"
        assert "The certificate of group b is due for another list of names in this run" in words
        assert "it would fail after 75 minutes, for a.example, moved.example too." in words


class TestOwnerHost:
    def test_another_host(self) -> None:
        elsewhere = terms(group=replace(GROUP, host="other"))
        assert said("owner-host", since(TESTING), TESTING, lacks(), terms=elsewhere) == (
            "error",
            "the domain leaves the host host, to which the mta-sts CNAME leads that the owner of "
            "its zone keeps: senders would find no policy. Leave it there; to move, publish mode: "
            "none, remove the domain when that may be done, and add it anew. Or set accept: "
            "{owner-host: <reason>}",
        )
        unknown = terms(group=None)
        assert "owner-host" in codes(since(TESTING), TESTING, lacks(), terms=unknown)

    @pytest.mark.parametrize(
        ("recorded", "given"),
        [
            (since(TESTING), {}),  # the same
            (Recorded(), {"group": replace(GROUP, host="other")}),  # nobody is led there yet
            (since(TESTING), {"owner": None, "group": replace(GROUP, host="other")}),
            (since(TESTING), {"recorded_group": None, "group": replace(GROUP, host="other")}),
        ],
    )
    def test_quiet(self, recorded: Recorded, given: dict[str, Any]) -> None:
        found = codes(recorded, TESTING, lacks(), terms=terms(**given))
        assert "owner-host" not in found


class TestMovedToOwner:
    OLD = ("ns1.old.example",)
    RECORDED = replace(since(TESTING), zone_id="Z1")

    def test_the_parent_still_delegates_to_the_old_zone(self) -> None:
        moves = lacks(ANNOUNCEMENT, delegated=self.OLD, left_servers=self.OLD)
        assert findings(self.RECORDED, TESTING, moves, terms=terms(zone_id="Z2")) == [
            Finding(
                "moved-zone",
                "info",
                "others keep the zone from now on, and the records in the old one stay. Have its "
                "owner make these, and only then the parent delegate to it:"
                f"{TestOwnerRecords.ROWS}",
            )
        ]

    def test_the_parent_delegates_to_the_new_one(self) -> None:
        moved = lacks(delegated=("ns1.new.example",), delegation_ttl=7200, left_servers=self.OLD)
        assert findings(self.RECORDED, TESTING, moved, terms=terms(zone_id="Z2")) == [
            Finding(
                "moved-zone",
                "info",
                "the parent delegates to the zone that others keep. Resolvers may hold the old "
                "delegation until 2026-02-01 12:00 UTC; the records in the old zone go with a "
                "`pulumi up` after that",
            )
        ]

    def test_too_early(self) -> None:
        early = lacks(ANNOUNCEMENT, delegated=("ns1.new.example",), left_servers=self.OLD)
        assert codes(self.RECORDED, TESTING, early, terms=terms(zone_id="Z2")) == ["owner-records"]


@pytest.mark.parametrize(
    ("owner", "severity"),
    [
        (ALL, "warning"),  # it is not asked for until they allow it
        (None, "error"),
    ],
)
def test_caa_records_of_a_customer_stop_nobody_else(
    owner: tuple[Wanted, ...] | None, severity: str
) -> None:
    others = lacks(*ALL, caa=caa(("issue", "letsencrypt.org")))
    given = terms(owner=owner)
    assert said("caa-blocks", Recorded(), TESTING, others, terms=given)[0] == severity


@pytest.mark.parametrize(
    ("delegated", "absent", "is_delegated"),
    [
        (("ns1.new.example",), (), True),
        (("ns1.old.example",), (), False),
        (("ns1.new.example",), (Absent(HOST, "nothing"),), False),
        (("ns1.new.example",), NotAsked("no answer"), False),
        ((), (), False),
        (NotAsked("no answer"), (), False),
    ],
)
def test_when_nobody_is_sent_to_the_old_zone(
    delegated: Any, absent: Any, is_delegated: bool
) -> None:
    observed = Observed(delegated=delegated, left_servers=("ns1.old.example",), absent=absent)
    assert observed.is_delegated == is_delegated
