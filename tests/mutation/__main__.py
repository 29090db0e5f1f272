"""`python -m tests.mutation [--survivors] [module ...]`: what has changed since it was last run.

A module that is named is run in any case; with `--survivors`, only mutants that survived then are
tried again: after new tests.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from sandbox.setting import ROOT
from tests.mutation import page, tree
from tests.mutation.results import Results
from tests.mutation.targets import TARGETS, Target

PACKAGES = ROOT / ".mutation" / "packages"
LONGEST = 3600.0  # seconds, for one module


def run(target: Target, *, again: bool) -> None:
    """Change this module, in one process at a time."""
    before = Results.kept(target) if again else None
    if before and not before.survivors:
        return
    names = [each.name for each in before.survivors] if before else []
    with tree.made(target) as place:
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
            raise RuntimeError(f"{target.module}: mutmut failed:\n{done.stdout[-3000:]}")
        results = Results.of_tree(place, target, before)
    results.keep()
    print(
        f"{target.dotted}: {results.mutants} mutants, {len(results.survivors)} survived, "
        f"{results.timeout} ran out of time",
        flush=True,
    )


def main(words: list[str]) -> None:
    names, again = {*words} - {"--survivors"}, "--survivors" in words
    if unknown := names - {target.module for target in TARGETS}:
        raise SystemExit(f"no such module: {', '.join(sorted(unknown))}")
    wanted = [each for each in TARGETS if each.module in names]
    if not names:
        wanted = [each for each in TARGETS if again or Results.kept(each) is None]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for each in [pool.submit(run, target, again=again) for target in wanted]:
            each.result()
    found = [kept for target in TARGETS if (kept := Results.kept(target))]
    scores = page.write(found)
    low = [f"{group} has {each:.1f} %" for group, each in scores.items() if each < page.LEAST]
    if low:
        raise SystemExit(
            f"{'; '.join(low)}: at least {page.LEAST:.0f} % of mutants must be noticed"
        )
    if stale := page.stale(found):
        raise SystemExit("explained, but no survivor: " + "; ".join(stale))


main(sys.argv[1:])
