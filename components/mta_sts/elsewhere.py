"""A domain whose zone others keep, as its component handles it (RFC 8461 8.2)."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import external, zone_facts
from mta_sts.arguments import External
from mta_sts.checks import Arguments
from mta_sts.findings import Wanted
from mta_sts.memory import Recorded
from mta_sts.owners import Say
from mta_sts.program import Program
from mta_sts.rules.owner import missing_words
from mta_sts.zones import ZoneOfDomain


class NotLedError(pulumi.RunError):
    """Nobody would see the announcement, because the owner of the zone has not made the records
    that lead to it. The caller runs `pulumi up` again once they are there."""


class Elsewhere:
    """What has to do with the owner of one domain's zone."""

    def __init__(
        self,
        program: Program,
        domain: str,
        zone: External,
        target: object,
        opts: pulumi.InvokeOptions,
    ) -> None:
        """
        Args:
            target: the name of the host; it may be known later.
        """
        self._program = program
        known = target if isinstance(target, str) else None
        (self.owner,) = program.owners.look([(domain, zone)], opts, known)
        self._domain = domain

    def announces(self, recorded: Recorded) -> bool:
        """Whether the policy is announced: it is already, or senders are led there, or this run
        waits until they are."""
        owner = self.owner
        if recorded.announced_id is not None or owner.wait is not None:
            return True
        group = self._program.groups.get(self._domain)
        if group is not None and (owner.target is None or self._domain not in group.domains):
            return False
        return owner.absent == ()

    async def led(self, target: pulumi.Input[str], say: Say) -> None:
        """Make sure that senders are led to the host, and to where the policy is announced.

        Raises:
            NotLedError: they are not, also not by the time that this run waits.
        """
        wanted = await self.to_make(target, None).future() or ()
        if self.owner.absent is None:  # a certificate that is there is good for a year
            wanted = tuple(each for each in wanted if each != self.owner.validation)
        missing = await self._program.owners.wait(self.owner, wanted, say)
        if missing:
            waited = f"after {self.owner.wait:g} s " if self.owner.wait else ""
            raise NotLedError(
                f"{self._domain}: nothing was announced, because nobody would see it: {waited}the "
                f"owner of the zone has not made {missing_words(missing)}. Senders keep what was "
                "announced before. Run `pulumi up` again once it is there"
            )

    def to_make(
        self, target: pulumi.Input[str], tlsrpt: pulumi.Output[str] | None
    ) -> pulumi.Output[tuple[Wanted, ...]]:
        """The records that the owner makes, once they are known."""
        asked = self._program.validations.get(self._domain)
        validation = pulumi.Output.from_input(self.owner.validation) if asked is None else asked

        def records(known: list[Any]) -> tuple[Wanted, ...]:
            return external.records(
                self._domain,
                self.owner.announced_at,
                validation=known[0],
                target=known[1],
                tlsrpt=known[2],
            )

        return pulumi.Output.all(validation, target, tlsrpt).apply(records)

    def tell(self, component: pulumi.Resource, wanted: tuple[Wanted, ...]) -> None:
        """Say on the domain's line, at the end of the run that made what had to be known first,
        which records are to be made."""
        if not pulumi.runtime.is_dry_run() and len(self.owner.wanted) < external.CNAMES:
            rows = "".join(f"\n    {row}" for row in external.lines(wanted))
            pulumi.log.info(f"the owner of its zone makes these, once:{rows}", resource=component)


def kept(
    given: Arguments, program: Program, zone: ZoneOfDomain, opts: pulumi.ResourceOptions | None
) -> Elsewhere | None:
    """What there is to do with the owner of the domain's zone; None where that is a zone of ours.

    Args:
        zone: where the policy is announced.
        opts: those of the component.
    """
    if "external" not in given.zone:
        return None
    target = given.host["cloudfront"]["target"] if given.host else None
    options = zone_facts.invoke_options(opts, zone.module.PACKAGE)
    return Elsewhere(program, given.domain, given.zone["external"], target, options)


def led(
    elsewhere: Elsewhere | None, component: pulumi.Resource, target: pulumi.Input[str]
) -> Callable[[], Awaitable[None]] | None:
    """What makes sure, before an announcement, that senders are led to it; None where that needs
    nobody else."""
    if elsewhere is None:
        return None
    say = partial(pulumi.log.info, resource=component, ephemeral=True)
    return lambda: elsewhere.led(target, say)


def to_make(
    elsewhere: Elsewhere | None,
    component: pulumi.Resource,
    target: pulumi.Input[str],
    tlsrpt: pulumi.Output[str] | None,
) -> pulumi.Output[tuple[Wanted, ...]]:
    """The records that the owner of the zone makes, which are said on the domain's line where they
    become known in this run."""
    if elsewhere is None:
        return pulumi.Output.from_input(())
    wanted = elsewhere.to_make(target, tlsrpt)
    _: pulumi.Output[None] = wanted.apply(partial(elsewhere.tell, component))
    return wanted
