"""`python -m tests.mutation [module ...]`: all modules, or only those that are named."""

import os
import subprocess
import sys

from sandbox.setting import ROOT
from tests.mutation import tree
from tests.mutation.results import Results
from tests.mutation.targets import TARGETS, Target

PACKAGES = ROOT / ".mutation" / "packages"
LONGEST = 3600.0  # seconds, for one module


def run(target: Target) -> Results:
    """Change this module, in one process at a time."""
    place = tree.make(target)
    paths = [PACKAGES, place / "mutants" / "src", place / "mutants"]
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", "1"],
        cwd=place,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        timeout=LONGEST,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{target.module}: mutmut failed:\n{done.stdout[-3000:]}")
    results = Results.of_tree(place, target.dotted)
    results.keep()
    return results


def main(names: list[str]) -> None:
    for target in TARGETS:
        if names and target.module not in names:
            continue
        results = run(target)
        print(
            f"{target.dotted}: {len(results.mutants)} mutants, "
            f"{len(results.survivors)} survived, {results.count('timeout')} ran out of time",
            flush=True,
        )


main(sys.argv[1:])
