"""Zip archives: each member as it unpacks, nothing of it on disk."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from mta_sts.protocol.report import ReportError
from mta_sts.reports.stream import CHUNK, Budget

LARGEST_LIST = 16 * 2**20
"""Bytes of an archive's list of members: 100,000 of them and more."""
_ENCRYPTED = 1
"""A bit of a member's flags (APPNOTE 4.4.4)."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,  # a version of the format that is to come
)


class _Guarded:
    """A file of which not too much is read at once: `zipfile` reads a list of members whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > LARGEST_LIST:
            raise ReportError(f"zip: a list of members of more than {LARGEST_LIST} bytes")
        return self._file.read(size)


def members(file: BinaryIO, budget: Budget) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The name of each member that is no folder and not hidden, and the bytes in it.

    Raises:
        ReportError: this is not whole as a zip archive.
    """
    try:
        archive = zipfile.ZipFile(_Guarded(file))
    except ReportError:
        raise
    except _DAMAGED:
        raise ReportError("zip: damaged") from None
    for member in archive.infolist():
        if not member.is_dir() and not any(
            part.startswith((".", "__MACOSX")) for part in member.filename.split("/")
        ):
            yield member.filename, _unpacked(archive, member, budget)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """
    Raises:
        ReportError: the member cannot be unpacked.
        TooMuchError: it unpacks to too much.
    """
    if member.flag_bits & _ENCRYPTED:
        raise ReportError("zip: encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReportError("zip: packed in another way than deflate")
    try:
        with archive.open(member) as unpacked:
            while data := unpacked.read(CHUNK):
                budget.spend(len(data))
                yield data
    except _DAMAGED:
        raise ReportError("zip: damaged") from None
