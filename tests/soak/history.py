"""A history as plain data: what a user does, what goes wrong meanwhile, and how it is written down.

Every step says the whole configuration that it wants, so that a history without some of its steps
is a history, too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

Configuration = dict[str, dict[str, Any]]
"""Under each domain what stands there in `mta-sts:domains`, but for its zone."""

DOMAINS = ("solarmora.com", "solarmora.net")
OLD, NEW, OTHER = "mail.solarmora.com", "mx2.solarmora.com", "backup.solarmora.net"
HOSTS = (OLD, NEW, OTHER)
"""The MX hosts that there are."""
DELEGATION = timedelta(days=2)
"""For how long a resolver may hold which zone a domain is in."""


@dataclass(frozen=True)
class Step:
    """One thing that a user does.

    Attributes:
        do: up, target, refresh, destroy, mail, drift, foreign, zone.
        days: that pass before it.
        domains: the configuration from now on; None: as it was.
        domain, what: what it is about, where it is about one; of `zone`, the kind of the new one.
        mx: of `mail`, the MX hosts in DNS from now on.
        faults: what goes wrong while the engine runs.
        abandon: if it fails, the configuration is put back as it was before.
        gate: seconds that a gate waits.
        goes_on: whether what one domain fails at holds up no other (`--continue-on-error`).
    """

    do: str
    days: float = 0.0
    domains: Configuration | None = None
    domain: str = ""
    what: str = ""
    mx: Sequence[str] = ()
    faults: Sequence[Mapping[str, Any]] = ()
    abandon: bool = False
    gate: float = 20.0
    goes_on: bool = False

    def __str__(self) -> str:
        told = [self.do, self.domain, self.what, " ".join(self.mx)]
        told += [f"after {self.days:g} days"] if self.days else []
        told += [json.dumps(self.domains)] if self.domains is not None else []
        told += [f"with {json.dumps(fault)}" for fault in self.faults]
        told += ["given up if it fails"] if self.abandon else []
        told += ["--continue-on-error"] if self.goes_on else []
        return " ".join(filter(None, told))


@dataclass(frozen=True)
class History:
    """A history, from nothing on.

    Attributes:
        name: the seed and number that it was made from.
        zones: the kind of zone of each domain.
    """

    name: str
    zones: Mapping[str, str]
    steps: Sequence[Step] = field(default_factory=list)

    def to_json(self) -> str:
        steps = [
            {key: value for key, value in vars(step).items() if value not in _LEFT_OUT[key]}
            for step in self.steps
        ]
        told = {"name": self.name, "zones": dict(self.zones), "steps": steps}
        return json.dumps(told, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "History":
        told = json.loads(text)
        return cls(told["name"], told["zones"], [Step(**step) for step in told["steps"]])

    @classmethod
    def read(cls, file: Path) -> "History":
        return cls.from_json(file.read_text())


_LEFT_OUT: dict[str, tuple[Any, ...]] = {key: (value, []) for key, value in vars(Step("")).items()}
"""What is not written down of a step."""
