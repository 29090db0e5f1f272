"""Plays many histories, shortens those that break a promise, and says what was done."""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.soak import generate
from tests.soak.history import History
from tests.soak.judge import BrokenError
from tests.soak.play import Figures, play
from tests.soak.shrink import shrunk
from tests.soak.world import World, folder, world

KEPT = Path(__file__).parent / "kept"
PROCESSES = 3
"""They wait, more than they work."""
LIFE = 20
"""Histories for which one process is used."""


@dataclass
class Outcome:
    """What came of a history."""

    history: History
    seconds: float
    cpu: float
    """Seconds of this process and of the engine's."""
    figures: Figures | None = None
    broken: str = ""
    file: str = ""
    log: str = ""


def played(here: World, history: History) -> Figures:
    """Play a history in a folder of its own."""
    with folder() as directory:
        return play(here, history, directory)


def outcome(here: World, history: History, *, shorten: bool = True) -> Outcome:
    """Play a history; one that breaks a promise is shortened and written down."""
    began, used = time.monotonic(), _cpu()
    found = Outcome(history, 0.0, 0.0)
    broken: BrokenError | None = None
    try:
        found.figures = played(here, history)
    except BrokenError as error:
        broken = error
    except Exception as error:  # noqa: BLE001 -- so that the others go on
        found.broken, found.log = repr(error), traceback.format_exc()
    found.seconds, found.cpu = time.monotonic() - began, _cpu() - used
    if broken is not None:
        short = shrunk(here, history, broken) if shorten else history
        file = KEPT / f"{history.name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(short.to_json())
        found.broken, found.file = str(broken), str(file)
        found.log = "\n".join(broken.told)
    return found


def _cpu() -> float:
    return sum(os.times()[:4])


def _worker(
    numbers: "multiprocessing.Queue[int | None]",
    outcomes: "multiprocessing.Queue[Outcome | None]",
    seed: int,
    shorten: bool,
) -> None:
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 -- the SDK prints there
    with world() as here:
        for _ in range(LIFE):
            number = numbers.get()
            if number is None:
                numbers.put(None)
                break
            outcomes.put(outcome(here, generate.history(seed, number), shorten=shorten))
    outcomes.put(None)


def many(seed: int, count: int, first: int, *, shorten: bool) -> int:
    """Play that many histories; how many broke a promise."""
    context = multiprocessing.get_context("spawn")
    numbers: multiprocessing.Queue[int | None] = context.Queue()
    outcomes: multiprocessing.Queue[Outcome | None] = context.Queue()
    for number in range(first, first + count):
        numbers.put(number)
    numbers.put(None)

    def start() -> None:
        context.Process(target=_worker, args=(numbers, outcomes, seed, shorten)).start()

    running = min(PROCESSES, count)
    for _ in range(running):
        start()
    total, broken, done, began = Figures(), 0, 0, time.monotonic()
    while done < count:
        found = outcomes.get()
        if found is None:
            if count - done >= PROCESSES:
                start()
            continue
        done += 1
        if found.figures:
            total.add(found.figures)
        else:
            broken += 1
            print(f"{found.history.name}: {found.broken}\n{found.log}", flush=True)
            if found.file:
                print(f"  kept in {found.file}; again: python -m tests.soak replay {found.file}")
        minutes = (time.monotonic() - began) / 60
        print(
            f"{done}/{count} histories, {sum(total.steps.values())} steps, "
            f"{sum(total.faults.values())} faults, {broken} broken, {minutes:.1f} min; the last "
            f"took {found.seconds:.0f} s, {found.cpu:.0f} s of CPU",
            flush=True,
        )
    print(told(total, broken))
    return broken


def told(total: Figures, broken: int) -> str:
    """The figures, as they are printed."""
    lines = [
        f"histories {total.histories}, of which {broken} more broke a promise",
        f"steps {sum(total.steps.values())}: {dict(total.steps.most_common())}",
        f"runs of the engine {total.runs}",
        f"refused {dict(total.refused.most_common())}",
        f"faults {sum(total.faults.values())}: {dict(total.faults.most_common())}; "
        f"{total.missed} met nothing",
        f"at {dict(total.where.most_common())}",
        f"ways on {dict(total.ways.most_common())}",
        f"left behind and named {dict(total.left.most_common())}",
        f"looks of senders {total.looks}",
    ]
    return "\n".join(lines)


def replay(what: str) -> int:
    """Play one history, from a file or by its seed and number, and say all."""
    if Path(what).exists():
        history = History.read(Path(what))
    else:
        seed, number = what.split("-")
        history = generate.history(int(seed), int(number))
    for place, step in enumerate(history.steps, start=1):
        print(f"{place:3} {step}")
    began = time.monotonic()
    with world() as here:
        try:
            figures = played(here, history)
        except BrokenError as error:
            print("\n".join(error.told))
            print(error)
            return 1
    print(told(figures, 0))
    print(f"{time.monotonic() - began:.1f} s")
    return 0


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--as-they-are", action="store_true", help="do not shorten failures")
    parser.add_argument("replay", nargs="*")
    given = parser.parse_args(words)
    if given.replay:
        return replay(given.replay[-1])
    return min(1, many(given.seed, given.histories, given.first, shorten=not given.as_they_are))
