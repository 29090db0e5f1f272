"""When the records in a zone that a domain leaves go."""

from datetime import UTC, datetime, timedelta

import pytest

from mta_sts import leaving
from mta_sts.findings import NotAsked, Observed
from mta_sts.memory import Leaving

NOW = datetime(2026, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEW, OLD = ("ns1.new.example",), ("ns1.old.example",)


@pytest.mark.parametrize(
    ("leaves", "keeps"),
    [
        (None, True),  # the parent was not seen to delegate to the new one
        (Leaving("Z1", NOW + HOUR, lifted=True), True),  # its TTL has not run out
        (Leaving("Z1", NOW - HOUR, lifted=False), True),  # it is protected in the state
        (Leaving("Z1", NOW, lifted=True), False),
        (Leaving("Z2", NOW - HOUR, lifted=True), True),  # that was about another zone: gone back
    ],
)
def test_a_zone_keeps_the_records(leaves: Leaving | None, keeps: bool) -> None:
    assert leaving.keeps(leaves, "Z1", NOW) == keeps


def test_protection_ends_when_it_is_known_when_they_go() -> None:
    assert leaving.protects(None, "Z1") is None
    assert leaving.protects(Leaving("Z2", NOW, lifted=False), "Z1") is None
    assert leaving.protects(Leaving("Z1", NOW + HOUR, lifted=False), "Z1") is False


@pytest.mark.parametrize(
    ("leaves", "delegated", "then"),
    [
        (None, OLD, None),
        (None, NotAsked("no answer"), None),
        (None, NEW, Leaving("Z1", NOW + 2 * HOUR, lifted=False)),
        (
            Leaving("Z1", NOW + HOUR, lifted=False),
            OLD,  # it was seen once
            Leaving("Z1", NOW + HOUR, lifted=True),
        ),
        (Leaving("Z2", NOW, lifted=True), OLD, None),
    ],
)
def test_what_a_run_sees(
    leaves: Leaving | None, delegated: tuple[str, ...] | NotAsked, then: Leaving | None
) -> None:
    observed = Observed(delegated=delegated, delegation_ttl=7200, zone_servers=NEW)
    assert leaving.seen(leaves, "Z1", observed, NOW) == then
