"""The shape of a report (RFC 8460 4.4), as far as it is read, and why something has another one."""

import codecs
import re
from typing import Annotated, Any

import msgspec

MOST_SESSIONS = 2**53
"""The largest number that every JSON reader knows exactly (RFC 8259 6)."""
_WHERE = re.compile(r"(?s)(?P<what>.*?)(?: - at `\$\.?(?P<where>.*)`)?")


class ReportError(ValueError):
    """This is no report of RFC 8460. The caller counts it, says so, and goes on to the next."""


Text = str | list[str] | None
_Sessions = Annotated[int, msgspec.Meta(ge=0, le=MOST_SESSIONS)]


class GivenFailure(msgspec.Struct, rename="kebab", gc=False):
    """One of `failure-details`, as far as it is read; one that tells no number is one session."""

    result_type: Text = None
    receiving_mx_hostname: Text = None
    failed_session_count: _Sessions = 1


class _GivenTerms(msgspec.Struct, rename="kebab", gc=False):
    policy_type: Text = None
    policy_domain: Text = None


class _GivenSummary(msgspec.Struct, rename="kebab", gc=False):
    total_successful_session_count: _Sessions = 0
    total_failure_session_count: _Sessions = 0


class GivenPolicy(msgspec.Struct, rename="kebab", gc=False):
    """One of `policies`, as far as it is read."""

    policy: _GivenTerms
    summary: _GivenSummary
    failure_details: list[GivenFailure] | None = None


class _GivenDates(msgspec.Struct, rename="kebab", gc=False):
    start_datetime: Text = None
    end_datetime: Text = None


class GivenReport(msgspec.Struct, rename="kebab", gc=False):
    """A report, as far as it is read."""

    date_range: _GivenDates
    policies: list[GivenPolicy]
    organization_name: Text = None
    report_id: Text = None


_DECODER = msgspec.json.Decoder(GivenReport)
FIELDS = frozenset(
    name
    for shape in (GivenReport, _GivenDates, GivenPolicy, _GivenTerms, _GivenSummary, GivenFailure)
    for name in shape.__struct_encode_fields__
)
"""The names of all that is read of a report."""


def decode(data: bytes) -> GivenReport:
    """What is given in `data`, which is JSON.

    Raises:
        ReportError: it is no report.
    """
    try:
        return _DECODER.decode(data.removeprefix(codecs.BOM_UTF8))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(_why(error)) from None


def convert(given: object, shape: type[Any], where: str) -> Any:
    """What was given, as the shape has it.

    Args:
        where: it stands in the report.

    Raises:
        ReportError: it has another shape.
    """
    try:
        return msgspec.convert(given, shape)
    except msgspec.ValidationError as error:
        raise ReportError(_why(error, where)) from None


def _why(error: Exception, above: str = "") -> str:
    """Why this is no report: without what differs from one such file to the next, so that they
    can be counted."""
    if isinstance(error, RecursionError):
        return "not JSON: nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "not JSON: not UTF-8"
    if not isinstance(error, msgspec.ValidationError):
        reason = str(error).removeprefix("JSON is malformed: ").partition(" (byte")[0]
        return f"not JSON: {reason[:1].lower()}{reason[1:]}"
    parts = _WHERE.fullmatch(str(error))
    what, inner = (parts["what"], parts["where"] or "") if parts else (str(error), "")
    where = re.sub(r"\[\d+\]", "[]", ".".join(part for part in (above, inner) if part))
    return f"{where or 'the report'}: {what[:1].lower()}{what[1:].replace('`', '')}"
