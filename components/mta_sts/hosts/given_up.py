"""What to do about a certificate that was asked for and will never be issued (P8)."""

from weakref import WeakKeyDictionary

import pulumi

from mta_sts.program import Program, this_program

WAYS_ON = {
    "VALIDATION_TIMED_OUT": (
        "AWS has given up the certificate {arn}: it was not validated for all its names within 72 "
        "hours. Run `pulumi up --refresh`, which asks for another"
    ),
    "FAILED": (
        "AWS has refused the certificate {arn}. Mend what it says above, then run `pulumi up "
        "--replace '{certificate}'`, which asks for another"
    ),
}
"""By the state that the certificate is in."""

_hooks: "WeakKeyDictionary[Program, pulumi.ErrorHook]" = WeakKeyDictionary()


class GivenUpError(Exception):
    """The certificate will never be issued. The caller asks for another, as it says."""


def named() -> pulumi.ResourceHookBinding:
    """The hook that names the way on."""
    program = this_program()
    if program not in _hooks:
        _hooks[program] = pulumi.ErrorHook("mta-sts-given-up", _name)
    return pulumi.ResourceHookBinding(on_error=[_hooks[program]])


def _name(args: pulumi.ErrorHookArgs) -> bool:
    """Never try again.

    Raises:
        GivenUpError: the provider says that it is in such a state.
    """
    for state, way_on in WAYS_ON.items():
        if any(f"unexpected state '{state}'" in each for each in args.errors):
            arn = str((args.new_inputs or {}).get("certificateArn"))
            certificate = "**" + args.name.removesuffix("-issued") + "-certificate"
            raise GivenUpError(way_on.format(arn=arn, certificate=certificate))
    return False
