"""What reports add up to: by domain, sender, time, MX and result type, each report counted once.

Memory grows with the different names and times in them, not with the number of reports.
"""

import sys
from dataclasses import dataclass, field
from datetime import datetime

from mta_sts.protocol.report import NOT_TOLD, Report, ReportedPolicy
from mta_sts.reports.seen import Seen

DANE, STS = "tlsa", "sts"
"""Types of policies. Sessions under DANE go their own way, whatever MTA-STS says (RFC 8461 2)."""
MOST_NAMES = 1000
"""Senders of a domain that are told apart; and kinds of failures, at one time."""
OTHERS = "other senders"

Kind = tuple[str, str]
"""A result type, and an MX host; that is empty where it is not named."""


@dataclass(slots=True)
class Sessions:
    """The sessions of one domain, under DANE or not.

    Attributes:
        successful: by the time at which their report begins, in seconds since 1970.
        failed: by that, and by kind.
        told_by: the senders that told of a kind.
    """

    successful: dict[int, int] = field(default_factory=dict)
    failed: dict[int, dict[Kind, int]] = field(default_factory=dict)
    told_by: dict[Kind, set[str]] = field(default_factory=dict)

    def add(self, policy: ReportedPolicy, begin: int, sender: str) -> int:
        """How many sessions failed."""
        self.successful[begin] = self.successful.get(begin, 0) + policy.successful
        count = 0
        for each in policy.failures:
            kinds = self.failed.setdefault(begin, {})
            kind = (sys.intern(each.result_type), sys.intern(each.mx))
            if kind not in kinds and len(kinds) >= MOST_NAMES:
                kind = (NOT_TOLD, "")
            kinds[kind] = kinds.get(kind, 0) + each.sessions
            self.told_by.setdefault(kind, set()).add(sender)
            count += each.sessions
        return count


@dataclass(slots=True)
class Sender:
    """What one sender told of one domain."""

    reports: int = 0
    successful: int = 0
    failed: int = 0


@dataclass(slots=True)
class Domain:
    """What is told of one domain.

    Attributes:
        senders: by name; without their sessions under DANE.
        has_policy: a sender told of sessions under a policy of MTA-STS.
    """

    sessions: Sessions = field(default_factory=Sessions)
    dane: Sessions | None = None
    senders: dict[str, Sender] = field(default_factory=dict)
    has_policy: bool = False

    def add(self, policies: list[ReportedPolicy], begin: int, organization: str) -> None:
        """What one report tells of it."""
        if organization not in self.senders and len(self.senders) >= MOST_NAMES:
            organization = OTHERS
        organization = sys.intern(organization)
        sender = self.senders.setdefault(organization, Sender())
        sender.reports += 1
        for policy in policies:
            if policy.type == DANE:
                self.dane = self.dane or Sessions()
                self.dane.add(policy, begin, organization)
            else:
                self.has_policy = self.has_policy or policy.type == STS
                sender.successful += policy.successful
                sender.failed += self.sessions.add(policy, begin, organization)


class Totals:
    """The sums of all reports.

    Attributes:
        domains: by name.
    """

    def __init__(self, domain: str | None = None, since: datetime | None = None) -> None:
        """
        Args:
            domain: the only one that counts; None for all.
            since: reports that begin before do not count.
        """
        self.domains: dict[str, Domain] = {}
        self._domain = domain
        self._since = since.timestamp() if since else None
        self._seen = Seen()

    @property
    def has_failures(self) -> bool:
        """Whether any session failed, under DANE or not."""
        return any(
            each.sessions.failed or (each.dane and each.dane.failed)
            for each in self.domains.values()
        )

    def add(self, name: str, report: Report) -> bool:
        """Add a report, unless it has been counted; whether that is so.

        Args:
            name: of its file. A report without an id is known by it: that name is unique too
                (RFC 8460 5.1).
        """
        identifier = report.identifier or name.rpartition("/")[2]
        if not self._seen.add(report.organization, identifier):
            return False
        begin = int(report.begin.timestamp())
        if self._since is not None and begin < self._since:
            return True
        told: dict[str, list[ReportedPolicy]] = {}
        for policy in report.policies:
            if self._domain in (None, policy.domain):
                told.setdefault(policy.domain, []).append(policy)
        for name, policies in told.items():
            domain = self.domains.get(name)
            if domain is None:
                domain = self.domains[name] = Domain()
            domain.add(policies, begin, report.organization)
        return True
