"""Where mail for a domain goes, and whether the policy covers it (RFC 8461 4.1)."""

from datetime import datetime

from mta_sts.inspection import kinds
from mta_sts.inspection.asked import Asked, unanswered
from mta_sts.inspection.result import Finding, Mx, Seen
from mta_sts.protocol.policy import Policy
from mta_sts.protocol.resolve import MxAnswer
from mta_sts.protocol.sender_errors import DnsError
from mta_sts.words import nearest, some

MOST_HOSTS = 20
"""MX hosts of one domain that are told; a message of DNS has room for thousands."""
_MOST_COMPARED = 100  # patterns


def hosts(
    asked: Asked[MxAnswer], policy: Policy | None
) -> tuple[list[Seen], tuple[Mx, ...], tuple[str, ...]]:
    """What to tell of the MX hosts, the hosts, and the patterns of the policy that match none."""
    answer = asked.answer
    if isinstance(answer, DnsError):
        return [unanswered("mx", asked.at, answer)], (), ()
    if answer.null:
        return [Seen("mx", asked.at, answer.source, "none: a null MX (RFC 7505)")], (), ()
    if not answer.hosts:
        finding = kinds.NO_DOMAIN.finding(f"{answer.name} is not in DNS")
        return [Seen("mx", asked.at, answer.source, "no such domain", (finding,))], (), ()
    first = answer.hosts[:MOST_HOSTS]
    exchanges = tuple(
        Mx(each.preference, each.host, policy.matches(each.host) if policy else None)
        for each in first
    )
    seen = [_seen(each, asked.at, answer, policy) for each in exchanges]
    if len(answer.hosts) > len(first):
        found = f"{len(answer.hosts)} MX hosts, of which {MOST_HOSTS} are looked at"
        seen.append(Seen("mx", asked.at, answer.source, found, (kinds.MORE_MX.finding(found),)))
    unused = _unused(policy, [each.host for each in answer.hosts]) if policy else ()
    if unused:
        found = f"of {len(policy.mx) if policy else 0} patterns, {len(unused)} match none of these"
        finding = kinds.UNUSED.finding(f"no MX host in DNS matches {some(unused)}")
        seen.append(Seen("mx", asked.at, answer.source, found, (finding,)))
    return seen, exchanges, unused


def _seen(mx: Mx, at: datetime, answer: MxAnswer, policy: Policy | None) -> Seen:
    name = f"{mx.preference} {mx.host}"
    if answer.implicit:
        name = f"{mx.host}, as there is no MX record"
    if policy is None or mx.covered is None:
        return Seen("mx", at, answer.source, name)
    if mx.covered:
        return Seen("mx", at, answer.source, f"{name}: covered")
    finding: tuple[Finding, ...] = ()
    if policy.mode != "none":
        near = nearest(mx.host, policy.mx[:_MOST_COMPARED])
        message = f"{mx.host} matches none of {some(policy.mx)}"
        message += f" ({near})" if near else ""
        finding = (kinds.UNCOVERED.finding(f"{message}; {kinds.UNCOVERED.rule}", policy.mode),)
    return Seen("mx", at, answer.source, f"{name}: not covered", finding)


def _unused(policy: Policy, names: list[str]) -> tuple[str, ...]:
    used = set(names) | {f"*.{name.partition('.')[2]}" for name in names}
    return tuple(pattern for pattern in policy.mx if pattern not in used)
