"""Where reports are: files, folders and buckets."""

import os
import re
import stat
import zlib
from collections.abc import Iterable
from functools import partial

from mta_sts.protocol.report import LARGEST_AT_ONCE, Report, ReportError
from mta_sts.reports.contents import Found, contents
from mta_sts.reports.found import Outcome, Rejected, ReportsNotReadError, TooMuchError
from mta_sts.reports.stream import CHUNK, GZIP, Budget, Stream

BUCKET = "s3://"
_ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?", re.DOTALL)
SMALL = 16384
"""Bytes, packed, of a file that is read at once."""


def address(place: str) -> tuple[str, str]:
    """The bucket, and what the names of its objects begin with, in `s3://bucket/prefix`.

    Raises:
        ReportsNotReadError: this is no such address.
    """
    parts = _ADDRESS.fullmatch(place)
    if not parts:
        raise ReportsNotReadError(
            f"{place}: not s3:// and the name of a bucket, such as s3://bucket/prefix"
        )
    return parts[1], parts[2] or ""


def check(place: str) -> None:
    """Look whether a place is there, without reading it; buckets are not asked.

    Raises:
        ReportsNotReadError: it is not.
    """
    if place.startswith(BUCKET):
        address(place)
    else:
        _is_folder(place)


def check_folder(place: str) -> None:
    """The same, of a place that is to be a folder or a bucket.

    Raises:
        ReportsNotReadError: it is neither.
    """
    if place.startswith(BUCKET):
        address(place)
    elif not _is_folder(place):
        raise ReportsNotReadError(f"{place}: not a folder")


def read(places: Iterable[str]) -> Found:
    """All that is in files, in folders and those below them, and in buckets (`s3://bucket/prefix`).
    What is hidden, with a name that begins with a dot, is left alone.

    Raises:
        ReportsNotReadError: a place cannot be looked into.
    """
    for place in places:
        if place.startswith(BUCKET):
            from mta_sts.reports.bucket import objects  # its library takes long to import

            for name, stream in objects(*address(place)):
                yield from _limited(name, stream)
        elif _is_folder(place):
            yield from _folder(place)
        else:
            yield from _file(place)


def _is_folder(place: str) -> bool:
    """
    Raises:
        ReportsNotReadError: it is neither a folder nor a file.
    """
    try:
        mode = os.stat(place).st_mode
    except (OSError, ValueError) as error:
        raise ReportsNotReadError(f"{place}: {_words(error)}") from None
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise ReportsNotReadError(f"{place}: neither a folder nor a file")
    return stat.S_ISDIR(mode)


def _folder(folder: str) -> Found:
    """Links to folders are not followed: they may lead round in circles."""
    folders = [folder]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = entry.path
                    if entry.name.startswith("."):
                        continue
                    if entry.is_file(follow_symlinks=False) or os.path.isfile(path):
                        outcome = _small(path)
                        if outcome is None:
                            yield from _file(path)
                        else:
                            yield path, outcome
                    elif entry.is_dir(follow_symlinks=False):
                        folders.append(path)
        except OSError as error:
            yield folder, Rejected(_words(error))


def _file(path: str) -> Found:
    try:
        with open(path, "rb", buffering=0) as file:
            budget = Budget.of(os.fstat(file.fileno()).st_size)
            yield from _limited(path, Stream(iter(partial(file.read, CHUNK), b""), budget, file))
    except OSError as error:
        yield path, Rejected(_words(error))


def _small(path: str) -> Outcome | None:
    """What nearly all files are, in the shortest way: one small report, or gzip of it. None where
    it is anything else."""
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError as error:
        return Rejected(_words(error))
    try:
        data = os.read(file, SMALL)
        is_whole = data.startswith(GZIP) or not os.read(file, 1)  # gzip tells its end itself
    except OSError as error:
        return Rejected(_words(error))
    finally:
        os.close(file)
    if not is_whole:
        return None
    try:
        if data.startswith(GZIP):
            packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
            data = packed.decompress(data, LARGEST_AT_ONCE)
            if not packed.eof or packed.unused_data:
                return None
        return Report.parse(data) if data.startswith(b"{") else None
    except zlib.error:
        return None
    except ReportError as error:
        return Rejected(str(error))


def _limited(name: str, stream: Stream) -> Found:
    try:
        yield from contents(name, stream)
    except TooMuchError:
        yield name, Rejected("unpacks to far more than reports do; the rest of it is not read")


def _words(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
