"""`python -m tests.mutation [--survivors] [module ...]`: all modules, or only those that are named.

With `--survivors`, only mutants that survived the last run are tried again: after new tests.
"""

import os
import subprocess
import sys

from sandbox.setting import ROOT
from tests.mutation import page, tree
from tests.mutation.results import Results
from tests.mutation.targets import TARGETS, Target

PACKAGES = ROOT / ".mutation" / "packages"
LONGEST = 3600.0  # seconds, for one module


def run(target: Target, again: bool) -> Results:
    """Change this module, in one process at a time."""
    before = Results.kept(target.dotted) if again else None
    names: list[str] = []
    if before:
        pairs = zip(before.names(), before.mutants, strict=True)
        names = [name for name, mutant in pairs if mutant.fate == "survived"]
        if not names:
            return before
    place = tree.make(target)
    paths = [PACKAGES, place / "mutants" / "src", place / "mutants"]
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "run", "--max-children", "1", *names],
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
    results = Results.of_tree(place, target.dotted, before)
    results.keep()
    return results


def main(words: list[str]) -> None:
    names = [word for word in words if word != "--survivors"]
    for target in TARGETS:
        if names and target.module not in names:
            continue
        results = run(target, "--survivors" in words)
        print(
            f"{target.dotted}: {len(results.mutants)} mutants, "
            f"{len(results.survivors)} survived, {results.count('timeout')} ran out of time",
            flush=True,
        )
    found = [kept for target in TARGETS if (kept := Results.kept(target.dotted))]
    scores = page.write(found)
    low = [f"{group} has {each:.1f} %" for group, each in scores.items() if each < page.LEAST]
    if low:
        raise SystemExit(
            f"{'; '.join(low)}: at least {page.LEAST:.0f} % of mutants must be noticed"
        )
    if stale := page.stale(found):
        raise SystemExit("explained, but no survivor: " + "; ".join(stale))


main(sys.argv[1:])
