"""Mail: the messages of a mailbox, and what is attached to one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy, compat32
from typing import cast

from mta_sts.protocol.report import ReportError
from mta_sts.reports.stream import MOST_LAYERS

LARGEST_MESSAGE = 25 * 2**20
"""Bytes: what large mail services take in."""
MOST_PARTS = 200
"""Parts of one message, with those of the messages within it."""
_NEXT = b"\nFrom "


def messages(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    """Each message of a mailbox (mbox, RFC 4155); None for one that is too large."""
    held = bytearray()
    searched = 0
    skipping = False
    for chunk in chunks:
        held += chunk
        while (end := held.find(_NEXT, searched)) >= 0:
            yield None if skipping else bytes(held[:end])
            del held[: end + 1]
            searched, skipping = 0, False
        searched = max(0, len(held) - len(_NEXT) + 1)
        if skipping or len(held) > LARGEST_MESSAGE:
            skipping = True
            del held[:searched]
            searched = 0
    yield None if skipping else bytes(held)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part of a message that is no text to be read there.

    Attributes:
        is_report: the message says that it is a TLS report (RFC 8460 6.4, 6.5).
    """

    name: str
    data: bytes
    is_report: bool


def attached(data: bytes) -> Iterator[Attachment]:
    """What is attached to a message, and to those within it.

    Raises:
        ReportError: it has too many parts, or messages within messages are too deep.
    """
    count = 0

    def part(policy: Policy = compat32) -> Message:
        nonlocal count
        count += 1
        if count > MOST_PARTS:
            raise ReportError(f"a message of more than {MOST_PARTS} parts")
        return Message(policy)

    return _attached(BytesParser(part, policy=compat32).parsebytes(data), 0)


def _attached(message: Message, depth: int) -> Iterator[Attachment]:
    if depth > MOST_LAYERS:
        raise ReportError(f"nested more than {MOST_LAYERS} deep")
    if message.is_multipart():
        inner = depth + (message.get_content_maintype() == "message")
        for part in cast("list[Message]", message.get_payload()):
            yield from _attached(part, inner)
        return
    kind = message.get_content_type()
    name = _file_name(message)
    if kind.startswith("application/") or name is not None:
        data = message.get_payload(decode=True)
        is_report = kind.startswith("application/tlsrpt")
        yield Attachment(name or kind, data if isinstance(data, bytes) else b"", is_report)


def _file_name(message: Message) -> str | None:
    try:
        return message.get_filename()
    except (LookupError, ValueError):  # it is in an encoding that there is not
        return None
