"""The TLS reports that a domain's user has collected, as the review weighs them (P4, RFC 8460)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from mta_sts.findings import Failure, Reports
from mta_sts.protocol.report import printable
from mta_sts.reports.found import PassedOver, Rejected
from mta_sts.reports.places import check_folder, read
from mta_sts.reports.totals import Totals


@dataclass(frozen=True)
class Folder:
    """The reports in one folder, and in those below it, or in a bucket: each once, however often it
    was sent."""

    totals: Totals
    unread: tuple[str, ...] = ()
    """The names of the files that are no reports, and why."""

    @classmethod
    def read(cls, place: str) -> "Folder":
        """All reports in a folder, or in `s3://bucket/prefix`.

        Raises:
            ReportsNotReadError: it is neither, or cannot be looked into.
        """
        check_folder(place)
        totals = Totals()
        unread = []
        for name, outcome in read([place]):
            if isinstance(outcome, Rejected):
                unread.append(f"{printable(name)}: {outcome.reason}")
            elif not isinstance(outcome, PassedOver):
                totals.add(name, outcome)
        return cls(totals, tuple(sorted(unread)))

    def of(self, domain: str, since: datetime) -> Reports:
        """What they sum up to of one domain, from the reports of times that begin at `since` or
        later; without sessions under DANE."""
        told = self.totals.domains.get(domain)
        if told is None:
            return Reports(0, (), self.unread)
        first = since.timestamp()
        failed: Counter[tuple[str, str]] = Counter()
        for begin, kinds in told.sessions.failed.items():
            if begin >= first:
                failed.update(kinds)
        return Reports(
            successful=sum(
                count for begin, count in told.sessions.successful.items() if begin >= first
            ),
            failures=tuple(
                Failure(result_type, mx or "an MX not named", sessions)
                for (result_type, mx), sessions in failed.items()
            ),
            unread=self.unread,
        )


@dataclass
class Folders:
    """The folders and buckets of one program, each read once."""

    _read: dict[str, Folder] = field(default_factory=dict)

    def read(self, place: str) -> Folder:
        """The reports in a folder or bucket.

        Raises:
            ReportsNotReadError: it cannot be read.
        """
        if place not in self._read:
            self._read[place] = Folder.read(place)
        return self._read[place]
