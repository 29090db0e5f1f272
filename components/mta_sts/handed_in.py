"""What hosts of a program take of others: a distribution, a bucket. Its owner does a part of the
work, without which nothing is announced."""

from collections.abc import Iterable
from typing import Protocol

LOOKS = 0.5
"""Seconds for which a policy is seen unbroken where another chose how it is cached: three looks, of
which a cache would answer all but the first."""


class Part(Protocol):
    """One thing of another."""

    async def lacks(self, name: str) -> bool:
        """Whether it is known that it does not serve `name`, as long as its owner does nothing."""

    async def told(self) -> str:
        """What its owner does, in words."""


class HandedIn:
    """All such things in one program, by the host name that they serve."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Part]] = {}

    def put(self, names: Iterable[str], part: Part) -> None:
        """Say that a part of what serves these names is another's."""
        for name in names:
            self._parts.setdefault(name, []).append(part)

    def of(self, name: str) -> list[Part]:
        """Those that serve this name: of hosts that were constructed before."""
        return self._parts.get(name, [])
