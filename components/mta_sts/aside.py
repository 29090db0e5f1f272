"""Work that has to answer in time while the program is busy: in an event loop of its own.

A program that registers thousands of resources keeps its loop busy for seconds, and the answers of
DNS would be found only when their time is up.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, finalize

T = TypeVar("T")

_aside: "WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.AbstractEventLoop]" = (
    WeakKeyDictionary()
)


async def aside(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` in the one thread beside the running event loop, which ends with the loop."""
    here = asyncio.get_running_loop()
    if here not in _aside:
        there = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(there,), name="mta-sts-aside", daemon=True).start()
        _aside[here] = there
        finalize(here, there.call_soon_threadsafe, there.stop)
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, _aside[here]))


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
