"""docs/mutation.md: the score of each module, and what is said of the mutants that survived."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from sandbox.setting import ROOT
from tests.mutation.results import Results, Survivor
from tests.mutation.targets import TARGETS

PAGE = ROOT / "docs" / "mutation.md"
EXPLAINED = Path(__file__).with_name("explained.toml")
LEAST = 90.0
"""Percent of the mutants of each group that the tests must notice."""
START = """\
# Mutation

Written by `make mutation`, which changes the code, one small change (a mutant) at a time, and runs
the tests of that module. A mutant that fails no test has survived: either a test is missing, or the
change changes nothing. A mutant that never ends counts as killed.

mutmut makes the changes, in the bodies of functions and methods; it leaves out decorated ones, such
as properties, and what stands outside of functions. Tests made by hypothesis try three examples for
each mutant, so what they alone would notice in a long run may survive here. `announce.py` is tested
on the engine only, which is too slow for this.

"""


def explained() -> dict[tuple[str, str, str, str], str]:
    """Why mutants survive, by module, function and change."""
    entries = tomllib.loads(EXPLAINED.read_text())["survivor"]
    return {
        (each["module"], each["function"], each["was"], each["now"]): each["why"]
        for each in entries
    }


def reason(results: Results, mutant: Survivor) -> str | None:
    return explained().get((results.module, mutant.function, mutant.was, mutant.now))


def score(found: Iterable[Results]) -> float:
    """Percent of mutants that the tests notice; explained ones are counted as any."""
    total = survived = 0
    for results in found:
        total += results.mutants
        survived += len(results.survivors)
    return 100 * (total - survived) / total if total else 100.0


def stale(found: Iterable[Results]) -> list[str]:
    """Explanations of what is no survivor any more, among the modules that were run."""
    run = {results.module for results in found}
    survive = {
        (results.module, mutant.function, mutant.was, mutant.now)
        for results in found
        for mutant in results.survivors
    }
    return [
        f"{module}.{function}: {was!r} -> {now!r}"
        for module, function, was, now in explained()
        if module in run and (module, function, was, now) not in survive
    ]


def write(found: list[Results]) -> dict[str, float]:
    """Write the page; the score of each group of which every module was run."""
    by_module = {results.module: results for results in found}
    lines = [
        "| module | mutants | killed | out of time | survived | score |",
        "|---|---|---|---|---|---|",
    ]
    scores = {}
    for group in dict.fromkeys(target.group for target in TARGETS):
        targets = [target for target in TARGETS if target.group == group]
        of_group = [by_module[each.dotted] for each in targets if each.dotted in by_module]
        lines += [_row(f"`{results.module}`", [results]) for results in of_group if results.mutants]
        if of_group:
            lines.append(_row(f"**{group}**", of_group))
        missing = [each.dotted for each in targets if each.dotted not in by_module]
        if missing:
            lines.append(
                f"| {group}, not run as it is now: "
                f"{', '.join(f'`{name}`' for name in missing)} | | | | | |"
            )
        else:
            scores[group] = score(of_group)
    survivors = [(results, mutant) for results in found for mutant in results.survivors]
    lines += ["", "## Survivors", "", "| in | from | to | why |", "|---|---|---|---|"]
    lines += [
        f"| `{results.module.removeprefix('mta_sts.')}.{mutant.function}` | {_code(mutant.was)} "
        f"| {_code(mutant.now)} | {reason(results, mutant) or 'a test is missing'} |"
        for results, mutant in survivors
    ]
    PAGE.write_text(START + "\n".join(lines) + "\n")
    return scores


def _row(name: str, found: list[Results]) -> str:
    mutants = sum(results.mutants for results in found)
    killed = sum(results.killed for results in found)
    late = sum(results.timeout for results in found)
    survived = sum(len(results.survivors) for results in found)
    return f"| {name} | {mutants} | {killed} | {late} | {survived} | {score(found):.1f} % |"


def _code(text: str) -> str:
    plain = " ".join(text.split()).replace("|", "\\|")
    return f"`{plain}`" if plain else ""
