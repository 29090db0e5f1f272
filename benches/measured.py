"""Processes that are measured, and the page that tells it."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

PAGES = Path(__file__).parent.parent / "docs" / "bench"
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the system counts memory in."""


@dataclass(frozen=True)
class Row:
    """A line of the table; `holds` where it is a bar."""

    what: str
    figure: str
    bar: str = ""
    holds: bool = True


@dataclass(frozen=True)
class Run:
    """One run of a program: seconds, CPU seconds, the most memory that it had, in MB, and what it
    printed."""

    wall: float
    cpu: float
    memory: float
    printed: str


_STARTER = """
import os, sys, time
began = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
wall, cpu = time.perf_counter() - began, used.ru_utime + used.ru_stime
print(end=f"\\n[{os.waitstatus_to_exitcode(status)}, {wall}, {cpu}, {used.ru_maxrss}]")
"""
"""Starts the program given, and prints on the last line what it took."""


def run(*words: str, statuses: Sequence[int] = (0,)) -> Run:
    """Run a program to its end.

    Raises:
        RuntimeError: it ended with another status than these.
    """
    # From a small process: what starts a program counts as memory of that program until it runs.
    ended = subprocess.run(
        [sys.executable, "-S", "-c", _STARTER, *words], stdout=PIPE, text=True, check=True
    )
    printed, _, line = ended.stdout.rpartition("\n")
    status, wall, cpu, memory = json.loads(line)
    if status not in statuses:
        raise RuntimeError(f"{words[0]} ended with {status}")
    return Run(wall, cpu, memory * UNIT / 1e6, printed)


def mta_sts(*words: str, statuses: Sequence[int] = (0, 1)) -> Run:
    """Run the command; findings are no failure."""
    program = "from mta_sts.cli import main; main()"
    return run(sys.executable, "-c", program, *words, statuses=statuses)


def write(name: str, head: str, parts: Mapping[str, Callable[[], Iterator[Row]]]) -> None:
    """Measure all parts, print and write docs/bench/<name>.md, and exit with 1 where a bar is
    missed."""
    where = f"on {os.cpu_count()} processors with Python {platform.python_version()}"
    page = [
        f"# `mta-sts {name}`, measured\n\nWritten by `python -m benches.{name}`, {where}.\n",
        head,
    ]
    held = True
    for title, measure in parts.items():
        page.append(f"## {title}\n\n| | | bar |\n|---|---:|---|")
        for row in measure():
            page.append(f"| {row.what} | {row.figure} | {row.bar} |")
            print(f"{row.what:<60}{row.figure:>24}  {row.bar}{'' if row.holds else ': MISSED'}")
            held &= row.holds
        page.append("")
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / f"{name}.md").write_text("\n".join(page).rstrip() + "\n")
    sys.exit(not held)
