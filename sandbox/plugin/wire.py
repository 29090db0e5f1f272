"""Values as the provider protocol carries them, and as this plugin sees them.

Inside the plugin a value is plain Python: str, int, float, bool, list, dict. An unknown stays the
protocol's own sentinel string, an asset its own tagged dict; secrets and outputs are opened.
"""

import copy
from typing import Any

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105
OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
ASSET = "c44067f5952c0a294b673a41bacd8c17"

DEFAULTS = "__defaults"
"""The key under which checked inputs name those of their values that nobody gave."""

Props = dict[str, Any]


def load(message: struct_pb2.Struct) -> Props:
    """A message as a dict. Nulls are left out: no property here tells null from absent."""
    loaded: Props = _fields(message)
    return loaded


def hidden(props: Props, paths: frozenset[str]) -> Props:
    """With the values at these paths (`bindings.text`, no indices) marked as secret."""
    result: Props = _hidden(props, paths, "")
    return result


def _hidden(value: Any, paths: frozenset[str], path: str) -> Any:
    if path in paths:
        return {SIGNATURE: SECRET, "value": value}
    if isinstance(value, list):
        return [_hidden(item, paths, path) for item in value]
    if isinstance(value, dict):
        return {k: _hidden(v, paths, f"{path}.{k}".removeprefix(".")) for k, v in value.items()}
    return value


def dump(props: Props) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(props)
    return message


def _fields(message: struct_pb2.Struct) -> Any:
    loaded = {
        key: _value(value)
        for key, value in message.fields.items()
        if value.WhichOneof("kind") != "null_value"
    }
    match loaded.get(SIGNATURE):
        case signature if signature == SECRET:
            return loaded.get("value")
        case signature if signature == OUTPUT:
            return loaded.get("value", UNKNOWN)
    return loaded


def _value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "list_value":
            return [_value(item) for item in value.list_value.values]
        case "struct_value":
            return _fields(value.struct_value)
    return None


def is_asset(value: object) -> bool:
    return isinstance(value, dict) and value.get(SIGNATURE) == ASSET


def has_unknown(value: object) -> bool:
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value == UNKNOWN


def visible(props: Props) -> Props:
    """Without the keys that only the protocol uses; a copy."""
    return {key: copy.deepcopy(item) for key, item in props.items() if not key.startswith("__")}
