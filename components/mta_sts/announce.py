"""The gates: nothing is announced before it is live, and nothing of others is taken over (P2).

Before the `_mta-sts` record names an id, the bytes served at the policy's real name must hash to
it.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace

import pulumi

from mta_sts.hooks import Hooks, Run
from mta_sts.memory import Recorded
from mta_sts.protocol import Record
from mta_sts.protocol.fetch import fetch, fetch_from
from mta_sts.protocol.policy import policy_id, policy_url
from mta_sts.protocol.resolve import addresses, cname, txt
from mta_sts.protocol.sender_errors import SenderError
from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard
from mta_sts.zones.recorded import value_of

FIRST_PAUSE = 0.25  # seconds
LONGEST_PAUSE = 5.0  # seconds
SAY_EVERY = 15.0  # seconds
LETTING_GO = 60.0  # seconds, until a name that was let go is out of DNS


Gate = Callable[[str], pulumi.ResourceHookBinding]
"""Holds back the resource of this name."""


class NotLiveError(pulumi.RunError):
    """The policy was not seen at its real name in time. Nothing was announced; senders keep the
    policy announced before. The caller runs `pulumi up` again once what the message names is
    mended."""


class NameTakenError(Exception):
    """A record that this stack did not make stands where one of its own should go. The caller
    deletes or imports it."""


async def wait_until_served(
    domain: str,
    wanted: str,
    vantage: Vantage,
    patience: float,
    say: Callable[[str], None],
    target: str | None = None,
    *,
    unbroken: float = 0.0,
) -> None:
    """Return once the bytes served for `domain` hash to the id `wanted`.

    Args:
        patience: seconds until it is given up.
        target: ask this host, under the policy's own name, before DNS names it.
        unbroken: seconds for which they must be seen at every look: what the host needs until every
            edge serves them.
        say: takes a line of progress: at once when there is something to wait for, when what is
            served changes, and every 15 seconds.

    Raises:
        NotLiveError: the time is up.
    """
    url = policy_url(domain) + (f" at {target}" if target else "")
    seen, said, said_at = "no answer yet", "", 0.0
    loop = asyncio.get_running_loop()
    began = loop.time()
    pause = FIRST_PAUSE
    since: float | None = None
    try:
        async with asyncio.timeout(patience + unbroken):
            while True:
                try:
                    served = policy_id(await _body(domain, vantage, target))
                    seen = f"it serves the policy with id {served}"
                except SenderError as error:
                    served, seen = "", str(error)
                since = (since or loop.time()) if served == wanted else None
                if since is not None and loop.time() - since >= unbroken:
                    return
                waited = loop.time() - began
                if seen != said or loop.time() - said_at > SAY_EVERY:
                    say(f"waiting for {url} to serve id {wanted}: {waited:.0f} s; {seen}")
                    said, said_at = seen, loop.time()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
    except TimeoutError:
        raise NotLiveError(
            f"{domain}: id {wanted} was not announced: after {patience:g} s {url} does not serve "
            f"that policy. Last seen: {seen}. Senders keep what was announced before. Run "
            "`pulumi up` again once it is served; gateTimeout says how many seconds to wait"
        ) from None


async def _body(domain: str, vantage: Vantage, target: str | None) -> bytes:
    if target is None:
        return (await fetch(domain, vantage)).body
    host = await addresses(target, vantage)
    return (await fetch_from(replace(host, name=f"mta-sts.{domain}"), vantage)).body


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
        hooks: Hooks,
    ) -> None:
        self._component = component
        self._domain = domain
        self._takes_over = takes_over
        self._recorded = recorded
        self._timeout = timeout
        self._policy_id = policy_id
        self._spread = spread
        self._hooks = hooks

    def before_name(self, resource: str) -> pulumi.ResourceHookBinding:
        """Neither name is another's when the first of them is made, which is this resource."""
        return pulumi.ResourceHookBinding(
            before_create=[self._hook(resource, "mta-sts-names", self._names_are_free)]
        )

    def before_cname(self, resource: str) -> pulumi.ResourceHookBinding:
        """The same; and a host serves the policy before the name moves to it."""
        return pulumi.ResourceHookBinding(
            before_create=[self._hook(resource, "mta-sts-names", self._names_are_free)],
            before_update=[self._hook(resource, "mta-sts-host", self._move)],
        )

    def before_txt(self, resource: str) -> pulumi.ResourceHookBinding:
        """The policy is live when the record names it."""
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

    async def wait(self, wanted: str, target: str | None = None) -> None:
        """Wait until the policy with the id `wanted` is served, at `target` if that is given."""
        await wait_until_served(
            self._domain,
            wanted,
            _vantage(),
            self._timeout,
            self.say,
            target,
            unbroken=self._spread,
        )

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
