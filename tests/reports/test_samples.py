"""Reports of the shapes that are in the wild: those of RFC 8460 B and of large senders, and every
malformation that has been seen."""

from pathlib import Path

import pytest

from mta_sts.protocol.report import FailedSessions, Report, ReportedPolicy
from mta_sts.reports.found import PassedOver
from mta_sts.reports.places import read
from mta_sts.reports.reading import add_up
from mta_sts.reports.totals import Totals

SAMPLES = Path(__file__).with_name("samples")
MX = "mail.solarmora.com"
NO_REPORT = PassedOver("a message without a TLS report")


def sts(successful: int, *failures: tuple[str, str, int], kind: str = "sts") -> ReportedPolicy:
    told = tuple(FailedSessions(*failure) for failure in failures)
    return ReportedPolicy(kind, "solarmora.com", successful, told)


READ: list[tuple[str, dict[str, tuple[str, int, list[ReportedPolicy]]]]] = [
    (
        "rfc8460.json",
        {
            "": (
                "Wanderpost",
                10,
                [
                    sts(
                        5326,
                        ("certificate-expired", "mx1.solarmora.net", 100),
                        ("starttls-not-supported", "mx2.solarmora.net", 200),
                        ("validation-failure", MX, 3),
                    )
                ],
            )
        },
    ),
    ("times-without-zone.json", {"": ("Hafenpost", 11, [sts(12)])}),
    ("mx-host-a-text.json", {"": ("Bergpost", 12, [sts(7)])}),
    ("no-policy-string.json", {"": ("Talpost", 13, [sts(4, kind="no-policy-found")])}),
    (
        "empty-sending-mta-ip.json",
        {
            "": (
                "Seepost",
                14,
                [sts(0, ("certificate-host-mismatch", "mx1.solarmora.net", 2))],
            )
        },
    ),
    ("reason-code-only.json", {"": ("Waldpost", 15, [sts(1, ("not-told", "", 4))])}),
    (
        "grosspost.example!solarmora.com!1768521600!1768607999.json.gz",
        {
            "": (
                "Grosspost Corporation",
                16,
                [
                    sts(40, ("tlsa-invalid", MX, 1), kind="tlsa"),
                    sts(900, ("sts-policy-fetch-error", "", 1)),
                ],
            )
        },
    ),
    (
        "flusspost.eml",
        {
            ": flusspost.example!solarmora.com!1768521600!1768607999.json.gz": (
                "Flusspost",
                17,
                [sts(21)],
            )
        },
    ),
    (
        "mailbox",
        {
            ": message 1: inselpost.example!solarmora.com!1!2.json": ("Inselpost", 18, [sts(5)]),
            ": message 3: inselpost.example!solarmora.com!1768521600!1768607999.json.gz": (
                "Inselpost",
                19,
                [sts(6)],
            ),
        },
    ),
    (
        "reports.zip",
        {
            ": a/duenenpost.json": ("Duenenpost", 20, [sts(8)]),
            ": a/duenenpost.json.gz": ("Duenenpost", 21, [sts(9)]),
            ": b/again.eml: flusspost.example!solarmora.com!1768521600!1768607999.json.gz": (
                "Flusspost",
                17,
                [sts(21)],
            ),
        },
    ),
]


@pytest.mark.parametrize(("file", "expected"), READ, ids=[file for file, _ in READ])
def test_a_sample(file: str, expected: dict[str, tuple[str, int, list[ReportedPolicy]]]) -> None:
    path = str(SAMPLES / file)
    found = {name.removeprefix(path): outcome for name, outcome in read([path])}
    others = {name for name, outcome in found.items() if not isinstance(outcome, Report)}
    told = {
        name: (each.organization, each.begin.day, list(each.policies))
        for name, each in found.items()
        if isinstance(each, Report)
    }
    assert told == expected
    assert {name: found[name] for name in others} == (
        {": message 2": NO_REPORT} if file == "mailbox" else {}
    )


def test_every_sample_is_here() -> None:
    assert {file.name for file in SAMPLES.iterdir()} == {file for file, _ in READ}


def test_all_of_them() -> None:
    """One of them comes twice."""
    reading = add_up(read([str(SAMPLES)]), Totals())
    assert (reading.reports, reading.duplicates, reading.rejected) == (12, 1, [])
