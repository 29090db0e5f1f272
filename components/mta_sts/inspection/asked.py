"""A question put to DNS, and what came of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from mta_sts.inspection import kinds
from mta_sts.inspection.result import Seen, What
from mta_sts.protocol.sender_errors import DnsError

T = TypeVar("T")


@dataclass(frozen=True)
class Asked(Generic[T]):
    """What DNS answered, and when."""

    at: datetime
    answer: T | DnsError


async def ask(answer: Awaitable[T], clock: Callable[[], datetime]) -> Asked[T]:
    """Wait for the answer; that there is none is one."""
    try:
        got: T | DnsError = await answer
    except DnsError as error:
        got = error
    return Asked(clock(), got)


def unanswered(what: What, at: datetime, error: DnsError, mode: str | None = None) -> Seen:
    """That DNS gave no answer."""
    return Seen(what, at, "DNS", "no answer", (kinds.of(error, mode),))
