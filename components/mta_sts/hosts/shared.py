"""What the hosts of many domains have in common: names, protection, and the wait for reviews."""

import hashlib
import re
from collections.abc import Iterable
from typing import TypeVar

import pulumi
import pulumi.runtime

from mta_sts.arguments import HostedDomain
from mta_sts.case import in_force_until
from mta_sts.program import this_program

T = TypeVar("T")

SHORT_NAME = 40
"""Characters, so that a part's name and Pulumi's random suffix fit behind."""


def short(name: str) -> str:
    """A component's name as the names of functions, buckets and Workers can carry it: they take no
    dots, and 63 or 64 characters in all."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "host"
    if len(plain) <= SHORT_NAME:
        return plain
    return f"{plain[: SHORT_NAME - 9]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def name_in_account(name: str) -> str:
    """What a Worker or bucket of a component is called, where the account has others: the same at
    every run."""
    return short(f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}")


def once_reviewed(value: T) -> pulumi.Input[T]:
    """The value, in an update only once every review has passed, so that nothing that depends on it
    is registered before.

    Not so in a preview: there a review passes once its domain is registered, which may depend on
    the host.
    """
    if pulumi.runtime.is_dry_run():
        return value
    passed: pulumi.Output[bool] = pulumi.Output.from_input(this_program().reviews.all_passed())
    return passed.apply(lambda _: value)


def protection(
    domains: Iterable[HostedDomain], opts: pulumi.ResourceOptions | None
) -> pulumi.ResourceOptions:
    """The options of a host, which is protected for the sake of its domains (P6)."""
    protect = True if any(map(is_protected, domains)) else None
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(protect=protect))


def md5(text: str) -> str:
    """The hash by which S3 and R2 know the content of a file."""
    return hashlib.md5(text.encode("ascii"), usedforsecurity=False).hexdigest()


def is_protected(hosted: HostedDomain) -> bool:
    """Whether the host must be there for this domain: senders may hold an enforce policy (P6). One
    that leaves in this run lets go of the host, so that the next run can delete it."""
    if hosted.get("leaving"):
        return False
    if "protect" in hosted:
        return hosted["protect"]
    program = this_program()
    recorded = program.state.memory_of(hosted["domain"])
    released = recorded.entry is not None and recorded.entry.released is not None
    memory = recorded.memory(program.now)
    return not released and in_force_until(memory, program.now) is not None
