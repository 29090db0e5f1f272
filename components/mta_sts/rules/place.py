"""Where a policy is announced and served: the zone, the certificate, the host (P2)."""

from collections.abc import Iterable
from datetime import timedelta

from mta_sts.case import Case, Said
from mta_sts.findings import Caa, NotAsked, are_same
from mta_sts.hosts.recorded import CLOUDFRONT, NAMED_BY, R2, TENANT, WORKER, WORKER_ROUTE
from mta_sts.limits import LONGEST_RUN, RECORD_TTL
from mta_sts.protocol.policy import Policy, policy_id
from mta_sts.rules.owner import moved_to_owner, until_old_goes
from mta_sts.words import age, listed, span, summary

CAA_TAGS = frozenset({"issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone"})
"""Property tags that certificate authorities know."""
WORDS = {
    CLOUDFRONT: "CloudFront",
    TENANT: "a CloudFront tenant",
    R2: "R2",
    WORKER: "a Worker",
    WORKER_ROUTE: "a Worker by a route",
}
GAP = {
    CLOUDFRONT: "seconds",
    TENANT: "minutes, in which its certificate is issued",
    R2: "minutes",
    WORKER: "a minute or so",
    WORKER_ROUTE: "seconds",
}
"""How long a name that goes to this host is nobody's: docs/hosts.md has what was measured."""
GROUP_GAP = "minutes on AWS"
"""How long a name is on no distribution when it goes to another group: two changes of a
distribution, one after the other."""
NOT_FETCHED = (
    "senders cannot fetch the policy: those who hold it keep it, others deliver as if there was "
    "none"
)
KEPT = (
    f"Senders may ask the old host for {span(RECORD_TTL)} after that, the TTL of the CNAME: it "
    "serves until then"
)
NO_RECORD = "there is no usable _mta-sts record in DNS"


def served_unannounced(case: Case) -> Said:
    """The last run served a policy that was never announced, and this one goes back.

    P2. Under the announced id, senders that first came meanwhile hold what was taken back. A file
    that the state does not know to be written would not be taken back at all.

    Error if it was enforce, if the record in DNS names it, or if the state does not know it, else
    warning: change `maxAge` by a second.
    """
    written = case.recorded.written
    if not case.goes_back or written is None:
        return None
    if case.is_served_unknown and case.recorded.unfinished:
        return "error", (
            "the policy that the last run was to announce is served "
            f"({summary(case.before, case.recorded.unfinished)}), and the stack's state does not "
            "know that it was written: this run would leave it there, under the old id. Finish "
            "that run first: put its configuration back, and run `pulumi up`"
        )
    body = written.encode("ascii")
    policy = Policy.parse(body)
    if case.observed.record_id == policy_id(body):
        return "error", (
            f"the _mta-sts record in DNS names the policy of the last run (id {policy_id(body)}), "
            "though the stack's state does not. Run `pulumi refresh` first"
        )
    planned = case.recorded.entry.after.announced if case.recorded.entry else None
    ago = ""
    if planned and planned.policy == policy:
        ago = f" for at least {span((case.now - planned.since).total_seconds())}"
    verb = "is" if case.observed.served == body else "was"
    return ("error" if policy.mode == "enforce" else "warning"), (
        f"a policy that was never announced {verb} served{ago}, and is taken back "
        f"({summary(case.before, policy)}). Senders that first came meanwhile hold it under the "
        "old id. Change max_age by a second: a new id makes them look again"
    )


def id_again(case: Case) -> Said:
    """An enforce policy is replaced by the one that was announced before it.

    P1: a sender whose resolver was late when the enforce policy was announced fetched it under the
    id before, to which this run goes back: it sees no change (RFC 8461 5.1).

    Warning: change `maxAge` by a second.
    """
    entry, ends = case.recorded.entry, case.announced
    earlier = entry.before.announced if entry else None
    if ends is None or ends.policy.mode != "enforce" or ends.policy == case.policy:
        return None
    if earlier is None or earlier.policy != case.policy:
        return None
    if case.now >= ends.since + timedelta(seconds=ends.policy.max_age + LONGEST_RUN):
        return None
    return "warning", (
        "the id is again the one before. Senders that fetched the enforce policy while their "
        f"resolver still held that id, for {span(RECORD_TTL)} after it was announced, see no "
        f"change, and keep it for up to {age(ends.policy.max_age)}. Change max_age by a second: a "
        "new id makes them look again"
    )


