"""What is in a file, told by its content and not by its name: a report, or something with reports
in it, in any depth."""

import io
from collections.abc import Callable, Iterator

from mta_sts.protocol.report import ReportError, printable
from mta_sts.protocol.report_stream import read
from mta_sts.reports.archive import members
from mta_sts.reports.found import Outcome, PassedOver, Rejected
from mta_sts.reports.mail import LARGEST_MESSAGE, attached, messages
from mta_sts.reports.stream import MOST_LAYERS, Kind, Stream, kind_of

LARGEST_IN_MEMORY = 64 * 2**20
"""Bytes of a zip archive that lies in another file."""

Found = Iterator[tuple[str, Outcome]]
"""Names, and what was found there."""


def contents(name: str, stream: Stream, layers: int = 0) -> Found:
    """All that is in `stream`.

    Args:
        name: of the file, and of what is within it, for people.
        layers: what it lies in.

    Raises:
        TooMuchError: it unpacks to far too much.
    """
    if layers > MOST_LAYERS:
        yield name, Rejected(f"nested more than {MOST_LAYERS} deep")
        return
    try:
        yield from _READERS[stream.kind()](name, stream, layers)
    except ReportError as error:
        yield name, Rejected(str(error))


def _json(name: str, stream: Stream, _layers: int) -> Found:
    yield name, read(stream.chunks())


def _gzip(name: str, stream: Stream, layers: int) -> Found:
    yield from contents(name, stream.unpacked(), layers + 1)


def _zip(name: str, stream: Stream, layers: int) -> Found:
    file = stream.file or io.BytesIO(
        stream.whole(LARGEST_IN_MEMORY, "a zip archive in another file")
    )
    for member, chunks in members(file, stream.budget):
        inner = Stream(chunks, stream.budget)
        yield from contents(f"{name}: {printable(member)}", inner, layers + 1)


def _mbox(name: str, stream: Stream, layers: int) -> Found:
    for number, data in enumerate(messages(stream.chunks()), start=1):
        inner = f"{name}: message {number}"
        if data is None:
            yield inner, Rejected(f"a message of more than {LARGEST_MESSAGE} bytes")
        else:
            yield from _attached(inner, data, stream, layers + 1)


def _message(name: str, stream: Stream, layers: int) -> Found:
    yield from _attached(name, stream.whole(LARGEST_MESSAGE, "a message"), stream, layers)


def _attached(name: str, data: bytes, stream: Stream, layers: int) -> Found:
    """What is attached to a message; `stream` is what it was read from."""
    found = False
    try:
        for part in attached(data):
            if part.is_report or kind_of(part.data) in ("json", "gzip", "zip"):
                found = True
                inner = Stream((part.data,), stream.budget)
                yield from contents(f"{name}: {printable(part.name)}", inner, layers + 1)
    except ReportError as error:
        yield name, Rejected(str(error))
    else:
        if not found:
            yield name, PassedOver("a message without a TLS report")


def _xml(name: str, _stream: Stream, _layers: int) -> Found:
    yield name, PassedOver("XML, as DMARC reports are")


def _empty(name: str, _stream: Stream, _layers: int) -> Found:
    yield name, Rejected("empty")


def _other(name: str, _stream: Stream, _layers: int) -> Found:
    yield name, Rejected("neither JSON nor gzip, zip, mbox or a message")


_READERS: dict[Kind, Callable[[str, Stream, int], Found]] = {
    "json": _json,
    "gzip": _gzip,
    "zip": _zip,
    "mbox": _mbox,
    "message": _message,
    "xml": _xml,
    "empty": _empty,
    "other": _other,
}
