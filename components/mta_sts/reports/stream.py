"""Bytes as they come, what they are, and how much may come of them."""

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Literal

from mta_sts.protocol.report import ReportError
from mta_sts.reports.found import TooMuchError

MOST_LAYERS = 8
"""How deep archives and messages may lie within each other."""
CHUNK = 65536
"""Bytes that are read at a time."""
HEAD = 4096
"""Bytes that tell what a file is."""
ALLOWED_AT_LEAST = 2**30
ALLOWED_FOLD = 100
"""A file may unpack to this many bytes, and to this many times its own size besides."""
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")

Kind = Literal["json", "gzip", "zip", "mbox", "message", "xml", "empty", "other"]

_HEADER = re.compile(rb"[!-9;-~]{1,76}:")


@dataclass
class Budget:
    """How many bytes may still be unpacked of one file, and of all that is within it."""

    left: int

    @classmethod
    def of(cls, size: int) -> "Budget":
        """
        Args:
            size: of the file, in bytes.
        """
        return cls(ALLOWED_AT_LEAST + ALLOWED_FOLD * size)

    def spend(self, count: int) -> None:
        """
        Raises:
            TooMuchError: there were not as many left.
        """
        self.left -= count
        if self.left < 0:
            raise TooMuchError


def kind_of(head: bytes) -> Kind:
    """What bytes are, as the first of them tell."""
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(b"From "):
        return "mbox"
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start in (b"{", b"["):
        return "json"
    if start == b"<":
        return "xml"
    if _HEADER.match(head):
        return "message"
    return "other" if start else "empty"


class Stream:
    """Bytes that are read once, from the start.

    Attributes:
        file: the same bytes, where they can be read in any order; None where they cannot.
    """

    def __init__(
        self, chunks: Iterable[bytes], budget: Budget, file: BinaryIO | None = None
    ) -> None:
        self._chunks = iter(chunks)
        self.budget = budget
        self.file = file

    def kind(self) -> Kind:
        """What they are."""
        head = b""
        for chunk in self._chunks:
            head += chunk
            if len(head) >= HEAD:
                break
        self._chunks = chain((head,), self._chunks)
        return kind_of(head)

    def chunks(self) -> Iterator[bytes]:
        return self._chunks

    def whole(self, limit: int, what: str) -> bytes:
        """All of them.

        Raises:
            ReportError: these are more than `limit`; `what` is.
        """
        data = bytearray()
        for chunk in self._chunks:
            data += chunk
            if len(data) > limit:
                raise ReportError(f"{what} of more than {limit} bytes")
        return bytes(data)

    def unpacked(self) -> "Stream":
        """What is in them, which are gzip."""
        return Stream(_unpacked(self._chunks, self.budget), self.budget)


def _unpacked(chunks: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
    """
    Raises:
        ReportError: this is not whole as gzip.
        TooMuchError: it unpacks to too much.
    """
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        for chunk in chunks:
            while chunk:
                if packed.eof:  # another member follows (RFC 1952 2.2), or what is no gzip
                    if not chunk.startswith(GZIP[:1]):
                        return
                    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
                data = packed.decompress(chunk, CHUNK)
                budget.spend(len(data))
                if data:
                    yield data
                chunk = packed.unused_data if packed.eof else packed.unconsumed_tail
        while not packed.eof and (data := packed.decompress(b"", CHUNK)):
            budget.spend(len(data))
            yield data
    except zlib.error:
        raise ReportError("gzip: damaged") from None
    if not packed.eof:
        raise ReportError("gzip: it ends too early")