def record_differs(case: Case) -> Said:
    """The `_mta-sts` record in DNS has another id than the stack announced, or is gone.

    P1. Of a resolver that has not heard of the last change nothing is said.

    Warning: `pulumi refresh`, then `pulumi up`.
    """
    found, announced = case.observed.record_id, case.recorded.announced_id
    if isinstance(found, NotAsked) or announced is None:
        return None
    if found is None and case.terms.owner is not None:
        return None  # said of the records that the owner of the zone keeps
    entry = case.recorded.entry
    before = entry.before.announced if entry else None
    if found in case.recorded.ids or (before and found == before.policy.id):
        return None
    seen = f"the _mta-sts record in DNS has the id {found}" if found else NO_RECORD
    return "warning", (
        f"{seen}, and the stack announced {announced}: senders may take an old policy for the "
        "current one. If nobody changed it just now, run `pulumi refresh`, then `pulumi up`"
    )


def zone_not_delegated(case: Case) -> Said:
    """The zone given is not the one that the parent delegates to, so nobody sees its records (RFC
    1034 4.2.1).

    Error: give the id of the delegated zone, or have the parent delegate to this one.
    """
    mine = case.observed.zone_servers
    if mine is None:
        return None
    left = case.observed.left_servers
    if are_same(case.delegated, mine) or (left and are_same(case.delegated, left)):
        return None
    found = f"to {listed(sorted(_plain(case.delegated)))}" if case.delegated else "nowhere"
    return "error", (
        f"nobody sees the records of the zone given: its name servers are "
        f"{listed(sorted(_plain(mine)))}, but the parent delegates {found}. Give the id of the "
        "delegated zone, or have the parent delegate to this one"
    )


def moved_zone(case: Case) -> Said:
    """The records move to another zone.

    P2: both zones have the records for as long as anybody is sent to either.

    Info, error where the host serves names of its own zone only: see [another
    zone](move-host.md#another-zone).
    """
    if case.changes_zone and case.recorded.host not in (None, CLOUDFRONT, TENANT):
        return "error", (
            f"the zone changes, and {case.recorded.target} serves names of its own zone only: move "
            "the policy to host: cloudfront first, then the zone, then the host"
        )
    mine, left = case.observed.zone_servers, case.observed.left_servers
    if case.terms.owner is not None and left is not None:
        return moved_to_owner(case, left)
    if left is None or mine is None:
        return None
    if not are_same(case.delegated, [*mine, *left]):
        return None
    if not are_same(case.delegated, mine):
        return "info", (
            "the records move to another zone, and are in both: have the parent delegate to "
            f"{listed(sorted(_plain(mine)))}, and run `pulumi up` then. Those in the old zone stay "
            "until the TTL of the old delegation has run out after that"
        )
    return "info", f"the parent delegates to the new zone. {until_old_goes(case)}"


def caa_blocks(case: Case) -> Said:
    """CAA records keep the certificate from being issued or renewed (RFC 8659 4.2).

    Without an issue property anybody may, unless a critical one is unknown (4.1). An error where a
    certificate is to be issued; later it is its renewal that fails. A domain whose zone is kept
    elsewhere is not asked for until they allow it.

    Error where a certificate is due, else warning: allow one of the issuers that it names.
    """
    refused = refused_by(case.caa, case.terms.issuers) if case.caa else None
    if refused is None:
        return None
    is_due = case.before is None or case.takes_over or case.moves or case.moves_to_another_kind
    stops = is_due and case.terms.owner is None
    return ("error" if stops else "warning"), refused


def refused_by(caa: Caa, issuers: frozenset[str]) -> str | None:
    """Why none of these issuers may issue a certificate, in words; None where one may: without an
    issue property anybody (RFC 8659 4.2), unless a critical one is unknown (4.1)."""
    allowed = {
        record.value.partition(";")[0].strip().lower()
        for record in caa.records
        if record.tag == "issue"
    }
    unknown = {each.tag for each in caa.records if each.critical and each.tag not in CAA_TAGS}
    if not unknown and (not allowed or allowed & issuers):
        return None
    told = f"a critical {listed(sorted(unknown))}" if unknown else _issuers(allowed)
    return (
        f"the CAA records of {caa.where} have {told}, so that no certificate is issued or renewed. "
        f"Allow one of {listed(sorted(issuers))} there (RFC 8659 4.2)"
    )


