"""What the page of reports has, as it is read."""

from datetime import date, timedelta

import msgspec

from mta_sts.pages.reports import MOST_ROWS, MOST_WHOLE, ROWS_AT_ONCE
from mta_sts.protocol.report import FailedSessions
from mta_sts.reports.found import Rejected
from tests.pages.golden import same_as_golden
from tests.pages.made import found, reports, told
from tests.reports.made import DOMAIN

DAY = date(2026, 1, 10)
FOOTER = "Written by mta-sts. This page is complete: it loads nothing, and runs nothing."


def test_the_page() -> None:
    page = reports(found())
    same_as_golden("reports", page)


def test_no_reports() -> None:
    assert reports([]).text == [
        "TLS reports",
        "0 reports read",
        "No report tells of any domain",
        "Senders send reports once a day, to the addresses in the TXT record _smtp._tls.<domain>. "
        "The first come a day or two after that record.",
        FOOTER,
    ]


def test_one_domain_has_no_table_of_domains() -> None:
    page = reports([told(DOMAIN, DAY, 1)])
    assert page.text[:4] == [
        "TLS reports",
        "2026-01-10, 1 report read",
        f"{DOMAIN} 2026-01-10",
        "✗ May it enforce? Not yet",
    ]
    assert page.titles[1:] == ["2026-01-10: 1 succeeded, 0 failed"]


def test_a_chart_of_weeks() -> None:
    kind = FailedSessions("certificate-expired", "mx.example", 2)
    page = reports(
        told(DOMAIN, DAY + timedelta(days), 10, *([kind] if days < 2 else []))
        for days in (0, 1, 2, 16, 120)
    )
    assert page.titles[1:5] == [
        "week of 2026-01-05: 20 succeeded, 4 failed (4 certificate-expired); reports of 2 days",
        "week of 2026-01-12: 10 succeeded, 0 failed; reports of 1 day",
        "week of 2026-01-19: no report",
        "week of 2026-01-26: 10 succeeded, 0 failed; reports of 1 day",
    ]
    assert len(page.titles) == 1 + 18


def test_sessions_under_dane() -> None:
    name, report = told(DOMAIN, DAY, 7, FailedSessions("tlsa-invalid", "mx.example", 2))
    policy = msgspec.structs.replace(report.policies[0], type="tlsa")
    page = reports([(name, msgspec.structs.replace(report, policies=(policy,)))])
    assert "Under DANE, where MTA-STS has no part: 7 succeeded, 2 failed." in page.text
    assert "2 tlsa-invalid under DANE i no matter to enforce" in page.text
    assert "mx.example | 2 | 100 % | 2026-01-10 | told by Wanderpost" in page.text
    assert len(page.titles) == 1  # nothing is drawn


def test_many_of_everything_are_counted() -> None:
    """What there is no room for is told in one line; the rest of the rows is asked for."""
    many = [FailedSessions("certificate-expired", f"mx{n}.example", 1) for n in range(300)]
    kinds = [FailedSessions(f"kind{n}", "", 1) for n in range(25)]
    page = reports([
        told(DOMAIN, DAY, 1, *many),
        *(told(DOMAIN, DAY, 1, *kinds[:1], sender=f"{n}") for n in range(250)),
        told(DOMAIN, DAY, 1, *kinds, sender="more"),
    ])  # fmt: skip
    assert f"And {300 - MOST_ROWS} sessions at other MX hosts." in page.text
    assert f"{MOST_ROWS - ROWS_AT_ONCE} more MX hosts" in page.text
    assert "And 6 sessions of 6 other result types." in page.text
    assert f"{MOST_ROWS - ROWS_AT_ONCE} more senders" in page.text
    assert "And 52 others: 52 failed." in page.text


def test_many_domains_are_told_in_a_line() -> None:
    page = reports(told(f"domain{n:03}.example", DAY, 1) for n in range(MOST_WHOLE + 5))
    assert f"Below are the first {MOST_WHOLE}; --domain tells of any one." in page.text
    lines = [line for line in page.text if line.startswith("domain") and "|" in line]
    assert len(lines) == MOST_WHOLE + 5
    sections = [dict(attributes).get("id") for tag, attributes in page.elements if tag == "section"]
    assert sections == [None, *(f"d{n}" for n in range(1, MOST_WHOLE + 1))]


def test_what_is_no_report() -> None:
    page = reports(list(found())[-2:])
    assert page.text[-10:-1] == [
        "What is no report",
        "Rejected",
        "May have been meant to be a report, and cannot be read as one.",
        "Why | How many | Files",
        "not JSON: input data was truncated | 1 | reports/broken.json",
        "Passed over",
        "Never was one.",
        "Why | How many | Files",
        "neither JSON nor gzip, zip, mbox or a message | 1 | reports/dmarc.xml",
    ]


def test_files_for_which_there_is_no_room() -> None:
    page = reports((f"{n}.json", Rejected("no date-range")) for n in range(1012))
    names = "; ".join(f"{n}.json" for n in range(10))
    assert f"no date-range | 1,012 | {names}; and 1,002 more" in page.text
    assert "0 reports read, 1,012 rejected" in page.text


def test_a_domain_that_has_only_to_wait_says_so() -> None:
    page = reports([told(DOMAIN, DAY, 7), told("other.example", DAY, 7)])
    row = f"{DOMAIN} | ✗ not yet too few days | 0 | 0 | 7 | 1 | 2026-01-10"
    assert row in page.text
