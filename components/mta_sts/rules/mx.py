"""The mx of a policy and the MX hosts in DNS (P5, RFC 8461 4.1)."""

from datetime import timedelta

from mta_sts.case import Case, Said
from mta_sts.protocol.policy import Policy, PolicyChange
from mta_sts.providers import is_usual
from mta_sts.words import left, listed, moment, nearest, span


def mx_uncovered(case: Case) -> Said:
    """An MX host in DNS that no `mx` matches (RFC 8461 4.1).

    P5. An MX that is dropped is for mx-leaves-too-early, where that speaks.

    Error under enforce, warning in testing: add it to `mx`.
    """
    if case.policy.mode == "none":
        return None
    enforce = case.policy.mode == "enforce"
    missed = [host for host in case.hosts if not case.allows(host)]
    if enforce:
        missed = [host for host in missed if host not in _dropped(case)]
    if not missed:
        return None
    them = "it" if case.mx.implicit else "them"
    if case.mx.implicit:
        found = "without an MX record the domain is its own MX (RFC 5321 5.1), and no mx matches it"
    else:
        near = {host: nearest(host, case.policy.mx) for host in missed}
        hosts = (f"{host} ({near[host]})" if near[host] else host for host in missed)
        found = f"MX hosts in DNS that no mx matches: {listed(hosts)}"
    if enforce:
        return "error", f"{found}. Senders refuse {them} and defer the mail. Add {them} to mx"
    return "warning", (
        f"{found}. Senders report {them}, and under enforce refuse {them}. Add {them} to mx"
    )


def mx_leaves_too_early(case: Case) -> Said:
    """The policy drops an MX host that is in DNS, or that resolvers may still hold.

    P5. Of a host that has left DNS it is not known when: the TTL is named, and no error made.

    Error under enforce, warning once it is out of DNS: take it out of DNS first, and wait for its
    TTL.
    """
    if case.policy.mode != "enforce" or case.before is None:
        return None
    ttl = span(case.mx.ttl)
    if dropped := _dropped(case):
        return "error", (
            f"MX hosts in DNS that the policy drops: {listed(dropped)}. Senders refuse them and "
            f"defer the mail. Keep them in mx until they are out of DNS and their TTL ({ttl}) has "
            "run out"
        )
    removed = PolicyChange(case.before, case.policy).mx_removed
    gone = [each for each in removed if not case.policy.matches(each) and not _matched(case, each)]
    if not gone:
        return None
    return "warning", (
        f"the policy drops {listed(gone)}. No such MX is in DNS, but resolvers may hold one for "
        f"its TTL ({ttl}): if it left DNS less than that ago, wait until "
        f"{moment(case.now + timedelta(seconds=case.mx.ttl))} at most"
    )


def mx_too_new(case: Case) -> Said:
    """An MX host in DNS that an enforce policy announced before does not match, while senders may
    hold that policy (RFC 8461 3.2).

    Warning: keep an MX host that the older policy matches until then.
    """
    if not case.superseded:
        return None
    refused = {
        host: max(until for policy, until in case.superseded if not policy.matches(host))
        for host in case.hosts
        if case.allows(host) and not all(policy.matches(host) for policy, _ in case.superseded)
    }
    if not refused:
        return None
    return "warning", (
        f"MX hosts in DNS that an enforce policy announced before does not match: "
        f"{listed(refused)}. Senders that never look at the id refuse them for as long as they "
        f"hold it ({left(max(refused.values()), case.now)}). Until then, keep an MX that it matches"
    )


def mx_unused(case: Case) -> Said:
    """An `mx` that matches no MX host in DNS.

    P3. A pattern may be there before its MX, as it should be when mail moves.

    Warning: take it out, unless its MX host is still to come.
    """
    if case.policy.mode == "none":
        return None
    unused = [pattern for pattern in case.policy.mx if not _matched(case, pattern)]
    if not unused:
        return None
    waits = [until for held, until in case.superseded if not set(unused) <= set(held.mx)]
    safe = f": from {moment(max(waits))} on no sender refuses it" if waits else ""
    return "warning", (
        f"these mx match no MX in DNS: {listed(unused)}. Take them out, unless their MX is still "
        f"to come{safe}"
    )


def mx_broad(case: Case) -> Said:
    """A wildcard where exact names would do: it lets in everybody who can get a certificate below
    it (RFC 8461 10.4).

    Below those that a provider's customers use, that is the provider alone.

    Warning: name the hosts.
    """
    if case.policy.mode == "none":
        return None
    wildcards = {p: _matched(case, p) for p in case.policy.mx if p.startswith("*.")}
    broad = {p: hosts for p, hosts in wildcards.items() if hosts and not is_usual(p)}
    if not broad:
        return None
    names = (f"{listed(hosts)} instead of {pattern}" for pattern, hosts in broad.items())
    return "warning", (
        f"exact names would do: {'; '.join(names)}. A wildcard takes in any other host with a "
        "certificate for such a name (RFC 8461 10.4)"
    )


def _matched(case: Case, pattern: str) -> list[str]:
    """The MX hosts in DNS that this one pattern matches."""
    one = Policy(mode="enforce", mx=[pattern], max_age=0)
    return [host for host in case.hosts if one.matches(host)]


def _dropped(case: Case) -> list[str]:
    """The MX hosts in DNS that the policy before matches, and the new one does not."""
    if case.before is None:
        return []
    return [
        host for host in case.hosts if case.before.matches(host) and not case.policy.matches(host)
    ]
