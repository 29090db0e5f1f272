"""Inspections and reports, made up as pages want them: always the same ones."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from mta_sts.inspection import kinds
from mta_sts.inspection.kinds import KINDS
from mta_sts.inspection.result import Finding, Inspection, Seen, ServedPolicy, State, What
from mta_sts.pages.check import check_page
from mta_sts.pages.reports import reports_page
from mta_sts.protocol import errors, sender_errors
from mta_sts.protocol.report import FailedSessions, Report, ReportedPolicy
from mta_sts.reports.contents import Found
from mta_sts.reports.found import Outcome, PassedOver, Rejected
from mta_sts.reports.reading import add_up
from mta_sts.reports.totals import Totals
from tests.pages.parsed import Parsed

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
DNS = "192.0.2.53:53"
Step = tuple[What, str, str, tuple[Finding, ...]]


def seen(*steps: Step) -> tuple[Seen, ...]:
    """These steps, each a second after the one before it."""
    return tuple(
        Seen(what, AT + timedelta(seconds=second), source, found, findings)
        for second, (what, source, found, findings) in enumerate(steps)
    )


def announced(domain: str) -> list[Step]:
    """What is seen of a domain up to its policy, all of it fine."""
    url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt at 192.0.2.80"
    return [
        ("record", DNS, "v=STSv1; id=c32e25a14c6359b91bf6e1b993c2e58d;", ()),
        ("address", DNS, "192.0.2.80", ()),
        ("certificate", url, f"mta-sts.{domain}, by Amazon RSA 2048 M03, until 2026-09-30", ()),
        ("https", url, "68 bytes of text/plain in 0.01 s", ()),
    ]


def fine(domain: str, state: State = "enforce") -> Inspection:
    """A domain in good order."""
    steps: list[Step] = [
        *announced(domain),
        ("policy", announced(domain)[2][1], f"{state}; mail.{domain}; max_age 604800", ()),
        ("mx", DNS, f"10 mail.{domain}: covered", ()),
        ("reports", DNS, "to mailto:tls@example.org", ()),
        ("caa", DNS, f"amazon.com may issue, as {domain} says", ()),
    ]
    policy = ServedPolicy(state, (f"mail.{domain}",), 604800, "c32e25a14c6359b91bf6e1b993c2e58d")
    return Inspection(domain, state, seen(*steps), policy=policy)


def absent(domain: str) -> Inspection:
    """A domain without MTA-STS."""
    missing = KINDS[errors.NoRecordError].finding(
        "TXT: found []; one TXT record starts with v=STSv1; (RFC 8461 3.1)"
    )
    unreported = KINDS[errors.NoTlsRptError].finding(
        "TXT: found []; one TXT record starts with v=TLSRPTv1; (RFC 8460 3)"
    )
    steps: list[Step] = [
        ("record", DNS, f"no TXT record at _mta-sts.{domain}", (missing,)),
        ("address", DNS, "no such name", ()),
        ("mx", DNS, f"10 mail.{domain}", ()),
        ("reports", DNS, "senders report to nobody", (unreported,)),
    ]
    return Inspection(domain, "absent", seen(*steps))


def uncovered(domain: str) -> Inspection:
    """A domain that enforces a policy without its MX host."""
    whole = fine(domain)
    finding = kinds.UNCOVERED.finding(
        f"mx2.{domain} matches none of mail.{domain} (mail.{domain} has the same parent); a "
        "pattern of the policy matches each MX host (RFC 8461 4.1)",
        "enforce",
    )
    steps = [(each.what, each.source, each.found, each.findings) for each in whole.seen]
    steps[5] = ("mx", DNS, f"10 mail.{domain}: covered, 20 mx2.{domain}: not covered", (finding,))
    return Inspection(domain, "enforce", seen(*steps), policy=whole.policy)


def broken(domain: str) -> Inspection:
    """A domain whose policy is not found."""
    url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
    finding = KINDS[sender_errors.StatusError].finding(
        f"{url} at 192.0.2.80: found 404; the status is 200 (RFC 8461 3.3)"
    )
    steps = announced(domain)
    steps[3] = ("https", f"{url} at 192.0.2.80", "404 Not Found", (finding,))
    return Inspection(domain, "broken", seen(*steps))


def expiring(domain: str) -> Inspection:
    """A domain whose certificate has not long to live."""
    whole = fine(domain, "testing")
    finding = kinds.EXPIRING.finding(
        "the certificate has 5 days 2 h left, until 2026-02-05 14:00 UTC"
    )
    steps = [(each.what, each.source, each.found, each.findings) for each in whole.seen]
    steps[2] = (*steps[2][:2], f"mta-sts.{domain}, by R11, until 2026-02-05", (finding,))
    return Inspection(domain, "testing", seen(*steps), policy=whole.policy)


def unknown(domain: str) -> Inspection:
    """A domain whose name servers are silent."""
    finding = KINDS[sender_errors.DnsTimeoutError].finding(
        f"TXT of _mta-sts.{domain}: found no answer in 10 s; name servers answer (RFC 1035 4.2)"
    )
    return Inspection(domain, "unknown", seen(("record", DNS, "no answer", (finding,))))


def misspelled(domain: str) -> Inspection:
    """What is no domain."""
    finding = kinds.NO_NAME.finding(
        f"name: found {domain!r}; a label is letters, digits and inner hyphens (RFC 1123 2.1)"
    )
    return Inspection(domain, "no-domain", seen(("name", "", "no domain", (finding,))))


def inspections() -> list[Inspection]:
    """A domain of each kind."""
    return [
        fine("solarmora.com"),
        absent("parked.example"),
        fine("solarmora.net", "testing"),
        broken("shop.example"),
        misspelled("sol_armora.com"),
        expiring("news.example"),
        uncovered("clinic.example"),
        unknown("slow.example"),
        fine("left.example", "none"),
    ]


def told(
    domain: str, day: date, good: int, *failed: FailedSessions, sender: str = "Wanderpost"
) -> tuple[str, Report]:
    """One report of a day, and the name of its file."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    policies = (ReportedPolicy("sts", domain, good, failed),)
    identifier = f"{sender}-{domain}-{day}"
    end = begin + timedelta(days=1)
    return f"{identifier}.json.gz", Report(sender, identifier, begin, end, policies)


