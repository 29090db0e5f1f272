"""The gates: nothing is announced before it is live, and nothing of others is taken over (P2).

Before the `_mta-sts` record names an id, the bytes served at the policy's real name must hash to
it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pulumi

from mta_sts.handed_in import LOOKS, Part
from mta_sts.hooks import Hooks, Run
from mta_sts.memory import Recorded
from mta_sts.protocol import Record
from mta_sts.protocol.vantage import Vantage
from mta_sts.taken import (
    ForeignRecordError,
    NameTakenError,
    refuse_foreign_host,
    refuse_foreign_record,
    way_in,
)
from mta_sts.zones import ZoneOfDomain
from mta_sts.zones.recorded import value_of

LETTING_GO = 60.0  # seconds, until a name that was let go is out of DNS


Gate = Callable[[str], pulumi.ResourceHookBinding]
"""Holds back the resource of this name."""


class Gates:
    """The hooks of one domain's records. They run in an update only, never in a preview."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        domain: str,
        recorded: Recorded,
        zone: ZoneOfDomain,
        timeout: float,
        policy_id: pulumi.Output[str],
        spread: float,
        parts: Sequence[Part],
        hooks: Hooks,
        led: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """
        Args:
            led: of a domain whose zone others keep, makes sure that senders are led to where it is
                announced.
        """
        self._led = led
        self._component = component
        self._domain = domain
        self._zone = zone
        self._called: dict[str, str] = {}
        self._recorded = recorded
        self._timeout = timeout
        self._policy_id = policy_id
        self._spread = spread
        self._parts = parts
        self._hooks = hooks

    def before_name(self, resource: str) -> pulumi.ResourceHookBinding:
        """Neither name is another's when the first of them is made, which is this resource."""
        return pulumi.ResourceHookBinding(
            before_create=[self._hook(resource, "mta-sts-names", self._names_are_free)]
        )

    def before_cname(self, resource: str) -> pulumi.ResourceHookBinding:
        """The same; and a host serves the policy before the name moves to it, and, where a part of
        it is another's, before the name is made."""
        self._called["CNAME"] = resource
        first = [("mta-sts-names", self._names_are_free)]
        if self._parts:
            first.append(("mta-sts-first-host", self._first_host))
        return pulumi.ResourceHookBinding(
            before_create=[self._hook(resource, kind, run) for kind, run in first],
            before_update=[self._hook(resource, "mta-sts-host", self._move)],
        )

    def before_pointing(self, resource: str) -> pulumi.ResourceHookBinding:
        """Neither name is another's. What the name points to answers only once it does."""
        self._called["CNAME"] = resource
        return self.before_name(resource)

    def before_txt(self, resource: str) -> pulumi.ResourceHookBinding:
        """The policy is live when the record names it."""
        self._called["TXT"] = resource
        return pulumi.ResourceHookBinding(
            before_create=[self._hook(resource, "mta-sts-first", self._first_announcement)],
            before_update=[self._hook(resource, "mta-sts-gate", self._announcement)],
        )

    def _hook(self, resource: str, kind: str, run: Run) -> pulumi.ResourceHook:
        return self._hooks.before(resource, kind, run)

    async def _names_are_free(self, args: pulumi.ResourceHookArgs) -> None:
        """A name that moves here may still be seen for a moment where it was."""
        ours = {_value(args), self._recorded.target or ""}
        patience = LETTING_GO if self._recorded.target else 0.0
        loop = asyncio.get_running_loop()
        began = loop.time()
        foreign: list[ForeignRecordError] = []
        stands = None
        while True:
            try:
                stands = await refuse_foreign_host(self._domain, ours, _vantage())
                break
            except ForeignRecordError as error:
                if loop.time() - began >= patience:
                    foreign.append(error)
                    break
            await asyncio.sleep(1)
        if stands and self._recorded.target is None:
            self._refuse_left_behind(f"mta-sts.{self._domain}", "CNAME", stands)
        try:
            await refuse_foreign_record(self._domain, self._recorded.ids, _vantage())
        except ForeignRecordError as error:
            foreign.append(error)
        if foreign:
            raise NameTakenError(await self._way_in(foreign))

    async def _way_in(self, foreign: list[ForeignRecordError]) -> str:
        """What stands there, and how it becomes this stack's."""
        zone_id = await pulumi.Output.from_input(self._zone.id).future()
        parent = await self._component.urn.future()
        return way_in(
            self._domain, foreign, self._zone.module, str(zone_id), str(parent), self._called
        )

    def _refuse_left_behind(self, name: str, kind: str, found: str) -> None:
        """A record of ours that the stack does not know, left there by a run that was killed."""
        if not self._zone.module.TAKES_OVER:
            raise NameTakenError(
                f"{self._domain}: {name} already has the {kind} record {found!r}, left there by a "
                "run that was killed. Delete it in the zone, and run `pulumi up` again"
            )

    async def _move(self, args: pulumi.ResourceHookArgs) -> None:
        target = _value(args)
        if target != self._recorded.target:
            await self.wait(await self._policy_id.future() or "", target)

    async def _first_announcement(self, args: pulumi.ResourceHookArgs) -> None:
        ours = self._recorded.ids | {self._id_to_announce(args)}
        name = _name(args)
        try:
            stands = await refuse_foreign_record(self._domain, ours, _vantage(), name)
        except ForeignRecordError as error:
            raise NameTakenError(await self._way_in([error])) from None
        if stands and self._recorded.announced_id is None:
            self._refuse_left_behind(name, "TXT", stands)
        await self._announcement(args)

    async def _announcement(self, args: pulumi.ResourceHookArgs) -> None:
        if self._led and _name(args) != f"_mta-sts.{self._domain}":
            await self._led()
        await self.wait(self._id_to_announce(args))

    async def _first_host(self, args: pulumi.ResourceHookArgs) -> None:
        """What is another's serves the policy before the name is made for it."""
        from mta_sts.live import NotLiveError

        for part in self._parts:
            if await part.lacks(f"mta-sts.{self._domain}"):
                raise NotLiveError(
                    f"{self._domain}: nothing was announced: {await part.told()}\n"
                    "Run `pulumi up` again once that is done"
                )
        await self.wait(await self._policy_id.future() or "", _value(args))

    async def wait(self, wanted: str, target: str | None = None) -> None:
        """Wait until the policy with the id `wanted` is served, at `target` if that is given."""
        from mta_sts.live import NotLiveError, wait_until_served  # an HTTP client: only when needed

        try:
            await wait_until_served(
                self._domain,
                wanted,
                _vantage(),
                self._timeout,
                self.say,
                target,
                unbroken=max(self._spread, LOOKS) if self._parts else self._spread,
            )
        except NotLiveError as error:
            told = [await part.told() for part in self._parts]
            raise NotLiveError("\nWhat it takes: ".join([str(error), *told])) from None

    def _id_to_announce(self, args: pulumi.ResourceHookArgs) -> str:
        return Record.parse(_value(args)).id

    def say(self, line: str) -> None:
        pulumi.log.info(line, resource=self._component, ephemeral=True)


def _value(args: pulumi.ResourceHookArgs) -> str:
    """The value of the record that is about to be; empty of what is no record."""
    inputs = args.new_inputs or {}
    return value_of(inputs) if {"records", "content"} & {*inputs} else ""


def _name(args: pulumi.ResourceHookArgs) -> str:
    """The name of the record that is about to be."""
    return str((args.new_inputs or {})["name"])


def _vantage() -> Vantage:
    # The zone's own servers: a resolver may hold for minutes that a new name does not exist.
    return Vantage.from_environment(authoritative=True)
