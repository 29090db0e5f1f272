"""A report of any size (RFC 8460 4). A large one is read piece by piece, and its failures are added
up as they come, so that it takes next to no memory."""

import codecs
from collections.abc import Iterable, Iterator
from typing import Any

import ijson  # type: ignore[import-untyped]

from mta_sts.protocol.report import (
    LARGEST_AT_ONCE,
    LARGEST_REPORT,
    LONGEST_TEXT,
    Kinds,
    Policies,
    Report,
    ReportError,
    report,
)
from mta_sts.protocol.report_shape import FIELDS, GivenFailure, GivenPolicy, GivenReport, convert

LONGEST_SILENCE = 2**20
"""Bytes of one text, or of white space."""
MOST_DEPTH = 500
"""Objects and lists within each other."""
MOST_IN_LISTS = 1000
"""Values in lists where a text should be, until the next policy or failure."""

_ROLES = {
    ("report", "policies"): "policies",
    ("policies", ""): "policy",
    ("policy", "failure-details"): "failures",
    ("failures", ""): "failure",
}
"""What a list or object is, by what it is in and its name there. Others are read as they are."""


def read(chunks: Iterable[bytes]) -> Report:
    """The report in `chunks`, which are JSON.

    Raises:
        ReportError: it is none, or has more than LARGEST_REPORT bytes.
    """
    start = bytearray()
    rest = iter(chunks)
    for chunk in rest:
        start += chunk
        if len(start) > LARGEST_AT_ONCE:
            return _Large().read(_limited(bytes(start).removeprefix(codecs.BOM_UTF8), rest))
    return Report.parse(bytes(start))


def _limited(start: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    """
    Raises:
        ReportError: these are more than LARGEST_REPORT bytes.
    """
    size = len(start)
    yield start
    for chunk in rest:
        size += len(chunk)
        if size > LARGEST_REPORT:
            raise ReportError(f"more than {LARGEST_REPORT} bytes, unpacked")
        yield chunk


class _Inside:
    """A list or object that has begun and not yet ended."""

    __slots__ = ("key", "role", "value")

    def __init__(self, value: dict[str, Any] | list[Any], role: str) -> None:
        self.value = value
        self.role = role
        self.key = ""


class _Large:
    """A large report as it is read: what there is of it so far."""

    def __init__(self) -> None:
        self._inside: list[_Inside] = []
        self._skipped = 0
        """Lists and objects that have begun and of which nothing is kept."""
        self._kept = 0
        self._report: Any = None
        self._policies = Policies()
        self._kinds = Kinds()

    def read(self, chunks: Iterable[bytes]) -> Report:
        events = ijson.sendable_list()
        parser = ijson.basic_parse_coro(events, use_float=True)
        silent = 0
        try:
            for chunk in chunks:
                parser.send(chunk)
                silent = 0 if events else silent + len(chunk)
                if silent > LONGEST_SILENCE:
                    raise ReportError(f"a text or space of more than {LONGEST_SILENCE} bytes")
                self._take(events)
            parser.close()
            self._take(events)
        except ijson.JSONError as error:
            raise ReportError(_why(error)) from None
        return report(convert(self._report, GivenReport, ""), self._policies)

    def _take(self, events: list[tuple[str, Any]]) -> None:
        for event, value in events:
            if event == "map_key":
                if not self._skipped:
                    self._inside[-1].key = value
            elif event in ("start_map", "start_array"):
                self._begin({} if event == "start_map" else [])
            elif event not in ("end_map", "end_array"):
                if not self._skipped:
                    self._put(value[: LONGEST_TEXT + 1] if event == "string" else value)
            elif self._skipped:
                self._skipped -= 1
            else:
                self._end()
        del events[:]

    def _begin(self, value: dict[str, Any] | list[Any]) -> None:
        if len(self._inside) + self._skipped >= MOST_DEPTH:
            raise ReportError("not JSON: nested too deep")
        above = self._inside[-1] if self._inside else None
        if self._skipped or (above and isinstance(above.value, dict) and above.key not in FIELDS):
            self._skipped += 1
            return
        role = _ROLES.get((above.role, above.key), "") if above else "report"
        if role == "policies":
            self._policies = Policies()  # of a name given twice, the last counts
        elif role in ("policy", "failures"):
            self._kinds = Kinds()
        self._inside.append(_Inside(value, role))

    def _end(self) -> None:
        ended = self._inside.pop()
        if ended.role == "failure":
            self._add_failure(ended.value)
        elif ended.role == "policy":
            self._add_policy(ended.value)
        else:
            self._put(ended.value)

    def _put(self, value: Any) -> None:
        above = self._inside[-1] if self._inside else None
        if above is None:
            self._report = value
        elif above.role == "policies" and isinstance(above.value, list):
            self._add_policy(value)
        elif above.role == "failures" and isinstance(above.value, list):
            self._add_failure(value)
        elif isinstance(above.value, list):
            self._kept += 1
            if self._kept > MOST_IN_LISTS:
                raise ReportError(f"more than {MOST_IN_LISTS} values where a text should be")
            above.value.append(value)
        elif above.key in FIELDS:
            above.value[above.key] = value
            if above.key == "failure-details" and value is None:
                self._kinds = Kinds()

    def _add_policy(self, value: Any) -> None:
        self._kept = 0
        self._policies.add(convert(value, GivenPolicy, "policies[]"), self._kinds)

    def _add_failure(self, value: Any) -> None:
        self._kept = 0
        self._kinds.add(convert(value, GivenFailure, "policies[].failure-details[]"))


def _why(error: Exception) -> str:
    # The words of the library have a piece of the report in them.
    cut = "premature EOF" in str(error)
    return "not JSON: input data was truncated" if cut else "not JSON: malformed"
