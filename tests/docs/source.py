"""What the source says of itself: docstrings of fields and of rules, and what else stands there."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from sandbox.setting import ROOT

SOURCE = ROOT / "components" / "mta_sts"
LEFT_OUT = re.compile(r" ?Left out: (.+?)(?:\.(?= )|\.$)")
VARIABLE = re.compile(r"MTA_STS_[A-Z_]+")


class Told(NamedTuple):
    """What is said of something that may be left out."""

    what: str
    left_out: str


def told(text: str) -> Told:
    """A description, apart from what holds where the thing is left out."""
    text = " ".join(text.split())
    found = LEFT_OUT.search(text)
    return Told(LEFT_OUT.sub("", text).strip(), found[1] if found else "")


class Ruled(NamedTuple):
    """A rule of the review, as its docstring has it: the first paragraph says when it speaks, the
    last how bad that is and, after a colon, what to do. What is between is for its developers."""

    when: str
    severity: str
    remedy: str


def ruled(name: str, docstring: str | None) -> Ruled:
    paragraphs = [" ".join(each.split()) for each in (docstring or "").split("\n\n")]
    severity, colon, remedy = paragraphs[-1].partition(": ")
    if len(paragraphs) < 2 or not colon or not re.match("(Error|Warning|Info)", severity):
        raise ValueError(
            f"{name}: its docstring begins with when it speaks, and ends with a paragraph such as "
            f"'Warning: take it out.': how bad it is, a colon, what to do; found {docstring!r}"
        )
    return Ruled(paragraphs[0], severity[0].lower() + severity[1:], remedy)


@cache
def _module(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def fields(file: str, name: str = "") -> dict[str, str]:
    """The docstrings below the fields of a class, or below the values of a module."""
    body: list[ast.stmt] = _module(SOURCE / file).body
    if name:
        (body,) = [
            each.body for each in body if isinstance(each, ast.ClassDef) and each.name == name
        ]
    found = {}
    for field, below in pairwise(body):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            for target in [getattr(field, "target", None), *getattr(field, "targets", [])]:
                if isinstance(target, ast.Name):
                    found[target.id] = str(below.value.value)
    return found


def severities(file: str, function: str) -> set[str]:
    """Those that a function may give, by itself and by the others of its module that it calls."""
    functions = {
        each.name: each for each in _module(SOURCE / file).body if isinstance(each, ast.FunctionDef)
    }
    found, open_, seen = set(), [function], set()
    while open_:
        name = open_.pop()
        seen.add(name)
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Constant) and node.value in ("error", "warning", "info"):
                found.add(str(node.value))
            if isinstance(node, ast.Name) and node.id in functions.keys() - seen:
                open_.append(node.id)
    return found


def variables() -> set[str]:
    """The variables of the environment that are read."""
    found = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(_module(file)):
            if isinstance(node, ast.Constant) and VARIABLE.fullmatch(str(node.value)):
                found.add(str(node.value))
    return found


def configured() -> set[str]:
    """The keys of the stack's configuration that the repository's program reads."""
    return set(re.findall(r'config\.\w+\("(\w+)"\)', (ROOT / "__main__.py").read_text()))
