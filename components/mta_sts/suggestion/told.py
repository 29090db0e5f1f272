"""What is suggested, and why: plain values."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reason:
    """Why a key of the configuration has its value; of `mx`, why `value` is in the list."""

    key: str
    why: str
    value: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """A configuration for one domain.

    Attributes:
        configuration: the keys of the domain under `mta-sts:domains`; None where there is nothing
            to configure.
        reasons: why they have these values.
        found: what there is already.
        first: what has to be done before the configuration can be deployed.
        then: how it is deployed, step by step, where that is more than `pulumi up`.
        yaml: the configuration as it goes into Pulumi.<stack>.yaml, the reasons as its comments.
    """

    domain: str
    configuration: dict[str, Any] | None
    reasons: tuple[Reason, ...] = ()
    found: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    yaml: str | None = None
