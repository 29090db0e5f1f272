"""The page of `mta-sts check`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

from mta_sts.inspection.result import SEVERITIES, Inspection, Severity, State
from mta_sts.inspection.terminal import Tally, verdict
from mta_sts.pages.kept import Kept, kept, worst
from mta_sts.pages.template import parts
from mta_sts.pages.whole import Write

MOST_WHOLE = 500
"""Domains that are told with all that was seen, the worst first; of others, the worst finding."""

_COUNTED: dict[Severity, str] = {
    "error": "with errors",
    "warning": "with warnings",
    "unknown": "not looked up",
    "note": "with nothing to mend",
}


@contextmanager
def check_page(write: Write) -> Iterator[Callable[[Inspection], None]]:
    """What is to be told of each inspection; when it is left, the page of all of them is written.

    Raises:
        PageError: there is no room for it.
    """
    tally = Tally()
    with kept() as found:

        def keep(inspection: Inspection) -> None:
            found.add(inspection)
            tally.add(inspection)

        yield keep
        write(_parts(found, tally))


def _parts(found: Kept, tally: Tally) -> Iterator[str]:
    return parts(
        "check.html",
        inspections=found.worst_first(),
        total=tally.total,
        figures=[("domains", f"{tally.total:,}"), *_figures(found)],
        states=[(each, tally.states[each]) for each in get_args(State) if tally.states[each]],
        summary=[
            (severity, code, count, found.advice[code])
            for each in SEVERITIES
            for (severity, code), count in tally.findings.most_common()
            if severity == each
        ],
        first=found.first,
        last=found.last,
        most_whole=MOST_WHOLE,
        worst=worst,
        verdict=verdict,
    )


def _figures(found: Kept) -> Iterator[tuple[str, str]]:
    """How many domains are how bad, in words; each is counted once."""
    for severity, words in _COUNTED.items():
        if found.worst[severity]:
            yield words, f"{found.worst[severity]:,}"
