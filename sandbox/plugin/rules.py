"""The checks the real provider's schema makes beyond types, in its words."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from sandbox.plugin.schema import Problem, snake
from sandbox.plugin.wire import UNKNOWN, Props

Path = tuple[str | int, ...]

TERRAFORM = {"aliases": "alias"}
"""The names Terraform has for inputs where Pulumi's differ by more than case."""


def known(props: Props, path: Path) -> Any:
    """The value at the path; None when absent or unknown."""
    value: Any = props
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return None if value == UNKNOWN else value


def _last(path: Path) -> str:
    names = [part for part in path if isinstance(part, str)]
    return snake(names[-1])


def _terraform(key: str) -> str:
    return TERRAFORM.get(key, snake(key))


def one_of(props: Props, path: Path, allowed: Collection[str]) -> Iterator[Problem]:
    value = known(props, path)
    if value is not None and value not in allowed:
        choices = " ".join(f'"{choice}"' for choice in allowed)
        yield Problem(path, f"expected {_last(path)} to be one of [{choices}], got {value}")


def length(props: Props, path: Path, least: int, most: int) -> Iterator[Problem]:
    value = known(props, path)
    if value is not None and not least <= len(value) <= most:
        words = f"expected length of {_last(path)} to be in the range ({least} - {most})"
        yield Problem(path, f"{words}, got {value}")


def between(props: Props, path: Path, least: int, most: int) -> Iterator[Problem]:
    value = known(props, path)
    if value is not None and not least <= value <= most:
        words = f"expected {_last(path)} to be in the range ({least} - {most})"
        yield Problem(path, f"{words}, got {value}")


def matches(props: Props, path: Path, pattern: str, words: str) -> Iterator[Problem]:
    value = known(props, path)
    if value is not None and not re.search(pattern, value):
        yield Problem(path, f"invalid value for {_last(path)} ({words})")


def arn(props: Props, path: Path) -> Iterator[Problem]:
    value = known(props, path)
    if value and not re.fullmatch(r"arn:[\w-]+:[\w-]+:[\w-]*:\d*:.+", value):
        yield Problem(path, f'"{_last(path)}" ({value}) is an invalid ARN: arn: invalid prefix')


def conflicts(props: Props, *keys: str) -> Iterator[Problem]:
    """At most one of the keys."""
    for key in keys:
        for other in keys:
            if key != other and key in props and other in props:
                words = f'"{_terraform(key)}": conflicts with {_terraform(other)}'
                yield Problem((key,), f"Conflicting configuration arguments. {words}")


def exactly_one(props: Props, *keys: str) -> Iterator[Problem]:
    given = [_terraform(key) for key in keys if key in props]
    listed = ",".join(_terraform(key) for key in keys)
    for key in keys:
        if not given:
            words = f'"{_terraform(key)}": one of `{listed}` must be specified'
            yield Problem((key,), f"Invalid combination of arguments. {words}")
        elif len(given) > 1:
            words = f'"{_terraform(key)}": only one of `{listed}` can be specified'
            words += f", but `{','.join(given)}` were specified."
            yield Problem((key,), f"Invalid combination of arguments. {words}")


def together(props: Props, key: str, *others: str) -> Iterator[Problem]:
    """With `key`, all of the others."""
    if key in props and not all(other in props for other in others):
        listed = ",".join(_terraform(name) for name in sorted((key, *others)))
        words = f'"{_terraform(key)}": all of `{listed}` must be specified'
        yield Problem((key,), f"Missing required argument. {words}")


def each(props: Props, key: str) -> Iterator[Path]:
    """The paths of a list's items."""
    value = known(props, (key,))
    if isinstance(value, list):
        for index in range(len(value)):
            yield (key, index)