def moved_host(case: Case) -> Said:
    """The policy moves to another host (RFC 8461 8.2).

    P2.

    Info, warning where there is a gap, error under protection: see [another host](move-host.md).
    """
    if case.leaves_group is not None:
        return _moved_to_another_group(case, case.leaves_group)
    if case.moves_to_another_kind:
        return _moved_to_another_kind(case)
    if not case.moves or case.terms.owner is not None:
        return None
    return "info", (
        f"the host moves from {case.recorded.target} to {case.terms.target}: the policy is seen "
        f"there before the mta-sts CNAME changes. {KEPT}"
    )


def _moved_to_another_group(case: Case, old: str) -> Said:
    new = case.terms.group.name if case.terms.group else None
    moves = (
        f"the domain moves from group {old} to group {new}: once the certificate of {new} is "
        f"issued, the distribution of {old} lets go of the name, and that of {new} takes it. "
        f"Meanwhile, for {GROUP_GAP}, senders cannot fetch the policy: those who hold it keep it, "
        f"others deliver as if there was none. The mta-sts CNAME changes once {new} serves it"
    )
    if case.terms.protected:
        return "error", (
            f"{moves}. Senders may hold an enforce policy: leave the domain in group {old}, or "
            "move it knowingly"
        )
    return "warning", moves


def _moved_to_another_kind(case: Case) -> Said:
    old, new = str(case.recorded.host), str(case.terms.host)
    moves = f"the host moves from {case.recorded.target} to {WORDS[new]}"
    if case.changes_zone:
        return "error", f"{moves}, and the zone changes too: do the one in a `pulumi up` of its own"
    if case.terms.protected:
        return "error", (
            f"{moves}, and what it leaves is protected, because senders may hold an enforce "
            "policy. With the host as it was, set accept: {moved-host: <reason>} and `pulumi up`: "
            "that lifts the protection. Then change the host"
        )
    if case.recorded.is_protected:
        return "error", (
            f"{moves}, and what it leaves is still protected, though no sender can hold an enforce "
            "policy any more. With the host as it was, `pulumi up`: that lifts the protection. "
            "Then change the host"
        )
    if old == WORKER_ROUTE and new == CLOUDFRONT:
        return "warning", (
            f"{moves}: the policy is seen there before the mta-sts CNAME changes. Cloudflare then "
            f"answers no more, and senders may hold its address for {span(RECORD_TTL)}: those who "
            "do cannot fetch the policy. If they hold it they keep it, else they deliver as if "
            "there was none"
        )
    if within := _within_cloudfront(old, new):
        return "warning", f"{moves}: {within}, {NOT_FETCHED}"
    if NAMED_BY[old] == NAMED_BY[new]:
        return "info", f"{moves}: its mta-sts CNAME is changed in place. {KEPT}"
    seen = " is seen to serve the policy, then" if new == CLOUDFRONT else ""
    return "warning", (
        f"{moves}: {WORDS[new]}{seen} gets the name once it is off the old one. Until the new one "
        f"answers there, for {GAP[new]}, {NOT_FETCHED}"
    )


def _within_cloudfront(old: str, new: str) -> str | None:
    """The gap of a move to or from a tenant whose name stays a record; None where there is none, or
    it is no such move."""
    if new == TENANT and old == CLOUDFRONT:
        return (
            "CloudFront has a name in one place only, so its distribution lets go of it first. "
            f"From then on until the tenant answers, for {GAP[TENANT]}"
        )
    if new == TENANT and old == WORKER_ROUTE:
        return (
            "its mta-sts CNAME is changed in place, and then the tenant is made. Until that "
            f"answers, for {GAP[TENANT]}"
        )
    if new == CLOUDFRONT and old == TENANT:
        return (
            "CloudFront has a name in one place only. Once the certificate is issued, the tenant "
            "is deleted, and the distribution gets the name. Until that answers, for minutes"
        )
    return None


def route_uncovered(case: Case) -> Said:
    """A route for a name more than one label below its zone, which Cloudflare's Universal SSL does
    not cover.

    Error: set `host: worker`.
    """
    zone, domain = case.terms.zone_name, case.terms.domain
    if case.terms.host != WORKER_ROUTE or zone is None or domain in (None, zone):
        return None
    return "error", (
        f"mta-sts.{domain} lies more than one label below the zone {zone}, and the certificate "
        "that a route answers with covers no such name: use host: worker"
    )


def _plain(names: Iterable[str]) -> set[str]:
    return {name.rstrip(".").lower() for name in names}


def _issuers(names: set[str]) -> str:
    found = listed(f'"{name}"' for name in sorted(names) if name)
    return f"only {found} as issuers" if found else "nobody as an issuer"
