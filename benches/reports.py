"""`mta-sts reports` side by side with parsedmarc, over the same files.

`make bench` measures, writes docs/bench/reports.md, and fails where a bar is missed. parsedmarc is
in a virtual environment of its own, whose Python is given as BENCH_PYTHON.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benches.measured import Row, Run, mta_sts, run, write
from benches.reports_made import LARGE, write_large, write_small

FEW, MANY = 10_000, 100_000
ROUNDS = 3  # one after the other, the best of which counts
FASTER = 2
MEMORY = 1.15
LARGEST = 150  # MB
PARSEDMARC = Path(__file__).with_name("reports_parsedmarc.py")

HEAD = f"""\
Small reports are {MANY:,} files of gzip in one folder, each of one domain, sender and day, of which
one in ten tells of failures. Of parsedmarc its `parse_report_file` is called for one file after the
other, and the time of its import is left out; of `mta-sts reports` the whole command is measured,
from its start to its end. They take turns, and of each the best of {ROUNDS} counts.
"""


def sessions(told: Run) -> tuple[int, int]:
    """What a run of the command read, as it says itself."""
    lines = [json.loads(line) for line in told.printed.splitlines()]
    domains = [line for line in lines if "domain" in line]
    return sum(each["successful"] for each in domains), sum(each["failed"] for each in domains)


def speed() -> Iterator[Row]:
    """Against parsedmarc, over the same files."""
    python = os.environ.get("BENCH_PYTHON", ".venv-bench/bin/python")
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small"
        write_small(small, MANY)
        theirs: list[float] = []
        ours: list[Run] = []
        for _ in range(ROUNDS):
            _, loop, *counts = run(python, str(PARSEDMARC), str(small)).printed.split()
            theirs.append(float(loop))
            ours.append(mta_sts("reports", str(small), "--json"))
            if sessions(ours[-1]) != tuple(int(count) for count in counts):
                raise RuntimeError("they do not read the same sessions")
    their, our = min(theirs), min(each.wall for each in ours)
    yield Row("parsedmarc, without its start", f"{their:.2f} s, {their / MANY * 1e6:.0f} µs a file")
    yield Row("`mta-sts reports`, start and all", f"{our:.2f} s, {our / MANY * 1e6:.0f} µs a file")
    factor = their / our
    yield Row("faster", f"{factor:.1f} times", f"at least {FASTER}", factor >= FASTER)


def memory() -> Iterator[Row]:
    """That it does not grow with the number of files."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few", Path(folder) / "many"
        write_small(few, FEW)
        write_small(many, MANY)
        runs = [mta_sts("reports", str(each)) for each in (few, many)]
    for count, each in zip((FEW, MANY), runs, strict=True):
        yield Row(f"{count:,} small reports", f"{each.memory:.0f} MB")
    ratio = runs[1].memory / runs[0].memory
    yield Row("ratio", f"{ratio:.2f}", f"at most {MEMORY}", ratio <= MEMORY)


def large() -> Iterator[Row]:
    """One large report."""
    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "large.json", Path(folder) / "large.json.gz"
        write_large(plain, packed)
        for what, file in (("JSON", plain), ("gzip", packed)):
            used = mta_sts("reports", str(file))
            yield Row(f"{what}, time", f"{used.wall:.1f} s")
            yield Row(
                f"{what}, memory",
                f"{used.memory:.0f} MB",
                f"less than {LARGEST} MB",
                used.memory < LARGEST,
            )


PARTS = {
    "Time": speed,
    "The most memory that it had": memory,
    f"One report of {LARGE // 10**6} MB": large,
}

if __name__ == "__main__":
    write("reports", HEAD, PARTS)
