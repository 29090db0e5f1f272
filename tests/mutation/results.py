"""What became of the mutants of one module."""

import difflib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Self

from sandbox.setting import ROOT

KEPT = ROOT / ".mutation" / "results"

Fate = Literal["killed", "timeout", "survived"]

FATES: dict[int | None, Fate] = {0: "survived", 33: "survived", 36: "timeout", -24: "timeout"}
"""By mutmut's exit codes: 33 is a mutant that no test runs, -24 the limit of processor time."""
KILLED = {1, 3}


@dataclass(frozen=True)
class Mutant:
    """One change: in which function, the lines that were, those that are, and its fate."""

    function: str
    was: str
    now: str
    fate: Fate


@dataclass(frozen=True)
class Results:
    """All mutants of a module, which is named from mta_sts on."""

    module: str
    mutants: list[Mutant]

    def count(self, fate: Fate) -> int:
        return sum(mutant.fate == fate for mutant in self.mutants)

    @property
    def survivors(self) -> list[Mutant]:
        return [mutant for mutant in self.mutants if mutant.fate == "survived"]

    def names(self) -> list[str]:
        """What mutmut calls each mutant: by its function, and its number among that one's."""
        counts: Counter[str] = Counter()
        names = []
        for mutant in self.mutants:
            counts[mutant.function] += 1
            mangled = f"{_mangled(mutant.function)}__mutmut_{counts[mutant.function]}"
            names.append(f"{self.module}.{mangled}")
        return names

    def keep(self) -> None:
        KEPT.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (KEPT / f"{self.module}.json").write_text(text)

    @classmethod
    def kept(cls, module: str) -> Self | None:
        """Those of the last run, if there was one."""
        file = KEPT / f"{module}.json"
        if not file.exists():
            return None
        found = json.loads(file.read_text())
        return cls(found["module"], [Mutant(**each) for each in found["mutants"]])

    @classmethod
    def of_tree(cls, tree: Path, module: str, before: Self | None = None) -> Self:
        """What mutmut wrote down. Of mutants that it did not run now, the fate is that of `before`;
        an exit code that is not known raises."""
        source = tree / "mutants" / "src" / f"{module.replace('.', '/')}.py"
        if not source.with_name(f"{source.name}.meta").exists():
            return cls(module, [])  # there is nothing in it to change
        codes = json.loads(source.with_name(f"{source.name}.meta").read_text())["exit_code_by_key"]
        spans = json.loads(source.with_name(f"{source.name}.spans").read_text())["spans"]
        lines = source.read_text().splitlines()
        fates = {
            (mutant.function, mutant.was, mutant.now): mutant.fate
            for mutant in (before.mutants if before else ())
        }
        mutants = []
        for key, code in codes.items():
            name = key.rpartition(".")[2]
            original = name.partition("__mutmut_")[0]
            old = f"{original}__mutmut_orig"
            texts = _text(lines, spans[old]), _text(lines, spans[name])
            was, now = _difference(*texts, names=(old, name))
            function = _function(original)
            if code is None and (function, was, now) in fates:
                fate = fates[function, was, now]
            else:
                fate = _fate(key, code)
            mutants.append(Mutant(function, was, now, fate))
        return cls(module, mutants)


def _fate(key: str, code: int | None) -> Fate:
    if code in KILLED:
        return "killed"
    if code not in FATES:
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


def _mangled(function: str) -> str:
    return f"xǁ{function.replace('.', 'ǁ')}" if "." in function else f"x_{function}"
