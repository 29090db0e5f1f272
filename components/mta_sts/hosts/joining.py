"""Which names are in the certificate that the domains of a group share.

One name that is not validated holds up the certificate for all. So a domain whose zone others keep
joins once the record that validates it is seen in DNS. To learn which record that is, it has a
certificate of its own until then: AWS asks for the same one in all certificates of an account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi.runtime
import pulumi_aws as aws

from mta_sts.findings import Group, Wanted
from mta_sts.hosts.groups import HostGroup
from mta_sts.hosts.recorded_certificates import ASKING, SHARED, wanted_of
from mta_sts.limits import CERTIFICATE_REGION, COMMON_NAME_LIMIT
from mta_sts.owners import Owner
from mta_sts.program import this_program
from mta_sts.rules.owner import missing_words
from mta_sts.words import listed


class NotValidatedError(pulumi.RunError):
    """No domain of a host can be in its certificate, because the owners of their zones have not
    made the records in time. The user has them made, and runs `pulumi up` again."""


@dataclass(frozen=True)
class Names:
    """The names of one group."""

    value: pulumi.Input[list[str]]
    """Those that are in the certificate, in order; known later where this run waits for some."""
    before: list[str] | None
    """Those of the certificate that there is by now."""
    may_be: list[str]
    """Those of this run, if all that it waits for are validated in time."""
    changes: bool
    """Whether a certificate is to be issued in this run."""
    validations: Mapping[str, pulumi.Output[Wanted]]
    """By domain, the record that its owner makes."""


def names(host: pulumi.ComponentResource, group: HostGroup, groups: Mapping[str, str]) -> Names:
    """The names that join, or have joined; with what it takes to ask for those that have not.

    Args:
        groups: the names of all groups of the host, by what the parts of each are called by.
    """
    program, parts, domains = this_program(), group.parts, group.domains
    before = program.state.certificates.names_in(f"{parts}{SHARED}")
    if group.is_left:
        # Its certificate goes with its distribution, and serves none of these names by then.
        return Names(before or [], before, before or [], False, {})
    elsewhere = [each for each in domains if "external" in each["zone"]]
    owners = {
        owner.domain: owner
        for owner in program.owners.look(
            ((each["domain"], each["zone"]["external"]) for each in elsewhere),
            pulumi.InvokeOptions(parent=host),
        )
    }
    waiting = [
        owner
        for owner in owners.values()
        if f"mta-sts.{owner.domain}" not in (before or []) and not owner.may_join
    ]
    out = {f"mta-sts.{owner.domain}" for owner in waiting}
    every = sorted(f"mta-sts.{each['domain']}" for each in domains)
    joined = [name for name in every if name not in out]
    # That of a domain which a run waited for outlives the run: the next one changes nothing.
    kept = [
        owner
        for owner in owners.values()
        if owner.wait is not None
        and program.state.certificates.is_asked_for(f"mta-sts.{owner.domain}")
    ]
    validations = {
        owner.domain: _asked(host, parts, f"mta-sts.{owner.domain}", every)
        for owner in {each.domain: each for each in (*waiting, *kept)}.values()
    }
    late = [owner for owner in waiting if owner.wait is not None]
    value: pulumi.Input[list[str]] = joined
    if late:
        lacks = [_missing(host, owner, validations[owner.domain]) for owner in late]
        value = pulumi.Output.all(*lacks).apply(partial(_all_there, joined, late))
    may_be = sorted([*joined, *(f"mta-sts.{owner.domain}" for owner in late)])
    is_issued = program.state.is_issued(parts)
    changes = may_be != (before or []) or not is_issued
    inside = tuple(name.removeprefix("mta-sts.") for name in joined)
    shared = Group(parts, inside, changes, tuple(sorted(group.lets_go)), groups)
    program.groups.update({each["domain"]: shared for each in domains})
    program.validations.update(validations)
    return Names(value, before, may_be, changes, validations)


def _asked(
    host: pulumi.ComponentResource, parts: str, name: str, every: list[str]
) -> pulumi.Output[Wanted]:
    """The record that validates a name. The certificate that asks is never waited for, and used by
    nobody: that AWS gives a request up after 72 hours takes nothing from it."""
    first = next(each for each in (name, *every) if len(each) <= COMMON_NAME_LIMIT)
    asking = aws.acm.Certificate(
        f"{parts}-{name.removeprefix('mta-sts.')}{ASKING}",
        domain_name=first,
        subject_alternative_names=sorted({first, name}),
        validation_method="DNS",
        region=CERTIFICATE_REGION,
        # It goes when the name joins, while the host may be protected.
        opts=pulumi.ResourceOptions(parent=host, protect=False),
    )
    return asking.domain_validation_options.apply(
        lambda options: next(
            wanted_of(
                {
                    "resourceRecordName": option.resource_record_name or "",
                    "resourceRecordType": option.resource_record_type or "",
                    "resourceRecordValue": option.resource_record_value or "",
                }
            )
            for option in options
            if option.domain_name == name
        )
    )


def _missing(
    host: pulumi.ComponentResource, owner: Owner, validation: pulumi.Output[Wanted]
) -> pulumi.Output[str]:
    """What the owner has not made when the time is up, in words; empty once it is there. A preview
    takes it to come."""

    def say(line: str) -> None:
        pulumi.log.info(line, resource=host, ephemeral=True)

    async def waited(wanted: Wanted) -> str:
        if pulumi.runtime.is_dry_run():
            return ""
        return missing_words(await this_program().owners.wait(owner, [wanted], say))

    return validation.apply(waited)


def _all_there(joined: list[str], late: list[Owner], missing: list[str]) -> list[str]:
    """The names that are in, of those that were in before and those that were waited for.

    Raises:
        NotValidatedError: there is none.
    """
    came = [
        f"mta-sts.{owner.domain}" for owner, lacks in zip(late, missing, strict=True) if not lacks
    ]
    if not joined and not came:
        raise NotValidatedError(
            "no certificate can be asked for: the owners of the zones have not made "
            f"{listed(missing)}. Run `pulumi up` again once they are there"
        )
    return sorted([*joined, *came])
