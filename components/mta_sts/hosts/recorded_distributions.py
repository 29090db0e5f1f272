"""Distributions, as the stack's state has them: which names are on them, and where they answer."""

from collections.abc import Mapping
from typing import Any

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
END = "-distribution"
"""The end of the name of the resource that a distribution is."""


class RecordedDistributions:
    """Those of one stack, by what the parts of each are called by."""

    def __init__(self) -> None:
        self._outputs: dict[str, Mapping[str, Any]] = {}

    def add(self, called: str, outputs: Mapping[str, Any]) -> None:
        """Take in the distribution whose resource is called so."""
        self._outputs[called.removesuffix(END)] = outputs

    def target(self, parts: str) -> str | None:
        """Its domain name; None if there is none."""
        outputs = self._outputs.get(parts)
        return str(outputs.get("domainName", "")) if outputs else None

    def at(self, target: str | None) -> str | None:
        """What the parts of the distribution of this domain name are called by."""
        return next((parts for parts in self._outputs if self.target(parts) == target), None)

    def below(self, short: str) -> list[str]:
        """What the parts of a host's groups are called by, where the host's are called `short`."""
        return [parts for parts in self._outputs if parts == short or parts.startswith(f"{short}-")]

    def names_on(self, parts: str) -> set[str]:
        """The names that are on it."""
        return set(self._outputs.get(parts, {}).get("aliases") or ())
