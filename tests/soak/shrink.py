"""Makes a history that breaks a promise as short as it gets."""

from collections.abc import Iterator
from dataclasses import replace

from tests.soak.history import History
from tests.soak.judge import BrokenError
from tests.soak.play import play
from tests.soak.world import World, folder

MOST_TRIES = 60


def shrunk(here: World, history: History, broken: BrokenError) -> History:
    """The shortest history found that breaks the same promise in the same way."""
    short = replace(history, steps=history.steps[: broken.step])
    tries = 0
    shortened = True
    while shortened:
        shortened = False
        for candidate in _shorter(short):
            tries += 1
            if tries > MOST_TRIES:
                return short
            if _breaks(here, candidate, broken):
                short, shortened = candidate, True
                break
    return short


def _shorter(history: History) -> Iterator[History]:
    steps = list(history.steps)
    for number in reversed(range(len(steps) - 1)):
        yield replace(history, steps=steps[:number] + steps[number + 1 :])
    for number, step in enumerate(steps):
        for place in range(len(step.faults)):
            faults = [*step.faults[:place], *step.faults[place + 1 :]]
            yield _with(history, number, faults=faults)
        if step.domains and len(step.domains) > 1:
            for domain in step.domains:
                left = {name: given for name, given in step.domains.items() if name != domain}
                yield _with(history, number, domains=left)
        if step.days:
            yield _with(history, number, days=0.0)
        if step.abandon:
            yield _with(history, number, abandon=False)
        if step.goes_on:
            yield _with(history, number, goes_on=False)


def _with(history: History, number: int, **changes: object) -> History:
    steps = list(history.steps)
    steps[number] = replace(steps[number], **changes)  # type: ignore[arg-type]
    return replace(history, steps=steps)


def _breaks(here: World, history: History, broken: BrokenError) -> bool:
    try:
        with folder() as directory:
            play(here, history, directory)
    except BrokenError as error:
        return error.kind == broken.kind
    except Exception:  # noqa: BLE001 -- a history that cannot be played breaks nothing
        return False
    return False
