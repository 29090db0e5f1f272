"""What reports add up to, and what it means: failures, days, senders and the verdict."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mta_sts.findings import Failure, Reports
from mta_sts.protocol.report import Report
from mta_sts.protocol.result_types import RESULT_TYPES
from mta_sts.reports import totals as totals_module
from mta_sts.reports.failures import FailedAlike
from mta_sts.reports.seen import Seen
from mta_sts.reports.summary import Day, DomainReports, SenderReports, domains
from mta_sts.reports.totals import OTHERS, Totals
from mta_sts.reports.verdict import Verdict
from mta_sts.rules.life import deferred_by_enforce
from tests.reports.made import DOMAIN, OTHER, policy, report


def told(*reports: bytes, **options: Any) -> list[DomainReports]:
    totals = Totals(**options)
    for number, each in enumerate(reports):
        totals.add(f"{number}.json", Report.parse(each))
    return list(domains(totals))


def test_sums() -> None:
    dane = policy(kind="tlsa", good=4, mx1=1)
    (of,) = told(
        report(policy(mx1=2, mx2=1), dane, name="1"),
        report(policy(mx1=3), name="2", day=12, sender="B"),
        report(policy(good=9), name="3", day=12),
    )
    assert (of.domain, of.reports, of.first_day, of.last_day) == (
        DOMAIN,
        3,
        "2026-01-10",
        "2026-01-12",
    )
    assert (of.successful, of.failed, of.dane_successful, of.dane_failed) == (19, 6, 4, 1)
    assert of.senders == (SenderReports("A", 2, 14, 3), SenderReports("B", 1, 5, 3))
    kind = "starttls-not-supported"
    assert of.days == (
        Day("2026-01-10", 5, 3, {kind: 3}),
        Day("2026-01-12", 14, 3, {kind: 3}),
    )
    known = RESULT_TYPES[kind]

    def failed(
        mx: str, sessions: int, senders: tuple[str, ...], last_day: str, dane: bool = False
    ) -> FailedAlike:
        return FailedAlike(
            kind, mx, sessions, senders, "2026-01-10", last_day, dane, not dane,
            "yours", known.means, known.remedy,
        )  # fmt: skip

    assert of.failures == (
        failed("mx1.example", 5, ("A", "B"), "2026-01-12"),
        failed("mx1.example", 1, ("A",), "2026-01-10", dane=True),
        failed("mx2.example", 1, ("A",), "2026-01-10"),
    )


def test_what_counts() -> None:
    reports = (
        report(policy(), policy(OTHER), name="1", day=9),
        report(policy(), name="1", day=11),  # of a number that has been counted
        report(policy(), name="1", day=11, sender="B"),
    )
    assert [(each.domain, each.successful) for each in told(*reports)] == [
        (DOMAIN, 10),
        (OTHER, 5),
    ]
    assert [each.domain for each in told(*reports, domain=OTHER)] == [OTHER]
    tenth = datetime(2026, 1, 10, tzinfo=UTC)
    assert [(each.domain, each.successful) for each in told(*reports, since=tenth)] == [(DOMAIN, 5)]


def test_without_an_id_the_name_of_the_file_tells() -> None:
    totals = Totals()
    nameless = Report.parse(report(policy(), name=""))
    found = [totals.add(name, nameless) for name in ("a/x.json", "b/x.json", "b/y.json")]
    assert found == [True, False, True]


def test_names_beyond_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a sender makes up does not fill the memory."""
    monkeypatch.setattr(totals_module, "MOST_NAMES", 3)
    many = [
        report(policy(failed={f"mx{n}-{m}": 1 for m in range(2)}), name=str(n), sender=f"S{n}")
        for n in range(6)
    ]
    (of,) = told(*many)
    assert [(each.organization, each.reports) for each in of.senders] == [
        ("S0", 1),
        ("S1", 1),
        ("S2", 1),
        (OTHERS, 3),
    ]
    assert [(each.result_type, each.mx, each.sessions) for each in of.failures] == [
        ("not-told", "", 9),
        *(("starttls-not-supported", f"mx{n}.example", 1) for n in ("0-0", "0-1", "1-0")),
    ]


def test_seen() -> None:
    seen = Seen()
    assert all(seen.add("A", str(number)) for number in range(20_000))
    assert not any(seen.add("A", str(number)) for number in range(20_000))
    assert seen.add("A1", "2")
    assert not seen.add("A", "12")  # it is among the first
    assert seen.add("B\ud800".encode("utf-8", "replace").decode(), "")


def failing(kind: str, day: int = 10, mx: str = "mx.example") -> bytes:
    data = json.loads(report(policy(x=1), day=day, name=kind))
    data["policies"][0]["failure-details"][0] |= {"result-type": kind, "receiving-mx-hostname": mx}
    return json.dumps(data).encode()


LATE = [report(policy(), day=day, name=f"late{day}") for day in (1, 14)]
VERDICTS: list[tuple[str, list[bytes], Verdict]] = [
    (
        "nothing failed",
        LATE,
        Verdict(
            "yes",
            "in 10 sessions of 14 days nothing failed that enforce would turn into deferred mail",
        ),
    ),
    (
        "what enforce does not defer",
        [*LATE, failing("sts-policy-fetch-error"), report(policy(kind="tlsa", mx=3))],
        Verdict(
            "yes",
            "in 15 sessions of 14 days nothing failed that enforce would turn into deferred mail",
        ),
    ),
    (
        "too few days",
        [report(policy())],
        Verdict(
            "not yet",
            "nothing stands against it, but the reports tell of 1 day only. Stay in testing until "
            "they tell of 14",
        ),
    ),
    (
        "failures",
        [*LATE, failing("certificate-expired"), failing("made-up", day=12, mx="")],
        Verdict(
            "not yet",
            "enforce would defer the mail of 2 sessions: 1 certificate-expired at mx.example; "
            "1 made-up at an MX not named. Mend these, the last of them seen on 2026-01-12; when "
            "reports of later days have come in, look again with --since 2026-01-13",
        ),
    ),
    (
        "no policy",
        [report(policy(kind="no-policy-found"))],
        Verdict(
            "not known",
            "no report tells of a session under a policy of MTA-STS: senders find none. Look with "
            "mta-sts check solarmora.com",
        ),
    ),
    (
        "DANE alone",
        [report(policy(kind="tlsa"))],
        Verdict(
            "not known",
            "no report tells of a session under a policy of MTA-STS: senders find none. Look with "
            "mta-sts check solarmora.com",
        ),
    ),
    (
        "no success",
        [report(policy(good=0))],
        Verdict("not known", "no report tells of a session that succeeded"),
    ),
]


@pytest.mark.parametrize(
    ("reports", "expected"), [each[1:] for each in VERDICTS], ids=[each[0] for each in VERDICTS]
)
def test_verdicts(reports: list[bytes], expected: Verdict) -> None:
    (of,) = told(*reports)
    assert of.verdict == expected


@pytest.mark.parametrize("kind", [*RESULT_TYPES, "not-told", "made-up"])
def test_the_review_and_the_verdict_agree(kind: str) -> None:
    (of,) = told(*LATE, failing(kind))
    reviewed = deferred_by_enforce(Reports(1, (Failure(kind, "mx.example", 1),)))
    assert (of.verdict.may_enforce == "yes") == (reviewed is None)
