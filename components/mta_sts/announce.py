"""The gates: nothing is announced before it is live, and nothing of others is taken over (P2).

Before the `_mta-sts` record names an id, the bytes served at the policy's real name must hash to
it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence

import pulumi

from mta_sts.handed_in import LOOKS, Part
from mta_sts.live import NotLiveError, wait_until_served
from mta_sts.memory import Recorded
from mta_sts.protocol import Record
from mta_sts.protocol.resolve import addresses, cname, txt
from mta_sts.protocol.sender_errors import SenderError
from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard
from mta_sts.zones.recorded import value_of

LETTING_GO = 60.0  # seconds, until a name that was let go is out of DNS

Run = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]


class NameTakenError(Exception):
    """A record that this stack did not make stands where one of its own should go. The caller
    deletes or imports it."""


async def refuse_foreign_record(domain: str, ours: Collection[str], vantage: Vantage) -> str | None:
    """Make sure that no `_mta-sts` record stands in DNS but one with an id of ours; that one, if it
    does.

    Raises:
        NameTakenError: another does, or DNS cannot be asked.
    """
    name = f"_mta-sts.{domain}"
    try:
        texts = (await txt(name, vantage)).texts
    except SenderError as error:
        raise NameTakenError(_not_asked(domain, name, error)) from error
    found = [text for text in texts if text.startswith("v=STSv1")]
    for text in found:
        if not any(f"id={known};" in text for known in ours):
            raise NameTakenError(_taken(domain, name, "TXT", text))
    return found[0] if found else None


async def refuse_foreign_host(domain: str, ours: Collection[str], vantage: Vantage) -> str | None:
    """Make sure that the name `mta-sts.<domain>` is free in DNS, or a CNAME to a target of ours;
    that target, if it is. Free is also what a wildcard of the domain answers for.

    Raises:
        NameTakenError: it is another's, or DNS cannot be asked.
    """
    name = f"mta-sts.{domain}"
    try:
        target = await cname(name, vantage)
        found = [] if target else (await addresses(name, vantage)).addresses
        is_ours = target in {known.rstrip(".").lower() for known in ours}
        if (target or found) and not is_ours and await is_by_wildcard(name, vantage):
            return None
    except SenderError as error:
        raise NameTakenError(_not_asked(domain, name, error)) from error
    if target and not is_ours:
        raise NameTakenError(_taken(domain, name, "CNAME", target))
    if found:
        raise NameTakenError(_taken(domain, name, "address", ", ".join(found)))
    return target


class Gates:
    """The hooks of one domain's records. They run in an update only, never in a preview."""

    def __init__(
        self,
        component: pulumi.ComponentResource,
        domain: str,
        recorded: Recorded,
        takes_over: bool,
        timeout: float,
        policy_id: pulumi.Output[str],
        spread: float,
        parts: Sequence[Part],
    ) -> None:
        self._component = component
        self._domain = domain
        self._takes_over = takes_over
        self._recorded = recorded
        self._timeout = timeout
        self._policy_id = policy_id
        self._spread = spread
        self._parts = parts
        self._hooks: dict[str, pulumi.ResourceHook] = {}

    def before_name(self) -> pulumi.ResourceHookBinding:
        """Neither name is another's when the first of them is made."""
        return pulumi.ResourceHookBinding(
            before_create=[self._hook("mta-sts-names", self._names_are_free)]
        )

    def before_cname(self) -> pulumi.ResourceHookBinding:
        """The same; and a host serves the policy before the name moves to it, and, where a part of
        it is another's, before the name is made."""
        names = self._hook("mta-sts-names", self._names_are_free)
        served = [self._hook("mta-sts-first-host", self._first_host)] if self._parts else []
        return pulumi.ResourceHookBinding(
            before_create=[names, *served],
            before_update=[self._hook("mta-sts-host", self._move)],
        )

    def before_txt(self) -> pulumi.ResourceHookBinding:
        """The policy is live when the record names it."""
        return pulumi.ResourceHookBinding(
            before_create=[self._hook("mta-sts-first", self._first_announcement)],
            before_update=[self._hook("mta-sts-gate", self._announcement)],
        )

    def _hook(self, name: str, run: Run) -> pulumi.ResourceHook:
        """The hook of this name, which a program has but once."""
        if name not in self._hooks:
            self._hooks[name] = pulumi.ResourceHook(f"{name}:{self._domain}", run)
        return self._hooks[name]

    async def _names_are_free(self, args: pulumi.ResourceHookArgs) -> None:
        """A name that moves here may still be seen for a moment where it was."""
        ours = {_value(args), self._recorded.target or ""}
        patience = LETTING_GO if self._recorded.target else 0.0
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            try:
                stands = await refuse_foreign_host(self._domain, ours, _vantage())
                break
            except NameTakenError:
                if loop.time() - began >= patience:
                    raise
            await asyncio.sleep(1)
        if stands and self._recorded.target is None:
            self._refuse_left_behind(f"mta-sts.{self._domain}", "CNAME", stands)
        await refuse_foreign_record(self._domain, self._recorded.ids, _vantage())

    def _refuse_left_behind(self, name: str, kind: str, found: str) -> None:
        """A record of ours that the stack does not know, left there by a run that was killed."""
        if not self._takes_over:
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
        stands = await refuse_foreign_record(self._domain, ours, _vantage())
        if stands and self._recorded.announced_id is None:
            self._refuse_left_behind(f"_mta-sts.{self._domain}", "TXT", stands)
        await self._announcement(args)

    async def _announcement(self, args: pulumi.ResourceHookArgs) -> None:
        await self.wait(self._id_to_announce(args))

    async def _first_host(self, args: pulumi.ResourceHookArgs) -> None:
        """What is another's serves the policy before the name is made for it."""
        for part in self._parts:
            if await part.lacks(f"mta-sts.{self._domain}"):
                raise NotLiveError(
                    f"{self._domain}: nothing was announced: {await part.told()}\n"
                    "Run `pulumi up` again once that is done"
                )
        await self.wait(await self._policy_id.future() or "", _value(args))

    async def wait(self, wanted: str, target: str | None = None) -> None:
        """Wait until the policy with the id `wanted` is served, at `target` if that is given."""
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


def _vantage() -> Vantage:
    # The zone's own servers: a resolver may hold for minutes that a new name does not exist.
    return Vantage.from_environment(authoritative=True)


def _taken(domain: str, name: str, kind: str, found: str) -> str:
    return (
        f"{domain}: {name} already has the {kind} record {found!r}, which this stack did not make. "
        "It was left as it is, and nothing was announced. Delete it, or bring it into this stack "
        "with `pulumi import`, and run `pulumi up` again"
    )


def _not_asked(domain: str, name: str, error: SenderError) -> str:
    return (
        f"{domain}: whether {name} is another's cannot be told, so nothing was announced: {error}. "
        "Run `pulumi up` again once DNS answers"
    )
