"""What to do about a tenant that could not be made (P8)."""

import asyncio
import re
from weakref import WeakKeyDictionary

import pulumi

from mta_sts.hosts.recorded import DISTRIBUTION_TENANT
from mta_sts.limits import RECORD_TTL
from mta_sts.program import Program, this_program

NOT_SEEN = "Could not verify Domain Name ownership"
"""What CloudFront says while the name does not lead to it, as far as it sees."""
PAUSE = 15.0
"""Seconds between two tries: a resolver that CloudFront asks may hold an old record for its TTL."""
TENANT_ID = re.compile(r"\bdt_\w+")

_hooks: "WeakKeyDictionary[Program, pulumi.ErrorHook]" = WeakKeyDictionary()


class TenantNotMadeError(Exception):
    """The tenant of a domain is not made, or not ready. The caller does what it says."""


def named() -> pulumi.ResourceHookBinding:
    """The hook that waits for a name to be seen, and names the way on from all else."""
    program = this_program()
    if program not in _hooks:
        _hooks[program] = pulumi.ErrorHook("mta-sts-unmade-tenant", _try_again)
    return pulumi.ResourceHookBinding(on_error=[_hooks[program]])


async def _try_again(args: pulumi.ErrorHookArgs) -> bool:
    """Whether to make the tenant once more: while the name may be seen any moment.

    Raises:
        TenantNotMadeError: with the way on.
    """
    newest = args.errors[0] if args.errors else ""
    if NOT_SEEN in newest and len(args.errors) * PAUSE < RECORD_TTL:
        await asyncio.sleep(PAUSE)
        return True
    inputs = dict(args.new_inputs or {})
    if args.failed_operation != "delete" and (way := way_on(newest, args.urn, inputs)):
        raise TenantNotMadeError(way)
    return False


def way_on(error: str, urn: str, inputs: dict[str, object]) -> str | None:
    """What to do about an error of the provider; None where its own words are enough."""
    name = inputs.get("name")
    if NOT_SEEN in error:
        return (
            f"CloudFront does not see yet that {name} leads to it. Once its CNAME is seen "
            "everywhere, run `pulumi up` again"
        )
    if "CNAMEAlreadyExists" in error:
        return (
            f"{name} is on another distribution or tenant of CloudFront already. Take it off "
            "there, and run `pulumi up` again"
        )
    if "EntityLimitExceeded" in error:
        return (
            "the account has as many distribution tenants as its quota allows, 10,000 unless it "
            "was raised. Raise the quota (Service Quotas, Amazon CloudFront), and run `pulumi up` "
            "again"
        )
    if found := TENANT_ID.search(error):
        return (
            f"CloudFront has the tenant {found[0]}, and no certificate for {name} yet, so that "
            "this run forgets it. Mend what is said above. Then bring it into this stack as "
            f"below, and run `pulumi up` again, which goes on{_import(urn, found[0])}"
        )
    if "EntityAlreadyExists" in error:
        return (
            f"a tenant {name} is there already: left by a run that was killed, or that waited for "
            "its certificate in vain. `aws cloudfront get-distribution-tenant --identifier "
            f"{name}` tells its id. Bring it into this stack as below, and run `pulumi up` again"
            f"{_import(urn, '<id of the tenant>')}"
        )
    return None


def _import(urn: str, identifier: str) -> str:
    before, types, resource = urn.rsplit("::", 2)
    parent = f"{before}::{types.rpartition('$')[0]}::{resource.removesuffix('-tenant')}"
    return (
        "\n  pulumi import --protect=false --generate-code=false "
        f"--parent 'it={parent}' {DISTRIBUTION_TENANT} {resource} '{identifier}'"
    )
