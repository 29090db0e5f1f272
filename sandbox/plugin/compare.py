"""Comparing inputs: what changed, what a refresh found, which defaults apply.

A path here has no indices: `origins.originId` stands for that property of every origin.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.plugin.wire import Props

MISSING = object()
EMPTY: tuple[object, ...] = (None, "", 0, False, [], {})
"""What Terraform's types do not tell from absent."""


@dataclass(frozen=True)
class Change:
    """One property that differs. `old` or `new` is MISSING when it is added or removed."""

    where: str
    """With indices, as the engine writes it."""
    key: str
    """The input it belongs to."""
    old: Any
    new: Any


@dataclass(frozen=True)
class Comparison:
    sets: frozenset[str]
    keeps: frozenset[str]

    def changes(self, old: Props, new: Props) -> list[Change]:
        return list(self._dict(old, new, "", "", ""))

    def _dict(self, old: Props, new: Props, path: str, where: str, key: str) -> Iterator[Change]:
        for name in sorted({*old, *new}):
            inner = f"{path}.{name}".removeprefix(".")
            if name not in new and inner in self.keeps:
                continue
            yield from self._any(
                old.get(name, MISSING),
                new.get(name, MISSING),
                inner,
                f"{where}.{name}".removeprefix("."),
                key or name,
            )

    def _any(self, old: Any, new: Any, path: str, where: str, key: str) -> Iterator[Change]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self._dict(old, new, path, where, key)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._list(old, new, path, where, key)
        elif old is MISSING or new is MISSING:
            if not _absent(old) or not _absent(new):
                yield Change(where, key, old, new)
        elif old != new:
            yield Change(where, key, old, new)

    def _list(self, old: list[Any], new: list[Any], path: str, where: str, key: str) -> Any:
        if path in self.sets:
            before = [item for item in old if not self._holds(new, item, path)]
            after = [(i, item) for i, item in enumerate(new) if not self._holds(old, item, path)]
        else:
            before = list(old)
            after = list(enumerate(new))
        for position in range(max(len(before), len(after))):
            index, item = (
                after[position] if position < len(after) else (len(new) + position, MISSING)
            )
            previous = before[position] if position < len(before) else MISSING
            yield from self._any(previous, item, path, f"{where}[{index}]", key)

    def _holds(self, items: list[Any], wanted: Any, path: str) -> bool:
        return any(not list(self._any(item, wanted, path, "", "")) for item in items)


def _absent(value: Any) -> bool:
    """Terraform's types do not tell an empty list from none."""
    return value is MISSING or value in ([], {})


def refreshed(old: Props, actual: Props, of: Comparison, defaults: Mapping[str, Any]) -> Props:
    """The inputs that would make what is there, spelled and ordered as before where they can be.

    A property nobody gave appears only when it is neither empty, nor its default, nor one that
    the API chooses.
    """
    return _refreshed_dict(old, actual, of, defaults, "")


def _refreshed_dict(
    old: Props, actual: Props, of: Comparison, defaults: Mapping[str, Any], path: str
) -> Props:
    gone = {key: value for key, value in old.items() if key not in actual}
    result: Props = {
        key: value
        for key, value in gone.items()
        if value in EMPTY or f"{path}.{key}".removeprefix(".") in of.keeps
    }
    for key, value in actual.items():
        inner = f"{path}.{key}".removeprefix(".")
        if key in old:
            result[key] = _refreshed(old[key], value, of, defaults, inner)
        elif value not in EMPTY and inner not in of.keeps:
            if defaults.get(inner, MISSING) == value:
                continue
            found = _refreshed(MISSING, value, of, defaults, inner)
            if found not in ([], {}):
                result[key] = found
    return result


def _refreshed(
    old: Any, actual: Any, of: Comparison, defaults: Mapping[str, Any], path: str
) -> Any:
    if isinstance(actual, dict):
        return _refreshed_dict(old if isinstance(old, dict) else {}, actual, of, defaults, path)
    if isinstance(actual, list):
        before = list(old) if isinstance(old, list) else []
        if path not in of.sets:
            padded = before + [MISSING] * len(actual)
            return [
                _refreshed(padded[i], item, of, defaults, path) for i, item in enumerate(actual)
            ]
        return _refreshed_set(before, list(actual), of, defaults, path)
    return actual


def _refreshed_set(
    before: list[Any], actual: list[Any], of: Comparison, defaults: Mapping[str, Any], path: str
) -> list[Any]:
    kept: list[Any] = []
    for item in before:
        same = [a for a in actual if _refreshed(item, a, of, defaults, path) == item]
        if same:
            kept.append(item)
            actual.remove(same[0])
    changed = [item for item in before if item not in kept] + [MISSING] * len(actual)
    return kept + [_refreshed(changed[i], a, of, defaults, path) for i, a in enumerate(actual)]


def with_defaults(inputs: Props, defaults: Mapping[str, Any]) -> tuple[Props, list[str]]:
    """The inputs with what nobody gave, and the names of the top-level ones added."""
    filled = _filled(inputs, defaults, "")
    return filled, [key for key in filled if key not in inputs]


def _filled(value: Any, defaults: Mapping[str, Any], path: str) -> Any:
    if isinstance(value, list):
        return [_filled(item, defaults, path) for item in value]
    if not isinstance(value, dict):
        return value
    result = {k: _filled(v, defaults, f"{path}.{k}".removeprefix(".")) for k, v in value.items()}
    for full, default in defaults.items():
        parent, _, name = full.rpartition(".")
        if parent == path and name not in result:
            result[name] = default
    return result


def same_json(text: Any) -> Any:
    """A JSON text so written that equal documents are equal texts."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (TypeError, ValueError):
        return text
