"""The order in which a name goes from one host to another (P2).

In a zone of Cloudflare a name can be on one thing only: a record, an R2 bucket, or a Worker. What
holds it must let go before the next can take it, where Pulumi makes what is new before it deletes
what is old. So whatever holds the name depends on one value in the state, the place; when that is
replaced, the engine deletes what depends on it first. The same with a tenant of CloudFront, before
a distribution can take its name.
"""

import asyncio
from collections.abc import Awaitable, Callable

import pulumi
import pulumi.runtime

from mta_sts.hosts.recorded import NAMED_BY
from mta_sts.limits import RECORD_TTL
from mta_sts.memory import Recorded


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
) -> pulumi.Output[str]:
    """The id of the zone, for what gives the name to `host`.

    Args:
        ready: what is made before the old holder lets go.
        before: what must have passed by then, too.
    """
    holder = pulumi.Output.from_input(NAMED_BY[host])
    if not pulumi.runtime.is_dry_run():

        async def passed(_: list[str]) -> str:
            await before()
            return NAMED_BY[host]

        holder = pulumi.Output.all(*[each.urn for each in ready]).apply(passed)
    return _with(zone_id, _place(f"{name}-place", component, holder, ready))


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
) -> pulumi.Stash:
    """The value in the state. With another holder it is replaced, and what depends on it goes
    first."""
    return pulumi.Stash(
        resource,
        input=holder,
        opts=pulumi.ResourceOptions(
            parent=component,
            depends_on=ready,
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
