"""The page of `mta-sts check`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import get_args

from mta_sts.inspection.result import SEVERITIES, Inspection, Severity, State
from mta_sts.inspection.terminal import Tally, verdict
from mta_sts.pages.kept import Kept, worst
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
    with TemporaryFile() as file:
        kept = Kept(file)

        def keep(inspection: Inspection) -> None:
            kept.add(inspection)
            tally.add(inspection)

        yield keep
        write(_parts(kept, tally))


def _parts(kept: Kept, tally: Tally) -> Iterator[str]:
    return parts(
        "check.html",
        inspections=kept.worst_first(),
        total=tally.total,
        figures=[("domains", f"{tally.total:,}"), *_figures(kept)],
        states=[(each, tally.states[each]) for each in get_args(State) if tally.states[each]],
        summary=[
            (severity, code, count, kept.advice[code])
            for each in SEVERITIES
            for (severity, code), count in tally.findings.most_common()
            if severity == each
        ],
        kept=kept,
        most_whole=MOST_WHOLE,
        worst=worst,
        verdict=verdict,
    )


def _figures(kept: Kept) -> Iterator[tuple[str, str]]:
    """How many domains are how bad, in words; each is counted once."""
    for severity, words in _COUNTED.items():
        if kept.worst[severity]:
            yield words, f"{kept.worst[severity]:,}"
