"""The checks the real provider's schema makes beyond types, in the words of its framework."""

from collections.abc import Collection, Iterator

from sandbox.plugin.rules import Path, known
from sandbox.plugin.schema import Problem, snake
from sandbox.plugin.wire import Props


def _attribute(path: Path) -> str:
    return snake(Problem(path, "").where)


def one_of(props: Props, path: Path, allowed: Collection[str]) -> Iterator[Problem]:
    """One of these, in whatever case."""
    value = known(props, path)
    if value is not None and value.lower() not in {choice.lower() for choice in allowed}:
        choices = " ".join(f'"\\"{choice}\\""' for choice in allowed)
        yield Problem(
            path,
            f"Invalid Attribute Value Match. Attribute {_attribute(path)} value must be one of:"
            f' [{choices}], got: "{value}"',
        )


def between(props: Props, path: Path, least: int, most: int) -> Iterator[Problem]:
    value = known(props, path)
    if value is not None and not least <= value <= most:
        yield Problem(
            path,
            f"Invalid Attribute Value. Attribute {_attribute(path)} value must be between"
            f" {least:f} and {most:f}, got: {value:f}",
        )


def conflicts(props: Props, *keys: str) -> Iterator[Problem]:
    """At most one of the keys."""
    for key in keys:
        for other in keys:
            if key != other and key in props and other in props:
                yield Problem(
                    (key,),
                    f'Invalid Attribute Combination. Attribute "{snake(other)}" cannot be specified'
                    f' when "{snake(key)}" is specified',
                )


def requires(props: Props, key: str, other: str) -> Iterator[Problem]:
    if key in props and other not in props:
        yield Problem(
            (key,),
            f'Invalid Attribute Combination. Attribute "{snake(other)}" must be specified when'
            f' "{snake(key)}" is specified',
        )


def at_least_one(props: Props, *keys: str) -> Iterator[Problem]:
    if not any(key in props for key in keys):
        listed = ",".join(snake(key) for key in keys)
        words = f"At least one of these attributes must be configured: [{listed}]"
        yield Problem((), f"Missing Attribute Configuration: {words}")
