"""Inspections, kept until all are there, so that the worst can be told first."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryFile, gettempdir
from typing import IO, get_args

from pydantic import TypeAdapter

from mta_sts.inspection.result import SEVERITIES, Finding, Inspection, Severity, State
from mta_sts.pages.whole import saying

_STATES = get_args(State)
_INSPECTION = TypeAdapter(Inspection)


def worst(findings: Iterable[Finding]) -> Severity | None:
    """How bad the worst of them is; None where there are none."""
    return min((each.severity for each in findings), key=SEVERITIES.index, default=None)


@contextmanager
def kept() -> Iterator["Kept"]:
    """Where to keep inspections; until it is left.

    Raises:
        PageError: there is no room for them.
    """
    with saying(gettempdir()):
        file = TemporaryFile()  # noqa: SIM115 -- closed below
    try:
        yield Kept(file)
    finally:
        with saying(gettempdir()):
            file.close()


class Kept:
    """Inspections in a temporary file. In memory is what puts them in order, and what is told of
    all together.

    Attributes:
        worst: how many have nothing worse than this.
        advice: what to do, by the code of the finding.
        first, last: when anything was looked at, UTC.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self._places: list[tuple[int, int, str, int, int]] = []
        self.worst: Counter[Severity] = Counter()
        self.advice: dict[str, str] = {}
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, inspection: Inspection) -> None:
        """Keep one.

        Raises:
            PageError: there is no room for it.
        """
        line = _INSPECTION.dump_json(inspection)
        with saying(gettempdir()):
            self._file.write(line)
        how_bad = worst(inspection.findings) or "note"
        order = (SEVERITIES.index(how_bad), _STATES.index(inspection.state), inspection.domain)
        self._places.append((*order, self._size, len(line)))
        self._size += len(line)
        self.worst[how_bad] += 1
        self.advice |= {each.code: each.advice for each in inspection.findings}
        times = [each.at for each in inspection.seen]
        self.first = min(filter(None, [self.first, *times]), default=None)
        self.last = max(filter(None, [self.last, *times]), default=None)

    def worst_first(self) -> Iterator[Inspection]:
        """All of them: by the worst finding, then by state, then by name.

        Raises:
            PageError: there is no room for the last of them.
        """
        for *_, place, length in sorted(self._places):
            with saying(gettempdir()):
                self._file.seek(place)
                line = self._file.read(length)
            yield _INSPECTION.validate_json(line)
