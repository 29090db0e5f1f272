"""Where a policy is announced and served: the zone, the certificate, the host (P2)."""

from mta_sts.case import Case, Said
from mta_sts.findings import NotAsked, Severity
from mta_sts.limits import RECORD_TTL
from mta_sts.protocol.policy import Policy, policy_id
from mta_sts.words import listed, span, summary

CAA_TAGS = frozenset({"issue", "issuewild", "iodef", "issuemail", "contactemail", "contactphone"})
"""Property tags that certificate authorities know."""
NO_RECORD = "there is no usable _mta-sts record in DNS"


def served_unannounced(case: Case) -> Said:
    """P2. Under the announced id, senders that first came meanwhile hold what was taken back."""
    written = case.recorded.written
    if not case.goes_back or written is None:
        return None
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


def record_differs(case: Case) -> Said:
    """P1. Of a resolver that has not heard of the last change nothing is said."""
    found, announced = case.observed.record_id, case.recorded.announced_id
    if isinstance(found, NotAsked) or announced is None:
        return None
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
    """RFC 1034 4.2.1: records are found only where the parent sends people to look."""
    mine = case.observed.zone_servers
    if mine is None:
        return None
    ours = {_server(name) for name in mine}
    theirs = {_server(name) for name in case.delegated}
    if ours & theirs:
        return None
    found = f"to {listed(sorted(theirs))}" if theirs else "nowhere"
    return "error", (
        f"nobody sees the records of the zone given: its name servers are {listed(sorted(ours))}, "
        f"but the parent delegates {found}. Give the id of the delegated zone, or have the parent "
        "delegate to this one"
    )


def caa_blocks(case: Case) -> Said:
    """RFC 8659 4.2: without an issue property anybody may, unless a critical one is unknown (4.1).

    An error where a certificate is to be issued; later it is its renewal that fails.
    """
    caa = case.caa
    if caa is None:
        return None
    issuers = {
        record.value.partition(";")[0].strip().lower()
        for record in caa.records
        if record.tag == "issue"
    }
    unknown = {each.tag for each in caa.records if each.critical and each.tag not in CAA_TAGS}
    if not unknown and (not issuers or issuers & case.terms.issuers):
        return None
    told = f"a critical {listed(sorted(unknown))}" if unknown else _issuers(issuers)
    allowed = listed(sorted(case.terms.issuers))
    severity: Severity = "error" if case.before is None or case.moves else "warning"
    return severity, (
        f"the CAA records of {caa.where} have {told}, so that no certificate is issued or renewed. "
        f"Allow one of {allowed} there (RFC 8659 4.2)"
    )


def moved_host(case: Case) -> Said:
    """P2, RFC 8461 8.2."""
    if not case.moves:
        return None
    return "info", (
        f"the host moves from {case.recorded.target} to {case.terms.target}: the policy is seen "
        "there before the mta-sts CNAME changes. Senders may ask the old host for "
        f"{span(RECORD_TTL)} after that, the TTL of the CNAME: keep it until then"
    )


def _server(name: str) -> str:
    return name.rstrip(".").lower()


def _issuers(names: set[str]) -> str:
    found = listed(f'"{name}"' for name in sorted(names) if name)
    return f"only {found} as issuers" if found else "nobody as an issuer"
