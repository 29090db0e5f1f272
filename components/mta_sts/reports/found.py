"""What reading comes upon, besides reports."""

from dataclasses import dataclass

from mta_sts.protocol.report import Report


class ReportsNotReadError(OSError):
    """A place with reports cannot be looked into. The user gives one that can."""


class TooMuchError(Exception):
    """A file unpacks to far more than any collection of reports does. What is left of it is not
    read, and that is said."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Something that may have been meant to be a report, and is none that can be read."""

    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that lies among reports and never was one."""

    reason: str


Outcome = Report | Rejected | PassedOver
