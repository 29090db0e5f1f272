"""What stands at the names already, and how what is another's becomes this stack's."""

from collections.abc import Collection, Mapping, Sequence

from mta_sts.protocol.resolve import addresses, cname, txt
from mta_sts.protocol.sender_errors import SenderError
from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard
from mta_sts.zones import ZoneModule


class NameTakenError(Exception):
    """A record that this stack did not make stands where one of its own should go, or DNS cannot be
    asked. The caller does what it says."""


class ForeignRecordError(NameTakenError):
    """Which record that is."""

    def __init__(self, name: str, kinds: tuple[str, ...], found: str) -> None:
        super().__init__(name, kinds, found)
        self.name = name
        self.kinds = kinds
        """CNAME or TXT; or A, AAAA or both."""
        self.found = found


async def refuse_foreign_record(
    domain: str, ours: Collection[str], vantage: Vantage, name: str | None = None
) -> str | None:
    """Make sure that no record that announces stands in DNS but one with an id of ours; that one,
    if it does.

    Args:
        name: where it is announced, if not at `_mta-sts.<domain>`.

    Raises:
        ForeignRecordError: another does.
        NameTakenError: DNS cannot be asked.
    """
    name = name or f"_mta-sts.{domain}"
    try:
        texts = (await txt(name, vantage)).texts
    except SenderError as error:
        raise NameTakenError(_not_asked(domain, name, error)) from error
    found = [text for text in texts if text.startswith("v=STSv1")]
    for text in found:
        if not any(f"id={known};" in text for known in ours):
            raise ForeignRecordError(name, ("TXT",), text)
    return found[0] if found else None


async def refuse_foreign_host(domain: str, ours: Collection[str], vantage: Vantage) -> str | None:
    """Make sure that the name `mta-sts.<domain>` is free in DNS, or a CNAME to a target of ours;
    that target, if it is. Free is also what a wildcard of the domain answers for.

    Raises:
        ForeignRecordError: it is another's.
        NameTakenError: DNS cannot be asked.
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
        raise ForeignRecordError(name, ("CNAME",), target)
    if found:
        kinds = sorted({"AAAA" if ":" in address else "A" for address in found})
        raise ForeignRecordError(name, tuple(kinds), ", ".join(found))
    return target


def way_in(
    domain: str,
    foreign: Sequence[ForeignRecordError],
    zone: ZoneModule,
    zone_id: str,
    parent: str,
    called: Mapping[str, str],
) -> str:
    """What stands there, and how it becomes this stack's.

    Args:
        parent: the URN of the domain's component.
        called: what its resources of the type CNAME and TXT are called, where the host has these.
    """
    told = ", and ".join(
        f"{each.name} already has the {' and '.join(each.kinds)} record {each.found!r}"
        for each in foreign
    )
    commands, deleted = [], []
    for each in foreign:
        kind, resource = each.kinds[0], called.get("TXT" if each.kinds == ("TXT",) else "CNAME")
        if resource is None or (kind == "A" and not zone.CHANGES_TYPES):
            deleted.append(f"the {' and '.join(each.kinds)} record of {each.name}")
            continue
        deleted += [f"the AAAA record of {each.name}"] if len(each.kinds) > 1 else []
        commands.append(
            "\n  pulumi import --protect=false --generate-code=false "
            f"--parent it={parent} {zone.RECORD_TYPE} {resource} "
            f"{zone.import_id(zone_id, each.name, kind)}"
        )
    ways = [f"delete {' and '.join(deleted)}"] if deleted else []
    if commands:
        ways.append("bring it into this stack as below, which changes nothing in DNS")
    way = ", ".join(ways)
    return (
        f"{domain}: {told}, which this stack did not make. It was left as it is, and nothing was "
        f"announced. {way[0].upper()}{way[1:]}, and run `pulumi up` again"
        + (", which changes it in place" if commands else "")
        + "".join(commands)
    )


def _not_asked(domain: str, name: str, error: SenderError) -> str:
    return (
        f"{domain}: whether {name} is another's cannot be told, so nothing was announced: {error}. "
        "Run `pulumi up` again once DNS answers"
    )
