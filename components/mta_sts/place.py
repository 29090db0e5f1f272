"""The order in which a name goes from one host to another (P2).

In a zone of Cloudflare a name can be on one thing only: a record, an R2 bucket, or a Worker. What
holds it must let go before the next can take it, where Pulumi makes what is new before it deletes
what is old. So there is a value in the state, the place, on which the new holder depends. The first
time that a name moves it replaces the old holder, which the engine then deletes before. From then
on it stays; when it is replaced itself, the engine first deletes the holder that depends on it. The
same with a tenant of CloudFront, before a distribution can take its name.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pulumi
import pulumi.runtime

from mta_sts.hosts.recorded import NAMED_BY, R2, R2_DOMAIN, WORKER, WORKER_DOMAIN
from mta_sts.limits import RECORD_TTL
from mta_sts.memory import Recorded

PLACE = "pulumi:index:Stash"
HOLDERS = {R2: (R2_DOMAIN, "r2-domain"), WORKER: (WORKER_DOMAIN, "worker-domain")}
"""By what a name may be on, but for a record: the type of the resource, and the end of its name."""


def called(name: str) -> str:
    """The name of the place of the component called so."""
    return f"{name}-place"


def is_gap(recorded: Recorded, host: str) -> bool:
    """Whether the name is nobody's for a while when it goes to `host`."""
    if recorded.host is None or recorded.target is None:
        return False
    return NAMED_BY[recorded.host] != NAMED_BY[host]


def claim(
    name: str,
    component: pulumi.Resource,
    zone_id: pulumi.Input[str],
    host: str,
    ready: list[pulumi.Resource],
    before: Callable[[], Awaitable[None]],
    old: tuple[str, str] | None,
) -> pulumi.Output[str]:
    """The id of the zone, for what gives the name to `host`.

    Args:
        ready: what is made before the old holder lets go.
        before: what must have passed by then, too.
        old: the type and name of the holder that the place replaces; None where there is a place.
    """
    holder = pulumi.Output.from_input(NAMED_BY[host])
    if not pulumi.runtime.is_dry_run():

        async def passed(_: list[str]) -> str:
            await before()
            return NAMED_BY[host]

        holder = pulumi.Output.all(*[each.urn for each in ready]).apply(passed)
    return _with(zone_id, _place(called(name), component, holder, ready, old))


def on_tenant(
    name: str, component: pulumi.Resource, distribution_id: pulumi.Input[str]
) -> pulumi.Output[str]:
    """The id of the distribution, for the tenant of a domain."""
    held = pulumi.Output.from_input("tenant")
    return _with(distribution_id, _place(f"{name}-tenant-place", component, held, []))


def off_tenant(
    name: str,
    component: pulumi.Resource,
    ready: list[pulumi.Resource],
    certified: pulumi.Output[str],
) -> pulumi.Output[str]:
    """Known once the tenant of a domain is deleted.

    Args:
        ready: what is made before that.
        certified: what is known by then, too.
    """
    left = pulumi.Output.from_input("none")
    if not pulumi.runtime.is_dry_run():
        left = certified.apply(lambda _: "none")
    place = _place(f"{name}-tenant-place", component, left, ready)
    return _with("", place)


def _place(
    resource: str,
    component: pulumi.Resource,
    holder: pulumi.Output[str],
    ready: list[pulumi.Resource],
    old: tuple[str, str] | None = None,
) -> pulumi.Stash:
    """The value in the state. With another holder it is replaced, and what depends on it goes
    first."""
    aliases = [pulumi.Alias(type_=old[0], name=old[1])] if old else None
    return pulumi.Stash(
        resource,
        input=holder,
        opts=pulumi.ResourceOptions(
            parent=component,
            depends_on=ready,
            aliases=aliases,
            replace_on_changes=["*"],
            delete_before_replace=True,
            replacement_trigger=holder,
            protect=False,
        ),
    )


def _with(value: pulumi.Input[str], place: pulumi.Stash) -> pulumi.Output[str]:
    """The value, for what depends on the place."""
    tied: pulumi.Output[str] = pulumi.Output.all(value, place.output).apply(lambda known: known[0])
    return tied


async def hold(say: Callable[[str], None]) -> None:
    """Keep the program, and with it what it no longer names, until no sender can hold the old
    address: deletions come last."""
    say(f"the old host stays for {RECORD_TTL} s: senders may hold its address for that long")
    await asyncio.sleep(RECORD_TTL)
