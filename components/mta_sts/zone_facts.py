"""What the owner of a zone says of it, asked while a component has no children yet."""

from collections.abc import Mapping, Sequence

import pulumi

from mta_sts.zones import ZoneOfDomain

Servers = tuple[str, ...] | None


async def name(zone: ZoneOfDomain, opts: pulumi.ResourceOptions | None) -> str | None:
    """The zone's own name; None where it is not known."""
    if zone.recorded is None:
        return None
    return await zone.module.name(zone.recorded.id, invoke_options(opts, zone.module.PACKAGE))


async def name_servers(
    zone: ZoneOfDomain,
    leaving: Sequence[ZoneOfDomain],
    recorded_id: str | None,
    opts: pulumi.ResourceOptions | None,
) -> tuple[Servers, Servers]:
    """The name servers of a zone that the records are new in, and of the one they leave; None of
    what is not known or does not matter.

    Args:
        recorded_id: the id of the zone that has the records.
    """
    here = zone.recorded
    if here is None or (here.id == recorded_id and not leaving):
        return None, None

    async def of(asked: ZoneOfDomain) -> Servers:
        if asked.announced_at is not None:
            return None
        options = invoke_options(opts, asked.module.PACKAGE)
        return await asked.module.name_servers(str(asked.id), options)

    left = await of(leaving[0]) if leaving else None
    return await of(zone), left


def invoke_options(opts: pulumi.ResourceOptions | None, package: str) -> pulumi.InvokeOptions:
    """What the component's children would use, before there is a component to be their parent."""
    if opts is None:
        return pulumi.InvokeOptions()
    given = opts.providers or []
    providers = list(given.values()) if isinstance(given, Mapping) else list(given)
    theirs = next((each for each in providers if each.package == package), opts.provider)
    return pulumi.InvokeOptions(parent=opts.parent, provider=theirs)
