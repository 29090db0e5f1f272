"""The grammar that a served policy's lines follow, whatever their keys (RFC 8461 3.2)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mta_sts.protocol.errors import (
    BlankLineError,
    ByteOrderMarkError,
    ControlCharacterError,
    KeySpaceError,
    LineError,
    NotUtf8Error,
    PolicyError,
    PolicyKeyError,
    PolicyTooLongError,
    ValueMissingError,
)

LONGEST = 64 * 1024
"""Bytes of a policy that senders read (RFC 8461 3.3)."""

_WSP = " \t"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Field:
    """One line of a policy: its key, its value without white space around, and its place."""

    key: str
    value: str
    where: str


def fields(data: bytes) -> Iterator[Field | PolicyError]:
    """The fields of a served policy in their order, known or not; in place of each line that is
    none, what is wrong with it: the subclass names the failure, the error the line and the rule.
    """
    if len(data) > LONGEST:
        yield PolicyTooLongError(f"{len(data)} bytes", "policy")
        return
    if data.startswith(codecs.BOM_UTF8):
        yield ByteOrderMarkError(data[:12], "line 1")
        data = data.removeprefix(codecs.BOM_UTF8)
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    for number, line in enumerate(lines, start=1):
        ended = number < len(lines) or data.endswith(b"\n")
        yield _field(line.removesuffix(b"\r") if ended else line, f"line {number}")


def _field(raw: bytes, where: str) -> Field | PolicyError:
    try:
        line = raw.decode()
    except UnicodeDecodeError:
        return NotUtf8Error(raw, where)
    key, colon, rest = line.partition(":")
    value = rest.strip(_WSP)
    if not line.strip(_WSP):
        return BlankLineError(line, where)
    if not colon:
        return LineError(line, where)
    if key.strip(_WSP) != key:
        return KeySpaceError(line, where)
    if not _KEY.fullmatch(key):
        return PolicyKeyError(key, where)
    if not value:
        return ValueMissingError(line, where)
    if _CONTROL.search(value):
        return ControlCharacterError(value, where)
    return Field(key, value, where)
