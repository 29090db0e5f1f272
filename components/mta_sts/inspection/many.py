"""Many domains at the same time, none of which waits for another."""

import asyncio
import sys
from collections.abc import Callable

from mta_sts.inspection.domain import inspect, no_domain
from mta_sts.inspection.names import Names
from mta_sts.inspection.result import Inspection
from mta_sts.protocol.vantage import Vantage

if sys.platform != "win32":
    import resource

MOST = 100
"""Domains looked at at the same time: about as many as one processor keeps up with."""
_SOCKETS = 6  # of one domain, at the same time
_SMTP_SOCKETS = 40
_OTHER_FILES = 32
_ENOUGH_FILES = 4096


async def inspect_all(
    names: Names, vantage: Vantage, tell: Callable[[Inspection], None], *, smtp: bool = False
) -> None:
    """Look at every domain, and `tell` of each as soon as it has been looked at.

    Nothing of it is kept, so that memory does not grow with their number.

    Raises:
        VantageError: the CA file cannot be read.
    """
    waiting = iter(names.items())

    async def work() -> None:
        for name, error in waiting:
            if error is not None:
                tell(no_domain(name, error, vantage.clock()))
            else:
                tell(await inspect(name, vantage, smtp=smtp))

    at_once = min(MOST, len(names), room(_SMTP_SOCKETS if smtp else _SOCKETS))
    await asyncio.gather(*(work() for _ in range(at_once)))


def room(sockets: int) -> int:
    """How many domains, with so many sockets each, this process may look at at the same time.

    Systems let a process open 256 or 1024 files, until it asks for more.
    """
    if sys.platform == "win32":
        return MOST  # it has no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _ENOUGH_FILES:
        soft = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, (soft - _OTHER_FILES) // sockets)
