"""A suggestion as it goes into `Pulumi.<stack>.yaml`, its reasons as comments."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import yaml

from mta_sts.suggestion.told import Reason, Suggestion

_KEYS = ("mode", "mx", "maxAge", "reports", "zone", "host", "accept")
_INDENT = " " * 6


def written(suggestion: Suggestion) -> Suggestion:
    """The suggestion with its YAML."""
    lines = ["config:", "  mta-sts:domains:", f"    {_scalar(suggestion.domain)}:"]
    for key in _KEYS:
        lines += [f"{_INDENT}{line}" for line in _key(suggestion, key)]
    return replace(suggestion, yaml="".join(f"{line}\n" for line in lines))


def _key(suggestion: Suggestion, key: str) -> Iterator[str]:
    reasons = [each for each in suggestion.reasons if each.key == key]
    configuration = suggestion.configuration or {}
    if key == "mx" and key in configuration:
        yield "mx:"
        yield from _mx(reasons)
        return
    yield from (f"# {key}: {each.why}" for each in reasons)
    if key in configuration:
        yield f"{key}: {_value(configuration[key])}"


def _mx(reasons: list[Reason]) -> Iterator[str]:
    """The patterns, those with the same reason below it."""
    said = None
    for each in reasons:
        if each.why != said:
            yield f"  # {each.why}"
        said = each.why
        yield f"  - {_scalar(str(each.value))}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        inside = (f"{_scalar(key)}: {_scalar(each)}" for key, each in value.items())
        return f"{{{', '.join(inside)}}}"
    return str(value) if isinstance(value, int) else _scalar(value)


def _scalar(text: str) -> str:
    """Plain where YAML reads it as it stands, else in quotes, as in JSON, which YAML takes."""
    is_plain = text[:1].isalnum() and text.isascii() and not set(text) & set(",:#{}[]")
    return text if is_plain and yaml.safe_load(text) == text else json.dumps(text)
