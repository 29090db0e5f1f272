"""Domains that are gone from a program while senders may hold their policy (P6)."""

from collections.abc import Iterable

import pulumi

from mta_sts.program import this_program
from mta_sts.review import review


class RemovedInForceError(pulumi.RunError):
    """A domain was taken out of the program too early. The user puts it back for as long as the
    message says."""


def refuse_in_force(domains: Iterable[str]) -> None:
    """Make sure that no domain is missing whose enforce policy senders may hold.

    Raises:
        RemovedInForceError: one is, and its removal was not accepted while it was still there.
    """
    program = this_program()
    found = []
    for domain in sorted(program.state.domains - set(domains)):
        memory = program.state.memory_of(domain)
        if memory.entry and memory.entry.released is None:
            found += [f"\n  {domain}: {each}" for each in review(memory, None, None, program.now)]
    if found:
        raise RemovedInForceError(
            f"domains were taken out too early; nothing was changed:{''.join(found)}"
        )
