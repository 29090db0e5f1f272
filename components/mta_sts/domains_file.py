"""The domains of a stack, where they are in a file of their own."""

import gc
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from mta_sts.problems import ArgumentError, show

DOMAINS, FILE = "mta-sts:domains", "mta-sts:domainsFile"
WAY_ON = f"give a YAML file with the mapping that {DOMAINS} would hold"

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where there is one: it is ten times as fast."""


class _Once(Loader):  # type: ignore[misc]  # which of the two is known when it runs
    """Refuses a key that is given twice, of which YAML's own loader takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and seen.setdefault(key.value, line) != line:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} is given twice, in lines {seen[key.value]} and {line}"
                )
        found: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return found


def given(domains: object, file: str | None) -> tuple[object, str]:
    """The domains of a stack, and what to call the place where they are.

    Args:
        domains: `mta-sts:domains`.
        file: `mta-sts:domainsFile`, from the current folder, which is that of the project.

    Raises:
        ArgumentError: both are given, or the file cannot be read.
    """
    if not file:
        return domains, DOMAINS
    if domains:
        raise ArgumentError(FILE, [f"found {show(file)}, and {DOMAINS} too; allowed: one of them"])
    return read(file), f"{FILE}: {file}"


def read(file: str) -> object:
    """What is in the file.

    Raises:
        ArgumentError: it cannot be read, or is no YAML.
    """
    try:
        found = load(Path(file))
    except OSError as error:
        raise ArgumentError(
            FILE, [f"found {show(file)}, which cannot be read: {error.strerror}; {WAY_ON}"]
        ) from None
    except yaml.YAMLError as error:
        raise ArgumentError(f"{FILE}: {file}", [f"{_told(error)}; {WAY_ON}"]) from None
    if isinstance(found, Mapping) and [*found] == ["config"]:
        said = f"found a stack's file, with config in it; {WAY_ON}"
        raise ArgumentError(f"{FILE}: {file}", [said])
    return found


def load(file: Path) -> object:
    """What is in a file of YAML, in which no key is given twice.

    Raises:
        OSError, yaml.YAMLError: it cannot be read.
    """
    data = file.read_bytes()
    collects = gc.isenabled()
    gc.disable()  # it would look through the growing tree again and again, for half of the time
    try:
        return yaml.load(data, _Once)  # noqa: S506 -- it is the safe one
    finally:
        if collects:
            gc.enable()


def _told(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return f"it is no YAML: {error.reason}"
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"it is no YAML: {error}"
    mark = error.problem_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{error.problem}"
