"""Whether a name in DNS is another's, which is never taken over (P2)."""

from collections.abc import Collection

from mta_sts.protocol.resolve import addresses, cname, txt
from mta_sts.protocol.sender_errors import SenderError
from mta_sts.protocol.vantage import Vantage
from mta_sts.protocol.wildcard import is_by_wildcard


class NameTakenError(Exception):
    """A record that this stack did not make stands where one of its own should go. The caller
    deletes or imports it."""


async def refuse_foreign_record(
    domain: str, ours: Collection[str], vantage: Vantage, name: str | None = None
) -> str | None:
    """Make sure that no record that announces stands in DNS but one with an id of ours; that one,
    if it does.

    Args:
        name: where it is announced, if not at `_mta-sts.<domain>`.

    Raises:
        NameTakenError: another does, or DNS cannot be asked.
    """
    name = name or f"_mta-sts.{domain}"
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
