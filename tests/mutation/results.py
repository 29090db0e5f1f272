"""What became of the mutants of one module, kept until it is changed."""

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from sandbox.setting import ROOT
from tests.mutation.targets import Target

KEPT = Path(__file__).with_name("results")

Fate = Literal["killed", "timeout", "survived"]

FATES: dict[int, Fate] = {0: "survived", 33: "survived", 36: "timeout", -24: "timeout"}
"""By mutmut's exit codes: 33 is a mutant that no test runs, -24 the limit of processor time."""
KILLED = {1, 3}


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: what mutmut calls it, in which function it is, the lines that
    were, and those that are."""

    name: str
    function: str
    was: str
    now: str


@dataclass(frozen=True)
class Results:
    """Of a module, which is named from mta_sts on.

    Attributes:
        state: of the module, when it was run.
        killed: mutants that a test noticed.
        timeout: mutants that never ended.
    """

    module: str
    state: str
    killed: int
    timeout: int
    survivors: list[Survivor]

    @property
    def mutants(self) -> int:
        return self.killed + self.timeout + len(self.survivors)

    def keep(self) -> None:
        KEPT.mkdir(exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (KEPT / f"{self.module}.json").write_text(f"{text}\n")

    @classmethod
    def kept(cls, target: Target) -> Self | None:
        """Those of the module as it is now, if it was run."""
        file = KEPT / f"{target.dotted}.json"
        if not file.exists():
            return None
        found = json.loads(file.read_text())
        if found["state"] != state(target):
            return None
        survivors = [Survivor(**each) for each in found.pop("survivors")]
        return cls(**found, survivors=survivors)

    @classmethod
    def of_tree(cls, tree: Path, target: Target, before: Self | None = None) -> Self:
        """What mutmut wrote down; where only the survivors of `before` were run, with the others
        as they were.

        Raises:
            RuntimeError: an exit code is not known.
        """
        source = tree / "mutants" / "src" / "mta_sts" / f"{target.module}.py"
        if not source.with_name(f"{source.name}.meta").exists():
            return cls(target.dotted, state(target), 0, 0, [])  # nothing in it can be changed
        codes = json.loads(source.with_name(f"{source.name}.meta").read_text())["exit_code_by_key"]
        spans = json.loads(source.with_name(f"{source.name}.spans").read_text())["spans"]
        lines = source.read_text().splitlines()
        again = {each.name for each in before.survivors} if before else {*codes}
        fates: Counter[Fate] = Counter()
        if before:
            fates.update(killed=before.killed, timeout=before.timeout)
        survivors = []
        for key in sorted(again):
            fate = _fate(key, codes[key])
            if fate != "survived":
                fates[fate] += 1
                continue
            name = key.rpartition(".")[2]
            original = name.partition("__mutmut_")[0]
            old = f"{original}__mutmut_orig"
            texts = _text(lines, spans[old]), _text(lines, spans[name])
            was, now = _difference(*texts, names=(old, name))
            survivors.append(Survivor(key, _function(original), was, now))
        return cls(target.dotted, state(target), fates["killed"], fates["timeout"], survivors)


def state(target: Target) -> str:
    """A short hash of the module."""
    source = ROOT / "components" / "mta_sts" / f"{target.module}.py"
    return hashlib.sha256(source.read_bytes()).hexdigest()[:16]


def _fate(key: str, code: int | None) -> Fate:
    if code in KILLED:
        return "killed"
    if code is None or code not in FATES:
        raise RuntimeError(f"{key}: mutmut says {code}, which is no result")
    return FATES[code]


def _text(lines: list[str], span: tuple[int, int]) -> list[str]:
    return lines[span[0] - 1 : span[1]]


def _difference(was: list[str], now: list[str], names: tuple[str, str]) -> tuple[str, str]:
    old, new = names
    now = [line.replace(new, old) for line in now]
    changed = [*difflib.ndiff(was, now)]
    return _only("- ", changed), _only("+ ", changed)


def _only(sign: str, lines: Iterable[str]) -> str:
    return "\n".join(line[2:].strip() for line in lines if line.startswith(sign))


def _function(name: str) -> str:
    """As it is called in the source: mutmut writes x_name, and xǁClassǁname."""
    return name.removeprefix("x_") if name.startswith("x_") else name[2:].replace("ǁ", ".")
