"""The life of a policy: its mode, its max_age, and how it leaves (P4, P6, RFC 8461 8)."""

from datetime import timedelta

from mta_sts.case import Case, Said, in_force_until
from mta_sts.findings import Reports
from mta_sts.limits import TESTING_MAX_AGE
from mta_sts.protocol.result_types import result_type
from mta_sts.words import age, left, listed, moment, some, span

DAY = 86400
WEEK = 7 * DAY
LONG_IN_TESTING = 30 * DAY
LARGEST_GROWTH = 10
STILL_PROTECTED = (
    "removed while it is still protected, though no sender can hold an enforce policy of it any "
    "more. Put the domain back, and `pulumi up`: that lifts the protection. Then remove it"
)


def mode_skips_testing(case: Case) -> Said:
    """Enforce without testing before it.

    P4. Where the record of an enforce policy still in force was lost, it is only made again.

    Error: set `mode: testing` first.
    """
    if case.policy.mode != "enforce" or case.mode_before in ("testing", "enforce"):
        return None
    if case.before is None and in_force_until(case.memory, case.now):
        return None
    return "error", (
        "enforce without testing before it: nobody has reported yet what enforce would defer. Set "
        f"mode: testing first, for {span(case.terms.testing_period)}"
    )


def testing_too_short(case: Case) -> Said:
    """Enforce before `testingPeriod` is over.

    P4, counted from the first announcement: a changed mx or max_age does not restart it.

    Error: wait; it says until when.
    """
    if case.policy.mode != "enforce" or not case.announced or case.mode_before != "testing":
        return None
    until = case.announced.mode_since + timedelta(seconds=case.terms.testing_period)
    if case.now >= until:
        return None
    return "error", (
        f"enforce before {span(case.terms.testing_period)} of testing: {left(until, case.now)}. "
        "Keep mode: testing until then"
    )


def reports_failing(case: Case) -> Said:
    """TLS reports show failures that enforce would turn into deferred mail (RFC 8460 4.3).

    P4.

    Error: mend the hosts that it names.
    """
    if case.policy.mode != "enforce" or case.mode_before == "enforce" or case.reports is None:
        return None
    deferred = deferred_by_enforce(case.reports)
    if deferred is None:
        return None
    return "error", (
        f"{deferred}. Mend these hosts first: a report counts for {span(case.terms.testing_period)}"
    )


def deferred_by_enforce(reports: Reports) -> str | None:
    """What enforce would have turned into deferred mail, in words; None where that is nothing."""
    failures = [
        each
        for each in reports.failures
        if each.sessions and result_type(each.result_type).deferred
    ]
    if not failures:
        return None
    failures.sort(key=lambda each: (-each.sessions, each.mx, each.result_type))
    told = (f"{each.sessions} {each.result_type} at {each.mx}" for each in failures)
    return (
        f"TLS reports show sessions whose mail enforce would defer: {listed(told)}; "
        f"{reports.successful} succeeded"
    )


def reports_incomplete(case: Case) -> Said:
    """Files in `reportsFrom` that are no TLS reports; or, where the domain goes to enforce, none
    that tells of a session.

    P4: what is not known of the reports is said, and is no reason to think that all is well.

    Warning: look whether reports arrive there.
    """
    if case.reports is None or case.policy.mode == "none":
        return None
    if case.reports.unread:
        return "warning", (
            f"{len(case.reports.unread)} files in reportsFrom could not be read as TLS reports: "
            f"{some(case.reports.unread)}. Look at them, or take them out"
        )
    goes_to_enforce = case.policy.mode == "enforce" != case.mode_before
    if goes_to_enforce and not case.reports.successful and not case.reports.failures:
        return "warning", (
            "no report in reportsFrom tells of a session under the policy that is announced. Look "
            "whether reports arrive there"
        )
    return None


def reports_missing(case: Case) -> Said:
    """There is no TLS reporting record (RFC 8460 3).

    A record of ours that is not asked for any more is about to go.

    Warning: set `reports`.
    """
    if case.policy.mode == "none" or case.terms.reports or not _reports_are_news(case):
        return None
    if case.recorded.tlsrpt is None and case.rua:
        return None
    return "warning", (
        "there is no TLS reporting record at _smtp._tls (RFC 8460 3), so nobody tells what fails. "
        "Set reports to an address"
    )


def reports_at_home(case: Case) -> Said:
    """All report addresses lie on the domain itself: a report of mail that does not arrive would
    not arrive either (RFC 8460 1).

    Warning: add an address elsewhere.
    """
    if case.policy.mode == "none" or not case.terms.reports_at_home:
        return None
    if not _reports_are_news(case):
        return None
    return "warning", (
        "all addresses in reports lie on this domain itself: when its mail fails, so do the "
        "reports. Add one elsewhere"
    )


def _reports_are_news(case: Case) -> bool:
    return case.changes or case.changes_reports


def max_age_testing(case: Case) -> Said:
    """In testing, a `maxAge` that is not one to two weeks, which Google Workspace asks for.

    RFC 8461 3.2 leaves it open.

    Warning: set 604800 to 1209600.
    """
    if case.policy.mode != "testing" or case.policy.max_age in TESTING_MAX_AGE:
        return None
    return "warning", (
        f"max_age {age(case.policy.max_age)} in testing: Google Workspace asks for "
        f"{age(TESTING_MAX_AGE[0])} to {age(TESTING_MAX_AGE[-1])} "
        f"({TESTING_MAX_AGE[0]} to {TESTING_MAX_AGE[-1]})"
    )


def max_age_short(case: Case) -> Said:
    """Under enforce, a `maxAge` below a week: senders forget the policy, and are open to attack
    while they fetch it anew (RFC 8461 3.2).

    Warning: set 604800 or more.
    """
    if case.policy.mode != "enforce" or case.policy.max_age >= WEEK:
        return None
    return "warning", (
        f"max_age {age(case.policy.max_age)} under enforce: senders that come less often have "
        f"forgotten the policy, and are open to attack. Set {age(WEEK)} ({WEEK}) or more "
        "(RFC 8461 3.2)"
    )


def max_age_growing(case: Case) -> Said:
    """A `maxAge` above 30 days in testing, or one that grows more than tenfold: a mistake lasts as
    long (RFC 8461 5).

    Warning: raise it in steps.
    """
    new = case.policy.max_age
    if case.policy.mode == "none":
        return None
    if case.before and case.before.mode != "none" and new > LARGEST_GROWTH * case.before.max_age:
        found = f"max_age grows more than {LARGEST_GROWTH}-fold, from {age(case.before.max_age)}"
    elif case.policy.mode == "testing" and new > LONG_IN_TESTING:
        found = "a long max_age on a policy in testing"
    else:
        return None
    return "warning", f"{found}: a mistake would last up to {age(new)}. Raise it in steps"


def removed_in_force(case: Case) -> Said:
    """A domain is taken out while senders may hold its enforce policy (RFC 8461 8.3), or before a
    run has lifted its protection.

    P6.

    Error: put it back; see [leaving](leave.md).
    """
    until = in_force_until(case.memory, case.now)
    if until is None:
        return ("error", STILL_PROTECTED) if case.recorded.is_protected else None
    if case.mode_before == "enforce":
        return "error", (
            "removed while its enforce policy is announced. Put the domain back with mode: "
            f"none and max_age: {DAY}, and remove it once no sender can hold the old one: if none "
            f"is announced now, from {moment(until)} on"
        )
    return "error", (
        f"removed while senders may hold its enforce policy: {left(until, case.now)}. Put the "
        "domain back until then"
    )
