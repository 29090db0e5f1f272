"""What a zone may be, in the configuration and in the components' arguments."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

ZONES = ("route53", "cloudflare")
EXTERNAL = "external"


def elsewhere_not(host: str) -> str:
    """Why a host does not suit a domain whose zone others keep."""
    return f"{host} serves names of zones in its own account only, and others keep this zone"


def seconds(value: object) -> float:
    """A number of seconds above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError("not a number of seconds")
    return float(value)


def one_of(*choices: str) -> Callable[[Any], Any]:
    """A mapping with one key, and that one of these."""

    def check(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("not a mapping")  # noqa: TRY004 -- pydantic takes ValueErrors only
        if len(value) != 1 or next(iter(value)) not in choices:
            raise ValueError("exactly one")
        return value

    return check


def zone_given(value: Any) -> Any:
    """`{route53: id}` or `{cloudflare: id}`, the id a string or an Output; or `{external: …}`."""
    if value == EXTERNAL:
        return _external(None)
    ((kind, identity),) = one_of(*ZONES, EXTERNAL)(value).items()
    if kind == EXTERNAL:
        return {EXTERNAL: _external(identity)}
    if not isinstance(identity, pulumi.Output) and not (isinstance(identity, str) and identity):
        raise ValueError("not an id")
    return value


def _external(value: Any) -> Any:
    """The zone of ours in which a domain is announced whose own zone others keep."""
    given = dict(value) if isinstance(value, Mapping) else {}
    wait = {"wait": seconds(given.pop("wait"))} if "wait" in given else {}
    if not given:
        raise ValueError(
            "external needs the id of a zone of yours: the owner of the domain's zone has _mta-sts "
            "point there, once, so that no new id has to be typed there by hand (RFC 8461 8.2): "
            "{external: {route53: Z0123456789ABC}}"
        )
    (identity,) = one_of(*ZONES)(given).values()
    if not isinstance(identity, str) or not identity:
        raise ValueError("the id in external is text, and known when the program runs")
    return {**given, **wait}


def zone_in_stack(value: Any) -> Any:
    """The same; or the word alone, for the zone to be looked up by the domain's name."""
    return {value: None} if isinstance(value, str) and value in ZONES else zone_given(value)
