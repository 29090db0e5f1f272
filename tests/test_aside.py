"""Look-ups are answered in time, however busy the program is."""

import asyncio
import gc
import threading
import time

from mta_sts.aside import aside

BUSY = 1.0  # seconds
PATIENCE = BUSY / 4


async def answered_in_time() -> bool:
    """Whether a short wait ends within its patience."""
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.sleep(PATIENCE / 10)
    except TimeoutError:
        return False
    return True


async def while_busy(*, apart: bool) -> bool:
    asked = asyncio.create_task(aside(answered_in_time()) if apart else answered_in_time())
    await asyncio.sleep(0)
    time.sleep(BUSY)  # noqa: ASYNC251 -- the program is busy
    return await asked


def test_a_busy_program_misses_its_answers() -> None:
    assert not asyncio.run(while_busy(apart=False))


def test_aside_they_are_taken_in_time() -> None:
    assert asyncio.run(while_busy(apart=True))


async def in_which_thread() -> threading.Thread:
    return threading.current_thread()


async def several() -> set[threading.Thread]:
    return set(await asyncio.gather(*(aside(in_which_thread()) for _ in range(5))))


def test_one_thread_for_a_loop_and_it_ends_with_it() -> None:
    (thread,) = asyncio.run(several())
    gc.collect()
    thread.join(5)
    assert not thread.is_alive()


def test_what_is_raised_is_raised_here() -> None:
    async def fails() -> None:
        raise KeyError("found")

    async def here() -> str:
        try:
            await aside(fails())
        except KeyError as error:
            return str(error.args[0])
        return ""

    assert asyncio.run(here()) == "found"
