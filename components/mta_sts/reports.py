"""The TLS reports that a domain's user has collected, as the review weighs them (P4, RFC 8460)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from mta_sts.findings import Failure, Reports
from mta_sts.protocol.report import LARGEST_REPORT, Report, ReportError

SUFFIXES = (".json", ".json.gz")
"""Of the names of report files (RFC 8460 5.1)."""
DANE = "tlsa"
"""Sessions under DANE go their own way, whatever the policy says (RFC 8461 2)."""


class ReportsNotReadError(OSError):
    """A folder of reports cannot be read. The user gives one that can."""


@dataclass(frozen=True)
class Folder:
    """The reports in one folder, and in those below it: each once, however often it was sent."""

    reports: tuple[Report, ...]
    unread: tuple[str, ...] = ()
    """The names of the files that are no reports, and why."""

    @classmethod
    def read(cls, folder: str) -> "Folder":
        """Every `.json` and `.json.gz` in `folder`.

        Raises:
            ReportsNotReadError: it is no folder, or a file in it cannot be read.
        """
        root = Path(folder)
        if not root.is_dir():
            raise ReportsNotReadError(f"{folder} is not a folder")
        reports: dict[tuple[str, str], Report] = {}
        unread = []
        for file in sorted(root.rglob("*")):
            if not file.name.endswith(SUFFIXES) or not file.is_file():
                continue
            try:
                report = Report.parse(_content(file))
            except ReportError as error:
                unread.append(f"{file.relative_to(root)}: {error}")
            except OSError as error:
                raise ReportsNotReadError(str(error)) from None
            else:
                reports.setdefault((report.organization, report.identifier or file.name), report)
        return cls(tuple(reports.values()), tuple(unread))

    def of(self, domain: str, since: datetime) -> Reports:
        """What they sum up to of one domain, from the reports of times that begin at `since` or
        later."""
        told = [
            policy
            for report in self.reports
            if report.begin >= since
            for policy in report.policies
            if policy.domain == domain and policy.type != DANE
        ]
        failed: Counter[tuple[str, str]] = Counter()
        for policy in told:
            for each in policy.failures:
                failed[each.result_type, each.mx] += each.sessions
        return Reports(
            successful=sum(policy.successful for policy in told),
            failures=tuple(
                Failure(result_type, mx or "an MX not named", sessions)
                for (result_type, mx), sessions in failed.items()
            ),
            unread=self.unread,
        )


@dataclass
class Folders:
    """The folders of one program, each read once."""

    _read: dict[str, Folder] = field(default_factory=dict)

    def read(self, folder: str) -> Folder:
        """The reports in a folder.

        Raises:
            ReportsNotReadError: it cannot be read.
        """
        if folder not in self._read:
            self._read[folder] = Folder.read(folder)
        return self._read[folder]


def _content(file: Path) -> bytes:
    """The file, unless it is too large for a report even before it is unpacked."""
    if file.stat().st_size > LARGEST_REPORT:
        raise ReportError(f"more than {LARGEST_REPORT} bytes")
    return file.read_bytes()
