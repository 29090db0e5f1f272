"""Inspections as a person reads them at a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mta_sts.inspection.result import SEVERITIES, Finding, Inspection, Severity, State

MARKS: dict[Severity, str] = {
    "error": "[red]✗[/]",
    "warning": "[yellow]![/]",
    "unknown": "[magenta]?[/]",
    "note": "[cyan]i[/]",
}
FINE = "[green]✓[/]"
VERDICTS: dict[State, str] = {
    "testing": "Senders deliver as before, and report what they would have refused.",
    "enforce": "Senders deliver over verified TLS to these hosts only.",
    "none": "Senders act as if there were no MTA-STS.",
    "broken": "Senders have no policy to use: mail is sent as if there were no MTA-STS.",
    "absent": "There is no MTA-STS: senders use TLS where it is offered, and verify nothing.",
    "unknown": "It could not be looked up.",
    "no-domain": "There is nothing to look at.",
}
"""What a sender does that comes for the first time."""


def show(inspection: Inspection, console: Console) -> None:
    """Print all that was seen of a domain, in order, what is wrong with it and what to do."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for overflow in ("ignore", "ignore", "ignore", "fold"):
        table.add_column(overflow=overflow)
    source = ""
    for seen in inspection.seen:
        said = [_told(finding) for finding in seen.findings]
        if not any(seen.found in finding.message for finding in seen.findings):
            said.insert(0, _plain(seen.found))
        if seen.source != source:
            source = seen.source
            said.append(f"[dim]from {_plain(source)}[/]")
        table.add_row(f"{seen.at:%H:%M:%S}", _mark(seen.findings), seen.what, "\n".join(said))
    console.print(f"[bold]{_plain(inspection.domain)}[/]")
    console.print(table)
    console.print(verdict(inspection))


def verdict(inspection: Inspection) -> str:
    """What a sender does, in words."""
    said = VERDICTS[inspection.state]
    if inspection.policy and inspection.state in ("testing", "enforce", "none"):
        said += f" They keep the policy for {inspection.policy.max_age} s."
    return said


def line(inspection: Inspection) -> str:
    """One domain on one line: its state, and the worst that there is to say of it."""
    findings = [each for each in inspection.findings if each.severity != "note"]
    told = f"{_mark(findings)} {inspection.state:<9} {_plain(inspection.domain)}"
    if not findings:
        return told
    more = f" [dim](and {len(findings) - 1} more)[/]" if len(findings) > 1 else ""
    return f"{told}: {_plain(f'{findings[0].code}: {findings[0].message}')}{more}"


class Tally:
    """What many inspections come to."""

    def __init__(self) -> None:
        self.states: Counter[State] = Counter()
        self.findings: Counter[tuple[Severity, str]] = Counter()

    def add(self, inspection: Inspection) -> None:
        """Count one."""
        self.states[inspection.state] += 1
        self.findings.update({(each.severity, each.code) for each in inspection.findings})

    @property
    def total(self) -> int:
        """How many there are."""
        return self.states.total()

    @property
    def severities(self) -> set[Severity]:
        """How bad it was, over all of them."""
        return {severity for severity, _ in self.findings}

    def lines(self) -> Iterator[str]:
        """How many domains have each state, and each finding, the worst first."""
        states = get_args(State)
        told = [f"{self.states[each]} {each}" for each in states if self.states[each]]
        yield f"{self.total} domains: {', '.join(told)}"
        for severity in SEVERITIES:
            for (how_bad, code), count in self.findings.most_common():
                if how_bad == severity:
                    yield f"{count:>7} {MARKS[severity]} {code}"


def _plain(text: str) -> str:
    """What others wrote, without what a terminal would take for orders."""
    return escape(
        "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
    )


def _mark(findings: Sequence[Finding]) -> str:
    worst = min((SEVERITIES.index(each.severity) for each in findings), default=None)
    return FINE if worst is None else MARKS[SEVERITIES[worst]]


def _told(finding: Finding) -> str:
    return f"{_plain(f'{finding.code}: {finding.message}')}\n[dim]→[/] {_plain(finding.advice)}"
