"""What to do about a quota of the AWS account that a host has come to."""

from weakref import WeakKeyDictionary

import pulumi

from mta_sts.limits import CERTIFICATE_NAMES
from mta_sts.program import Program, this_program

RAISE = "Raise it in the console of AWS, under Service Quotas, in us-east-1, and run `pulumi up`"
WAYS_ON = {
    "too many domains": (
        "AWS issues no certificate with as many names to this account: the quota is `Domain names "
        f"per ACM certificate`, {CERTIFICATE_NAMES} unless it was raised. {RAISE}; or split the "
        "domains by `group`"
    ),
    "certificates in the last year": (
        "each change of a group's domains is a new certificate, and this account has had as many "
        "as it may within a year: the quota is `ACM certificates created in last 365 days`. "
        + RAISE
    ),
    "LimitExceededException": (
        "a quota of ACM is reached: `Domain names per ACM certificate`, `ACM certificates` or `ACM "
        f"certificates created in last 365 days`. {RAISE}"
    ),
    "TooManyDistributionCNAMEs": (
        "the quota is `Alternate domain names (CNAMEs) per distribution`. "
        f"{RAISE}; or move domains to another `group`"
    ),
    "TooManyDistributionsAssociatedToOriginAccessControl": (
        f"the quota is `Distributions per origin access control`. {RAISE}; or put domains on a "
        "CloudFrontHost of another name"
    ),
    "TooManyDistributionsWithFunctionAssociations": (
        "the quota is `Maximum number of distributions associated with a single function`. "
        f"{RAISE}; or put domains on a CloudFrontHost of another name"
    ),
    "TooManyDistributions": (
        f"the quota is `Distributions per AWS account`. {RAISE}; or put the domains of the new "
        "`group` back into another one"
    ),
}
"""By what the error of AWS has in it; the first that fits is said."""

_hooks: "WeakKeyDictionary[Program, pulumi.ErrorHook]" = WeakKeyDictionary()


class QuotaError(Exception):
    """A quota of the account is reached. The user has it raised, as it says, and runs again."""


def named() -> pulumi.ResourceHookBinding:
    """The hook that names the quota."""
    program = this_program()
    if program not in _hooks:
        _hooks[program] = pulumi.ErrorHook("mta-sts-quota", _name)
    return pulumi.ResourceHookBinding(on_error=[_hooks[program]])


def _name(args: pulumi.ErrorHookArgs) -> bool:
    """Never try again.

    Raises:
        QuotaError: the provider says that one is reached.
    """
    for code, way_on in WAYS_ON.items():
        if any(code in each for each in args.errors):
            raise QuotaError(way_on)
    return False