def found() -> Found:
    """Three domains: one that may enforce, one that may not, one of which little is known."""
    first = date(2026, 1, 5)
    for number in range(26):
        day = first + timedelta(days=number)
        weekend = day.weekday() >= 5
        yield told("solarmora.com", day, 640 + 37 * (number * 7 % 11) - 400 * weekend)
        if number % 9 in (4, 5):
            continue
        failed = [FailedSessions("certificate-expired", "mx2.solarmora.net", 14 + number)]
        failed += [FailedSessions("starttls-not-supported", "backup.solarmora.net", 3)]
        failed = failed if 10 <= number < 17 else []
        yield told("solarmora.net", day, 210 + 13 * (number * 5 % 7) - 120 * weekend, *failed)
        if number % 3 == 0:
            fetch = FailedSessions("sts-policy-fetch-error", "", 2)
            yield told("solarmora.net", day, 40 + number, fetch, sender="Flusspost")
    yield told("parked.example", first, 0)
    yield "reports/broken.json", Rejected("not JSON: input data was truncated")
    yield "reports/dmarc.xml", PassedOver("neither JSON nor gzip, zip, mbox or a message")


def check(inspections: Iterable[Inspection]) -> Parsed:
    """The page of these."""
    parts: list[str] = []
    with check_page(parts.extend) as keep:
        for each in inspections:
            keep(each)
    return Parsed(parts)


def reports(found: Iterable[tuple[str, Outcome]]) -> Parsed:
    """The page of these."""
    totals = Totals()
    reading = add_up(iter(found), totals)
    return Parsed(reports_page(totals, reading))
