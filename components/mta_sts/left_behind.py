"""What to do about a thing that is there already, where the provider cannot take it over (P8).

A run that is killed may have made it, and not have come to note it in the state.
"""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

import pulumi

from mta_sts.program import Program, this_program

PLACES = {"aws": "in AWS", "cloudflare": "at Cloudflare"}
IDENTITY = ("name", "type", "content", "domain", "hostname", "pattern", "aliases")
"""The inputs by which people find it there."""

_hooks: "WeakKeyDictionary[Program, pulumi.ErrorHook]" = WeakKeyDictionary()


class LeftBehindError(Exception):
    """What should be made is there already. The caller deletes or imports it, as it says."""


def named() -> pulumi.ResourceHookBinding:
    """The hooks that name what keeps a resource from being made, and the way on."""
    program = this_program()
    if program not in _hooks:
        _hooks[program] = pulumi.ErrorHook("mta-sts-left-behind", _name)
    return pulumi.ResourceHookBinding(on_error=[_hooks[program]])


def _name(args: pulumi.ErrorHookArgs) -> bool:
    """Never try again.

    Raises:
        LeftBehindError: the provider says that it exists.
    """
    if args.failed_operation == "create" and any(" already " in each for each in args.errors):
        raise LeftBehindError(way_on(args.type, args.new_inputs or {}))
    return False


def way_on(kind: str, inputs: Mapping[str, object]) -> str:
    """What is there, and what to do about it, for a resource of this type."""
    package, what = kind.partition(":")[0], kind.rpartition(":")[2]
    told = ", ".join(f"{key} {inputs[key]!r}" for key in IDENTITY if inputs.get(key))
    return (
        f"{what} ({told}) is there already: left by a run that was killed, or made by another. "
        f"Delete it {PLACES[package]}, or bring it into this stack with `pulumi import`, and run "
        "`pulumi up` again"
    )
