import logging
from datetime import UTC, datetime, timedelta

import pytest

from mta_sts.protocol.vantage import Vantage, VantageError


def test_nothing_set_is_the_system() -> None:
    assert Vantage.from_environment({}) == Vantage()
    assert Vantage.from_environment({"MTA_STS_DNS": "", "MTA_STS_NOW": ""}) == Vantage()
    assert abs(Vantage().clock() - datetime.now(UTC)) < timedelta(minutes=1)
    assert Vantage().clock().tzinfo is UTC


def test_everything_set() -> None:
    vantage = Vantage.from_environment(
        {
            "MTA_STS_DNS": "127.0.0.1:5353",
            "MTA_STS_CA_FILE": "/tmp/ca.pem",  # noqa: S108 -- never opened
            "MTA_STS_HTTPS_PORT": "8443",
        },
        timeout=3.0,
        https_port=9443,
    )
    assert vantage == Vantage(
        dns=("127.0.0.1", 5353),
        ca_file="/tmp/ca.pem",  # noqa: S108 -- never opened
        https_port=9443,
        timeout=3.0,
    )


def test_ipv6_stands_in_brackets() -> None:
    assert Vantage.from_environment({"MTA_STS_DNS": "[::1]:53"}).dns == ("::1", 53)


@pytest.mark.parametrize(
    "text", ["2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00", "2026-01-31t12:00:00.000z"]
)
def test_the_clock_stands_still_and_says_so(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        clock = Vantage.from_environment({"MTA_STS_NOW": text}).clock
    assert clock() == clock() == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert "MTA_STS_NOW" in caplog.text


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("MTA_STS_DNS", "127.0.0.1"),  # no port
        ("MTA_STS_DNS", "localhost:53"),  # no address
        ("MTA_STS_DNS", "127.0.0.1:0"),
        ("MTA_STS_DNS", "127.0.0.1:x"),
        ("MTA_STS_DNS", "::1"),
        ("MTA_STS_HTTPS_PORT", "65536"),
        ("MTA_STS_HTTPS_PORT", "-1"),
        ("MTA_STS_HTTPS_PORT", "٤٤٣"),
        ("MTA_STS_NOW", "2026-01-31T12:00:00"),  # no offset
        ("MTA_STS_NOW", "2026-01-31"),
        ("MTA_STS_NOW", "tomorrow"),
    ],
)
def test_bad_values(setting: str, found: str) -> None:
    with pytest.raises(VantageError) as raised:
        Vantage.from_environment({setting: found})
    assert raised.value.setting == setting
    assert raised.value.found == found
    assert str(raised.value) == f"{setting}: found {found!r}; {raised.value.rule}"
