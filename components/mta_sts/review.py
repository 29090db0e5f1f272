"""The review: what a change does to mail, before it is made (P3 to P6).

One pure function for the preview, the command line and the policy pack: it asks nothing, and knows
no time but what it is told.
"""

from collections.abc import Iterable
from datetime import datetime

from mta_sts.case import Case, UnaskedError, in_force_until
from mta_sts.findings import (
    ACM_ISSUERS,
    TESTING_PERIOD,
    Caa,
    Failure,
    Finding,
    LiveMx,
    NotAsked,
    Observed,
    Reports,
    Severity,
    Terms,
)
from mta_sts.memory import Recorded
from mta_sts.protocol.policy import Policy
from mta_sts.rules import RULES
from mta_sts.words import listed, summary

__all__ = [
    "ACM_ISSUERS",
    "CODES",
    "TESTING_PERIOD",
    "Caa",
    "Failure",
    "Finding",
    "LiveMx",
    "NotAsked",
    "Observed",
    "Reports",
    "Terms",
    "in_force_until",
    "review",
    "summary",
]

NOT_CHECKED = "not-checked"
ACCEPT_UNUSED = "accept-unused"
ACCEPTED = ". Accepted: "
"""Before the reason, in the message of an error that its user accepts."""
CODES = (*(rule.code for rule in RULES), NOT_CHECKED, ACCEPT_UNUSED)
"""Every code, in the order of the findings."""

_NO_POLICY = Policy(mode="none", mx=(), max_age=0)


def review(
    recorded: Recorded,
    policy: Policy | None,
    observed: Observed | None,
    now: datetime,
    *,
    reports: Reports | None = None,
    terms: Terms | None = None,
) -> list[Finding]:
    """What there is to say of one domain, each code at most once.

    Args:
        recorded: what the stack's state holds of it.
        policy: that of this run; None where the domain is removed.
        observed: what is seen of it; None where live look-ups are off.
        now: UTC.
        reports: what its TLS reports sum up to, where there are any.
        terms: what its user has settled.
    """
    terms = terms or Terms()
    case = Case(recorded, policy or _NO_POLICY, observed or Observed(), reports, terms, now)
    changes = policy is None or case.changes
    findings = []
    unasked: dict[str, list[str]] = {}
    unjudged = set()
    for rule in RULES:
        if (rule.speaks == "removed") != (policy is None):
            if rule.speaks == "removed" and rule.check(case):
                unjudged.add(rule.code)  # accepted ahead of the removal
            continue
        if rule.speaks == "changed" and not changes:
            continue
        try:
            said = rule.check(case)
        except UnaskedError as error:
            what = unasked.setdefault(error.why, [])
            if error.what not in what:
                what.append(error.what)
            unjudged.add(rule.code)
            continue
        if said is not None:
            findings.append(_finding(rule.code, *said, changes or rule.beside, terms))
    if unasked and (changes or observed is not None):
        blind = "mx-uncovered" in unjudged and case.policy.mode == "enforce"
        severity: Severity = "error" if blind else "warning"
        findings.append(_finding(NOT_CHECKED, severity, not_checked(unasked), changes, terms))
    met = {finding.code for finding in findings}
    unused = [code for code in terms.accept if code not in met | unjudged]
    if unused and policy is not None:
        findings.append(Finding(ACCEPT_UNUSED, "warning", accept_unused(unused)))
    return findings


def _finding(code: str, severity: Severity, message: str, changes: bool, terms: Terms) -> Finding:
    """The finding, as what this run does and what its user accepts make of it."""
    if severity != "error":
        return Finding(code, severity, message)
    if code in terms.accept:
        return Finding(code, "warning", f"{message}{ACCEPTED}{terms.accept[code]}")
    if not changes:
        return Finding(code, "warning", message)
    return Finding(code, "error", f"{message}. Or set accept: {{{code}: <reason>}}")


def not_checked(unasked: dict[str, list[str]]) -> str:
    """DNS could not be asked.

    P5: what cannot be asked is said, and is no reason to think that all is well.

    Error under enforce where the MX hosts could not be checked, else warning: run again.
    """
    parts = (f"{listed(what)}: {why}" for why, what in unasked.items())
    return f"{'; '.join(parts)}. Run again once DNS can be asked"


def accept_unused(codes: Iterable[str]) -> str:
    """An `accept` that is no longer needed.

    Warning: take it out.
    """
    return f"accept is no longer needed for {listed(codes)}: take it out"
