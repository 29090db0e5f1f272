"""What others keep of a domain in DNS: the owner of its zone, and the records by which the
certificates that it shares are validated (RFC 8461 8.2)."""

from collections.abc import Iterable
from datetime import timedelta

from mta_sts import external
from mta_sts.case import Case, Said, in_force_until
from mta_sts.findings import Absent, Wanted, are_same
from mta_sts.words import listed, moment

ISSUE_PATIENCE = "75 minutes"
"""How long the provider waits for a certificate to be issued."""


def owner_records(case: Case) -> Said:
    """Others keep the zone, and what they make there is missing (RFC 8461 8.2).

    P2, P3: what nobody can find is not announced, and no testing begins with it.

    Info while it is waited for, error once senders rely on it, warning of what is only reported:
    have the owner of the zone make the records that it names.
    """
    owner = case.terms.owner
    if owner is None or _is_in_old_zone(case):
        return None
    missing = [each for each in case.absent if each.wanted != case.terms.validation]
    if case.before is None:
        return _waits(case, owner)
    if missing:
        return "error", (
            f"senders do not find what is announced: {missing_words(missing)}. Have the owner of "
            "the zone make it again"
        )
    if case.policy.mode == "none":
        return "info", _may_be_deleted(case, owner)
    if tlsrpt := _no_tlsrpt(case):
        return "warning", (
            "nobody reports what fails (RFC 8460 3): the owner of the zone has not made "
            f"{missing_words([tlsrpt])}"
        )
    return None


def _waits(case: Case, owner: tuple[Wanted, ...]) -> Said:
    if not case.absent and len(owner) == external.CNAMES:
        return None
    missing = [*case.absent, *([each] if (each := _no_tlsrpt(case)) else [])]
    rows = external.lines([each.wanted for each in missing])
    told = [
        f"\n    {row}{'' if each.found == external.NOTHING else f'  ; found: {each.found}'}"
        for row, each in zip(rows, missing, strict=True)
    ]
    more = "" if len(owner) == external.CNAMES else "\n    and more, which a `pulumi up` tells"
    return "info", (
        "not announced yet: it waits for the owner of its zone to make these records there, once. "
        f"The first `pulumi up` after that goes on:{''.join(told)}{more}"
    )


def _no_tlsrpt(case: Case) -> Absent | None:
    """The TLS reporting record, which the owner may make too, if it is not there."""
    if case.terms.tlsrpt is None or case.observed.rua != ():
        return None
    wanted = Wanted(f"_smtp._tls.{case.terms.domain}", "TXT", case.terms.tlsrpt)
    return Absent(wanted, external.NOTHING)


def _may_be_deleted(case: Case, owner: tuple[Wanted, ...]) -> str:
    """P6, RFC 8461 8.3."""
    until = in_force_until(case.memory.after(case.policy, case.now), case.now)
    when = f", from {moment(until)} on" if until else ""
    return (
        f"once the domain is removed{when}, the owner of its zone may delete "
        f"{listed(f'{each.name} {each.type}' for each in owner)}, and not before"
    )


def owner_host(case: Case) -> Said:
    """A domain whose zone others keep leaves its host.

    P2: only its owner can point the name elsewhere, and the old host would be gone by then.

    Error: leave it there, or go by mode none.
    """
    old, group = case.terms.recorded_group, case.terms.group
    if case.terms.owner is None or case.before is None or old is None:
        return None
    if group is not None and group.host == old:
        return None
    return "error", (
        f"the domain leaves the host {old}, to which the mta-sts CNAME leads that the owner of its "
        "zone keeps: senders would find no policy. Leave it there; to move, publish mode: none, "
        "remove the domain when that may be done, and add it anew"
    )


def validation_gone(case: Case) -> Said:
    """The record by which a certificate is validated is gone.

    One name that is not validated holds up the issue and the renewal of the certificate for all
    that share it.

    Error where a certificate is due, else warning: make the record again, or take the domain out.
    """
    validation, group = case.terms.validation, case.terms.group
    if validation is None or group is None or case.terms.domain not in group.domains:
        return None
    gone = next((each for each in case.absent if each.wanted == validation), None)
    if gone is None:
        return None
    others = [each for each in (*group.domains, *group.lets_go) if each != case.terms.domain]
    which = f" of group {group.name}" if group.name else ""
    if not group.changes:
        held = f"is not renewed, which is due once a year{_for(others)}"
    else:
        held = (
            "is due for another list of names in this run, and AWS issues none while one of them "
            f"is not validated: it would fail after {ISSUE_PATIENCE}{_for(others)}"
        )
    back = (
        "Have the owner of the zone make it again"
        if case.terms.owner is not None
        else "`pulumi up --refresh` makes it again"
    )
    return ("error" if group.changes else "warning"), (
        f"the record by which its certificate is validated is gone: {missing_words([gone])}. The "
        f"certificate{which} {held}. {back}; or take the domain out, as docs/leave.md says"
    )


def _for(others: list[str]) -> str:
    return f", for {listed(others)} too" if others else ""


def moved_to_owner(case: Case, left: Iterable[str]) -> Said:
    """P2: of a domain whose zone others keep from now on."""
    if are_same(case.delegated, left):
        rows = external.lines(case.terms.owner or ())
        told = "".join(f"\n    {row}" for row in rows)
        return "info", (
            "others keep the zone from now on, and the records in the old one stay. Have its owner "
            f"make these, and only then the parent delegate to it:{told}"
        )
    if case.absent:
        return None  # the owner's records are missing, which is said
    return "info", f"the parent delegates to the zone that others keep. {until_old_goes(case)}"


def until_old_goes(case: Case) -> str:
    """When the records in the zone that is left go."""
    until = case.terms.leaves_zone or case.now + timedelta(seconds=case.observed.delegation_ttl)
    return (
        f"Resolvers may hold the old delegation until {moment(until)}; the records in the old zone "
        "go with a `pulumi up` after that"
    )


def missing_words(missing: Iterable[Absent]) -> str:
    """The records, and what is there in place of each."""
    return listed(
        f"{each.wanted.name} {each.wanted.type} {each.wanted.value} (found: {each.found})"
        for each in missing
    )


def _is_in_old_zone(case: Case) -> bool:
    """Whether the parent still delegates to the zone of ours that the domain's records are in."""
    left = case.observed.left_servers
    return left is not None and are_same(case.delegated, left)
