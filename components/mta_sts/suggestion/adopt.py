"""From a policy that is live, a configuration whose first preview changes nothing but the id."""

from collections.abc import Iterator
from datetime import datetime

from mta_sts.findings import LiveMx, Observed, Terms
from mta_sts.limits import SHORTEST_MAX_AGE
from mta_sts.memory import Live, Recorded
from mta_sts.policy_file import examine
from mta_sts.protocol import Policy
from mta_sts.review import review
from mta_sts.suggestion.seen import Seen
from mta_sts.suggestion.suggest import already, in_the_way, reports
from mta_sts.suggestion.told import Reason, Suggestion
from mta_sts.suggestion.written import written
from mta_sts.suggestion.zone import place
from mta_sts.words import age

LIVE = "as the live policy has it"
SO_ALREADY = "is found of the live policy already: mend that in a change of its own"


def adopt(seen: Seen, now: datetime) -> Suggestion:
    """A configuration for the policy that is live, for as long as it is: a preview compares with
    what is live then."""
    record, policy, body = seen.sight.record, seen.sight.policy, seen.sight.body
    found = [*already(seen)]
    if record is None or policy is None or body is None:
        nothing = f"there is no live policy to adopt: {seen.sight.error}"
        return Suggestion(seen.domain, None, found=tuple(found), first=(nothing,))
    taken = Policy(mode=policy.mode, mx=policy.mx, max_age=max(policy.max_age, SHORTEST_MAX_AGE))
    found += _changes(body, policy, taken)
    accept = _accept(seen, Live(record.id, policy), taken, now)
    where = place(seen.domain, seen.delegation)
    mx = {"mx": list(taken.mx)} if taken.mx else {}
    keys = {"mode": taken.mode, **mx, "maxAge": taken.max_age, **where.keys}
    return written(
        Suggestion(
            domain=seen.domain,
            configuration=keys | ({"accept": accept} if accept else {}),
            reasons=(
                Reason("mode", LIVE),
                *(Reason("mx", LIVE, pattern) for pattern in taken.mx),
                Reason("maxAge", LIVE if taken == policy else f"raised from {policy.max_age}"),
                reports(seen),
                *where.reasons,
                *(Reason("accept", f"{code} {SO_ALREADY}") for code in accept),
            ),
            found=tuple(found),
            first=where.first,
            then=tuple(_steps(seen, where.keys["host"])),
        )
    )


def _changes(body: bytes, policy: Policy, taken: Policy) -> Iterator[str]:
    """What of the file's bytes changes, though its meaning does not, and so its id."""
    normalised = examine("", body).normalised
    for difference in normalised.differences if normalised else ():
        yield f"normalised: {difference}"
    if taken != policy:
        yield (
            f"max_age {age(policy.max_age)} is raised to {age(SHORTEST_MAX_AGE)}: this project "
            "takes no less, since Google Workspace refuses it"
        )


def _accept(seen: Seen, live: Live, taken: Policy, now: datetime) -> dict[str, str]:
    """What stops the first preview though the live policy has it too, and why it is accepted."""
    mx = LiveMx(seen.mx.hosts, seen.mx.ttl, implicit=seen.mx.implicit, null=seen.mx.null)
    observed = Observed(mx=mx, record_id=live.id, rua=seen.rua, caa=None)
    found = review(Recorded(live=live), taken, observed, now, terms=Terms())
    why = f"the policy that was live before, id {live.id}, has it so"
    return {each.code: why for each in found if each.severity == "error"}


def _steps(seen: Seen, host: str) -> Iterator[str]:
    """What makes the names this stack's, once the first `pulumi up` has written down what is live.
    Where the name must leave its distribution first, it stops before it comes to the records."""
    yield "pulumi preview: it says `taken over: id … -> …`, and whatever else would change"
    yield "pulumi up: it writes down what is live, and stops before the names that are taken"
    if host == "cloudfront" and (seen.target or "").endswith(".cloudfront.net"):
        yield (
            f"take the name mta-sts.{seen.domain} off the distribution {seen.target}, if it is on "
            "it: CloudFront has a name on one only"
        )
        yield from in_the_way(seen)
        yield (
            "pulumi up again, at once: meanwhile senders that hold the policy keep it, and others "
            "deliver as if there was none"
        )
        return
    yield from in_the_way(seen, "bring in, by the `pulumi import` that it names, or else delete,")
    yield (
        "pulumi up again: what was brought in changes in place, once the policy is seen on its new "
        "host; of what was deleted, senders that hold the policy keep it, and others deliver as if "
        "there was none"
    )
