"""What the rules about where a policy is say, on both sides of every edge (P2)."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mta_sts.findings import Group
from mta_sts.hosts.recorded import NAMED_BY
from mta_sts.memory import Recorded
from mta_sts.protocol import Policy
from mta_sts.review import (
    Caa,
    Finding,
    NotAsked,
    Terms,
)
from tests.rules.cases import (
    DAYS,
    ENFORCE,
    LONG_AGO,
    NONE,
    NOW,
    SECOND,
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

    def test_one_that_the_state_does_not_know(self) -> None:
        """The answer to the call that wrote it was lost, and the run ended."""
        recorded = replace(
            history((TESTING, LONG_AGO), written=ENFORCE), written=TESTING.render().decode("ascii")
        )
        is_served = seen(served=ENFORCE.render())
        assert said("served-unannounced", recorded, TESTING, is_served) == (
            "error",
            "the policy that the last run was to announce is served (testing -> enforce, id "
            f"{TESTING.id[:4]}… -> {ENFORCE.id[:4]}…), and the stack's state does not know that it "
            "was written: this run would leave it there, under the old id. Finish that run first: "
            "put its configuration back, and run `pulumi up`. "
            "Or set accept: {served-unannounced: <reason>}",
        )
        assert codes(recorded, ENFORCE, is_served) == []  # it is finished
        assert codes(recorded, TESTING, seen(served=TESTING.render())) == []
        assert codes(recorded, TESTING, seen(served=NotAsked("no answer"))) == []


class TestIdAgain:
    WORDS = (
        "the id is again the one before. Senders that fetched the enforce policy while their "
        "resolver still held that id, for 5 min after it was announced, see no change, and keep "
        "it for up to 7d. Change max_age by a second: a new id makes them look again"
    )
    LATELY = NOW - timedelta(days=1)

    @pytest.mark.parametrize("earlier", [TESTING, policy("enforce", max_age=8 * DAYS)])
    def test_enforce_taken_back(self, earlier: Policy) -> None:
        recorded = history((earlier, LONG_AGO), (ENFORCE, self.LATELY))
        assert said("id-again", recorded, earlier) == ("warning", self.WORDS)

    def test_until_no_sender_holds_it(self) -> None:
        recorded = history((TESTING, LONG_AGO), (ENFORCE, self.LATELY))
        end = self.LATELY + timedelta(days=7, hours=2)
        assert codes(recorded, TESTING, now=end - SECOND) == ["id-again"]
        assert codes(recorded, TESTING, now=end) == []

    @pytest.mark.parametrize(
        ("announced", "new"),
        [
            ((TESTING, ENFORCE), policy("testing", max_age=7 * DAYS + 1)),  # a new id
            ((TESTING, ENFORCE), ENFORCE),  # nothing changes
            ((ENFORCE, TESTING), ENFORCE),  # who holds the policy in testing refuses nothing
            ((TESTING, NONE, ENFORCE), TESTING),  # of two before, no resolver has a record
            ((ENFORCE,), TESTING),  # there was none before
        ],
    )
    def test_nothing_to_say(self, announced: tuple[Policy, ...], new: Policy) -> None:
        recorded = history(*((each, self.LATELY) for each in announced))
        assert "id-again" not in codes(recorded, new)


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


class TestMovedToAnotherGroup:
    GROUP = Group("host-b", ("a.example",), True, names={"host": "default", "host-b": "b"})
    MOVES = (
        "the domain moves from group default to group b: once the certificate of b is issued, the "
        "distribution of default lets go of the name, and that of b takes it. Meanwhile, for "
        "minutes on AWS, senders cannot fetch the policy: those who hold it keep it, others "
        "deliver as if there was none. The mta-sts CNAME changes once b serves it"
    )

    def terms(self, **given: Any) -> Terms:
        return Terms(**{"host": "cloudfront", "group": self.GROUP, "recorded_at": "host", **given})

    def test_what_is_told(self) -> None:
        found = findings(since(TESTING), TESTING, terms=self.terms())
        assert found == [Finding("moved-host", "warning", self.MOVES)]

    def test_under_protection(self) -> None:
        """It stops though the policy stays as it is; and a word lets it go on."""
        protected = self.terms(protected=True)
        more = (
            ". Senders may hold an enforce policy: leave the domain in group default, or move it "
            "knowingly"
        )
        assert said("moved-host", since(ENFORCE), ENFORCE, terms=protected) == (
            "error",
            f"{self.MOVES}{more}. Or set accept: {{moved-host: <reason>}}",
        )
        accepted = replace(protected, accept={"moved-host": "it is full"})
        assert said("moved-host", since(ENFORCE), ENFORCE, terms=accepted) == (
            "warning",
            f"{self.MOVES}{more}. Accepted: it is full",
        )

    @pytest.mark.parametrize(
        "given",
        [
            {"recorded_at": "host-b"},  # it stays
            {"recorded_at": None},  # it was on none of this stack
            {"recorded_at": "other"},  # it comes from another host, which is told by its target
            {"group": None},  # the distribution is another's
        ],
    )
    def test_not_moved(self, given: dict[str, Any]) -> None:
        assert codes(since(ENFORCE), ENFORCE, terms=self.terms(protected=True, **given)) == []


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
                "tenant",
                "warning",
                "the host moves from d1.cloudfront.net to a CloudFront tenant: CloudFront has a "
                "name in one place only, so its distribution lets go of it first. From then on "
                "until the tenant answers, for minutes, in which its certificate is issued, "
                "senders cannot fetch the policy: those who hold it keep it, others deliver as if "
                "there was none",
            ),
            (
                "tenant",
                "cloudfront",
                "warning",
                "the host moves from d1.cloudfront.net to CloudFront: CloudFront has a name in one "
                "place only. Once the certificate is issued, the tenant is deleted, and the "
                "distribution gets the name. Until that answers, for minutes, senders cannot "
                "fetch the policy: those who hold it keep it, others deliver as if there was none",
            ),
            (
                "worker-route",
                "tenant",
                "warning",
                "the host moves from d1.cloudfront.net to a CloudFront tenant: its mta-sts CNAME "
                "is changed in place, and then the tenant is made. Until that answers, for "
                "minutes, in which its certificate is issued, senders cannot fetch the policy: "
                "those who hold it keep it, others deliver as if there was none",
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
        in_place = old in ("cloudfront", "tenant") and new == "worker-route"
        assert severity == ("info" if in_place else "warning")
        assert words.startswith("the host moves from d1.cloudfront.net to ")

    @pytest.mark.parametrize("old", ["cloudfront", "tenant", "r2", "worker", "worker-route"])
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

    def test_before_protection_is_lifted(self) -> None:
        """No sender holds an enforce policy any more; the state has it protected all the same."""
        left = history((ENFORCE, LONG_AGO), (TESTING, LONG_AGO + SECOND))
        assert left.entry is not None
        kept = replace(left, entry=replace(left.entry, protected=True), host="cloudfront")
        severity, words = said("moved-host", kept, TESTING, terms=Terms(host="worker"))
        assert severity == "error"
        assert words.startswith(
            "the host moves from d1.cloudfront.net to a Worker, and what it leaves is still "
            "protected, though no sender can hold an enforce policy any more. With the host as it "
            "was, `pulumi up`: that lifts the protection. Then change the host"
        )
        lifted = replace(left, host="cloudfront")
        assert said("moved-host", lifted, TESTING, terms=Terms(host="worker"))[0] == "warning"

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
