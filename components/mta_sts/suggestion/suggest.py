"""From the live MX of a domain, a configuration that begins in testing."""

from collections.abc import Iterable

from mta_sts.limits import DEFAULT_MAX_AGE
from mta_sts.protocol.errors import MxError
from mta_sts.protocol.policy import mx_of
from mta_sts.providers import pattern_of
from mta_sts.suggestion.seen import Seen
from mta_sts.suggestion.told import Reason, Suggestion
from mta_sts.suggestion.written import written
from mta_sts.suggestion.zone import place
from mta_sts.words import age, listed

TESTING = (
    "nobody is refused yet: for 14 days senders report what enforce would refuse. Then enforce"
)
A_WEEK = f"{age(DEFAULT_MAX_AGE)}: a mistake lasts no longer, and Google Workspace asks for no less"
REPORTS = (
    'set reports: ["mailto:<address>"], an address on another domain; without, nobody tells what '
    "fails"
)


def suggest(seen: Seen) -> Suggestion:
    """A configuration for what was seen, beginning in testing."""
    found = tuple(already(seen))
    if not seen.mx.exists:
        return Suggestion(seen.domain, None, found=found, first=(f"{seen.domain} is not in DNS",))
    if seen.mx.null:
        null = f"{seen.domain} takes no mail: it has a null MX (RFC 7505). There is nothing to do"
        return Suggestion(seen.domain, None, found=(null, *found))
    mx, unusable = _mx(seen)
    first = [*unusable, *in_the_way(seen)]
    if seen.sight.record and seen.sight.policy:
        first.insert(0, "a policy is live already: --adopt keeps it")
    if not mx:
        return Suggestion(seen.domain, None, found=found, first=tuple(first))
    where = place(seen.domain, seen.delegation)
    keys = {"mode": "testing", "mx": [each.value for each in mx], "maxAge": DEFAULT_MAX_AGE}
    reasons = [Reason("mode", TESTING), *mx, Reason("maxAge", A_WEEK), reports(seen)]
    return written(
        Suggestion(
            seen.domain,
            {**keys, **where.keys},
            (*reasons, *where.reasons),
            found,
            (*first, *where.first),
        )
    )


def already(seen: Seen) -> Iterable[str]:
    """What MTA-STS and TLS reporting there is already, in words."""
    sight, name = seen.sight, f"_mta-sts.{seen.domain}"
    if sight.record and sight.policy:
        policy = sight.policy
        yield (
            f"senders find a policy: {policy.mode}, mx {listed(policy.mx) or 'none'}, max_age "
            f"{age(policy.max_age)}, under the id {sight.record.id}"
        )
    elif sight.record:
        failed = next(each for each in reversed(sight.observations) if each.error)
        yield f"{name} names the id {sight.record.id}, but no policy: {failed.error}"
    elif seen.texts:
        yield f"{name} is of no use to senders: {sight.error}"
    if seen.target:
        yield f"mta-sts.{seen.domain} is a CNAME to {seen.target}"
    elif seen.addresses:
        yield f"mta-sts.{seen.domain} has the addresses {listed(seen.addresses)}"
    if seen.rua:
        yield f"_smtp._tls.{seen.domain} has senders report to {listed(seen.rua)}"


def in_the_way(seen: Seen, do: str = "delete") -> Iterable[str]:
    """The records that stand where those of this project go: it takes over none of others.

    Args:
        do: what is to be done about them.
    """
    for text in seen.texts:
        yield f"{do} the TXT record of _mta-sts.{seen.domain}: {text!r}"
    if seen.target:
        yield f"{do} the CNAME record of mta-sts.{seen.domain}: {seen.target}"
    elif seen.addresses:
        found = listed(seen.addresses)
        yield f"{do} the address records of mta-sts.{seen.domain}: {found}"


def reports(seen: Seen) -> Reason:
    """Why there is no `reports` yet."""
    if seen.rua:
        return Reason("reports", f"left out: the record that is there stays, to {listed(seen.rua)}")
    return Reason("reports", REPORTS)


def _mx(seen: Seen) -> tuple[list[Reason], list[str]]:
    """The patterns, each once and with its reason; and the MX hosts that no pattern can match."""
    patterns: dict[str, Reason] = {}
    unusable = []
    for each in seen.mx.hosts:
        try:
            host = mx_of(each.host)
        except MxError as error:
            unusable.append(
                f"take the MX host {each.host!r} out of DNS, since no certificate can name it: "
                f"{error.rule}"
            )
            continue
        known = pattern_of(host)
        if known:
            pattern, provider = known
            why = f"{provider}, by the pattern that its customers use"
        elif seen.mx.implicit:
            pattern, why = host, "there is no MX record, and so the domain itself (RFC 5321 5.1)"
        else:
            pattern, why = host, "by its exact name"
        patterns.setdefault(pattern, Reason("mx", why, pattern))
    return list(patterns.values()), unusable
