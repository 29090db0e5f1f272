"""Runs a command and measures all processes that it starts: `python -m benches.processes WORDS…`.

Prints one line of JSON: the status, seconds by the clock, and for each kind of process the CPU
seconds and the most memory (MB) that it had. Runs where psutil is: `.venv-bench`.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

import psutil  # type: ignore[import-untyped]

EVERY = 0.02  # seconds
KINDS = {"pulumi-resource": "plugins", "sandbox.plugin": "plugins", "language": "program"}
"""What a process is, by a word in its command line; every other one is the engine."""


def kind_of(words: list[str]) -> str:
    """The kind of the process that was started by these words."""
    line = " ".join(words)
    return next((kind for word, kind in KINDS.items() if word in line), "engine")


def measure(words: list[str]) -> dict[str, object]:
    """Run the command to its end."""
    began = time.monotonic()
    cpu: dict[int, float] = {}
    memory: dict[int, float] = {}
    kinds: dict[int, str] = {}
    with (
        tempfile.TemporaryFile("w+") as out,
        subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, text=True) as run,
    ):
        whole = psutil.Process(run.pid)
        while run.poll() is None:
            for process in _family(whole):
                _look(process, kinds, cpu, memory)
            time.sleep(EVERY)
        out.seek(0)
        printed = out.read()
    used: dict[str, dict[str, float]] = defaultdict(lambda: {"cpu": 0.0, "memory": 0.0})
    for pid, kind in kinds.items():
        used[kind]["cpu"] += cpu[pid]
        used[kind]["memory"] += memory[pid]
    wall = time.monotonic() - began
    return {"status": run.returncode, "wall": wall, "used": used, "printed": printed[-4000:]}


def _family(whole: psutil.Process) -> list[psutil.Process]:
    try:
        return [whole, *whole.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _look(
    process: psutil.Process, kinds: dict[int, str], cpu: dict[int, float], memory: dict[int, float]
) -> None:
    try:
        with process.oneshot():
            kinds[process.pid] = kind_of(process.cmdline())
            times = process.cpu_times()
            cpu[process.pid] = times.user + times.system
            rss = process.memory_info().rss / 1e6
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return
    memory[process.pid] = max(memory.get(process.pid, 0.0), rss)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1:])))
