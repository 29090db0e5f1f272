"""Checks inputs against the SDK's own argument types: names, types, what is required, at any depth.

The SDK is read once for each resource type and kept in the user's cache, so that a plugin starts
without importing it.
"""

import collections.abc
import enum
import functools
import importlib
import importlib.metadata
import inspect
import json
import os
import tempfile
import typing
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.plugin.wire import DEFAULTS, SIGNATURE, UNKNOWN, Props, is_asset

FORMAT = 1
"""Raise when the form of the cached schemas changes."""

Kind = str | list[Any]
"""`string`, `integer`, `number`, `boolean`, `asset`, `json`, `any`, or [`array` | `map`, kind] or
[`object`, name of the object]."""

WORDS = {"integer": "number", "json": "string"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one input."""

    path: tuple[str | int, ...]
    words: str

    @property
    def where(self) -> str:
        """The path as the engine writes it: `origins[0].originId`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}"
        return text.removeprefix(".")


@dataclass(frozen=True)
class Field:
    kind: Kind
    required: bool


Objects = dict[str, dict[str, Field]]


@dataclass(frozen=True)
class Schema:
    """A resource's inputs, and those of every object inside."""

    objects: Objects
    root: str = ""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.objects[self.root])

    def problems(self, inputs: Props) -> Iterator[Problem]:
        yield from self._object(self.root, inputs, ())

    def _object(self, name: str, value: Props, path: tuple[str | int, ...]) -> Iterator[Problem]:
        fields = self.objects[name]
        for key in value:
            if key not in fields and key != DEFAULTS:
                yield Problem((*path, key), "Invalid or unknown key")
        for key, field in fields.items():
            if key in value:
                yield from self._value(field.kind, value[key], (*path, key))
            elif field.required:
                at = Problem((*path, key), "")
                yield Problem((), f"Missing required property '{at.where}'")

    def _value(self, kind: Kind, value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
        if value == UNKNOWN or kind == "any":
            return
        match kind:
            case ["array", inner] if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from self._value(inner, item, (*path, index))
            case ["map", inner] if isinstance(value, dict) and not is_asset(value):
                for key, item in value.items():
                    yield from self._value(inner, item, (*path, key))
            case ["object", name] if isinstance(value, dict) and SIGNATURE not in value:
                yield from self._object(name, value, path)
            case str() if _fits(kind, value):
                return
            case _:
                expected = kind if isinstance(kind, str) else kind[0]
                yield Problem(
                    path,
                    f'Unexpected type at field "{_snake(path)}": expected'
                    f" {WORDS.get(expected, expected)} type, got {_shown(value)}",
                )


def _fits(kind: str, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "asset":
            return is_asset(value)
        case "json":
            return isinstance(value, str) or (isinstance(value, dict) and SIGNATURE not in value)
    return False


def _shown(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    kind = "asset" if is_asset(value) else kinds.get(type(value), "object")
    return f"{json.dumps(value)} of type {kind}" if kind not in ("asset", "object") else kind


def _snake(path: tuple[str | int, ...]) -> str:
    return ".".join(snake(part) if isinstance(part, str) else str(part) for part in path)


def snake(name: str) -> str:
    """`domainName` -> `domain_name`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@functools.cache
def sdk_version(sdk: str) -> str:
    return importlib.metadata.version(sdk)


@functools.cache
def schema_of(sdk: str, source: str) -> Schema:
    """The inputs of a class of `pulumi_aws`, say: `s3.bucket_policy:BucketPolicy`."""
    kept = _folder(sdk) / f"{source.replace(':', '.')}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        return _from_json(json.loads(kept.read_text()))
    read = _read_sdk(sdk, source)
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=kept.parent, delete=False) as scratch:
            scratch.write(json.dumps(_to_json(read)))
        Path(scratch.name).replace(kept)
    return read


def _folder(sdk: str) -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(
        base, "pulumi-mta-sts", f"{sdk.removeprefix('pulumi_')}-schema-{sdk_version(sdk)}-{FORMAT}"
    )


def _to_json(schema: Schema) -> Any:
    return {
        name: {key: [field.kind, field.required] for key, field in fields.items()}
        for name, fields in schema.objects.items()
    }


def _from_json(data: Any) -> Schema:
    return Schema(
        {
            name: {key: Field(kind, required) for key, (kind, required) in fields.items()}
            for name, fields in data.items()
        }
    )


def _read_sdk(sdk: str, source: str) -> Schema:
    module_name, _, class_name = source.partition(":")
    module = importlib.import_module(f"{sdk}.{module_name}")
    # Where a nested input type has the same name, the resource's own is `…InitArgs`.
    args = getattr(module, f"{class_name}InitArgs", None) or getattr(module, f"{class_name}Args")
    objects: Objects = {}
    _read_class(args, "", objects)
    return Schema(objects)


def _read_class(cls: type, name: str, objects: Objects) -> None:
    from pulumi._types import input_type_py_to_pulumi_names

    objects[name] = {}
    wire_names = input_type_py_to_pulumi_names(cls)
    package = importlib.import_module(cls.__module__.rpartition(".")[0])
    for key, parameter in inspect.signature(cls.__init__).parameters.items():  # type: ignore[misc]
        if key == "__self__":
            continue
        objects[name][wire_names.get(key, key)] = Field(
            _read_kind(parameter.annotation, package.__name__, objects),
            required=parameter.default is inspect.Parameter.empty,
        )


def _read_kind(annotation: Any, package: str, objects: Objects) -> Kind:
    kinds = [
        _read_one(choice, package, objects)
        for choice in (typing.get_args(annotation) if _is_union(annotation) else (annotation,))
        if not _is_wrapper(choice)
    ]
    for preferred in ("json", "string"):
        if preferred in kinds:  # `Union[str, SomeEnum]` and `Union[str, PolicyDocumentArgs]`
            return preferred
    return kinds[0] if kinds else "any"


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) is typing.Union


def _is_wrapper(choice: Any) -> bool:
    """The parts of `Input[T]` that are not T."""
    if choice is type(None) or typing.get_origin(choice) is collections.abc.Awaitable:
        return True
    forward = getattr(choice, "__forward_arg__", "")
    return forward.startswith("Output[")


def _read_one(choice: Any, package: str, objects: Objects) -> Kind:
    plain = {str: "string", int: "integer", float: "number", bool: "boolean"}
    if choice in plain:
        return plain[choice]
    arguments = typing.get_args(choice)
    match typing.get_origin(choice):
        case collections.abc.Sequence:
            return ["array", _read_kind(arguments[0], package, objects)]
        case collections.abc.Mapping:
            return ["map", _read_kind(arguments[1], package, objects)]
    if isinstance(choice, typing.ForwardRef):
        return _read_forward(choice.__forward_arg__, package, objects)
    return "asset" if getattr(choice, "__module__", "") == "pulumi.asset" else "any"


def _read_forward(name: str, package: str, objects: Objects) -> Kind:
    if name == "PolicyDocumentArgs":
        return "json"
    for part in ("_inputs", "_enums"):
        with suppress(ImportError):
            found = getattr(importlib.import_module(f"{package}.{part}"), name, None)
            if isinstance(found, type) and issubclass(found, enum.Enum):
                return "string"
            if found is not None:
                if name not in objects:
                    _read_class(found, name, objects)
                return ["object", name]
    return "any"
