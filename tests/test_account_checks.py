"""Wrong input about where reports are collected, and what is said of it."""

import asyncio
from typing import Any

import pulumi
import pytest

from mta_sts import checks
from mta_sts.problems import ArgumentError

ACCOUNT = "023e105f4ecef8ad9ca31a8372d0c353"
AT = "a name for this alone, one label below a zone of the account: tls-reports.example.com"
HOST = "a name for this alone, in the zone: tls-reports.example.com"
ZONE = "{cloudflare: <id>}, the zone of the account that host lies in"
KEYS = "account_id, zone, host"
GOOD: dict[str, Any] = {
    "account_id": ACCOUNT,
    "zone": {"cloudflare": "0f0f"},
    "host": "tls-reports.solarmora.com",
}


def said_of_the_stack(**keys: Any) -> str:
    with pytest.raises(ArgumentError) as error:
        checks.account({"accountId": ACCOUNT, **keys}, None, [])
    return str(error.value)


def said_of(args: dict[str, Any]) -> str:
    with pytest.raises(ArgumentError) as error:
        checks.collector("reports", args)  # type: ignore[arg-type]
    return str(error.value)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("", "found ''; no label is empty (RFC 1035 2.3.1)"),
        ("reports", "found 'reports'; a host name has at least two labels (RFC 5321 2.3.5)"),
        (25, "found 25; a host name is text (RFC 5321 2.3.5)"),
        ("192.0.2.1", "found '192.0.2.1'; a host name is no IP address (RFC 1123 2.1)"),
        (
            "https://tls-reports.solarmora.com/v1/tlsrpt",
            "found 'https://tls-reports.solarmora.com/v1/tlsrpt'; "
            "a host name is no URL and no address (RFC 1123 2.1)",
        ),
    ],
)
def test_what_is_no_host_name(host: object, said: str) -> None:
    assert said_of_the_stack(collectReportsAt=host) == (
        f"mta-sts:cloudflare has a mistake; nothing was changed:\n  collectReportsAt: {said}"
    )
    assert said_of({**GOOD, "host": host}) == (
        f"ReportCollector reports has a mistake; nothing was changed:\n  host: {said}"
    )


@pytest.mark.parametrize("host", ["mta-sts.solarmora.com", "MTA-STS.SolarMora.com."])
def test_the_name_of_a_policy_takes_no_reports(host: str) -> None:
    why = "(senders look there for the policy of solarmora.com)"
    assert said_of_the_stack(collectReportsAt=host) == (
        "mta-sts:cloudflare has a mistake; nothing was changed:\n"
        f"  collectReportsAt: found {host!r}; allowed: {AT} {why}"
    )
    assert said_of({**GOOD, "host": host}) == (
        "ReportCollector reports has a mistake; nothing was changed:\n"
        f"  host: found {host!r}; allowed: {HOST} {why}"
    )


def test_all_that_is_wrong_with_a_collector_is_said_at_once() -> None:
    wrong = {"zone": {"route53": "Z1"}, "host": "reports", "bucket": "mine"}
    assert said_of(wrong) == (
        "ReportCollector reports has 4 mistakes; nothing was changed:\n"
        "  account_id: missing; allowed: the id of a Cloudflare account, 32 hexadecimal digits\n"
        f"  zone: found {{'route53': 'Z1'}}; allowed: {ZONE} "
        "(Cloudflare serves no names in other zones)\n"
        "  host: found 'reports'; a host name has at least two labels (RFC 5321 2.3.5)\n"
        f"  bucket: unknown key; allowed: {KEYS}"
    )


@pytest.mark.parametrize("zone", [None, "cloudflare", {}, {"cloudflare": ""}, {"cloudflare": 1}])
def test_a_zone_is_given_by_its_id(zone: object) -> None:
    assert f"\n  zone: found {'nothing' if zone is None else repr(zone)}; allowed: {ZONE} (" in (
        said_of({**GOOD, "zone": zone})
    )


def test_what_is_right_is_spelled_one_way() -> None:
    checked = checks.account(
        {"accountId": ACCOUNT, "collectReportsAt": "TLS-Reports.Bücher.example."}, None, []
    )
    assert checked is not None
    assert checked.collect_reports_at == "tls-reports.xn--bcher-kva.example"


def test_the_account_and_the_zone_may_be_outputs() -> None:
    async def host() -> str:  # where there is a loop, as an Output wants
        zone = {"cloudflare": pulumi.Output.from_input("0f0f")}
        args: Any = {
            "account_id": pulumi.Output.from_input(ACCOUNT),
            "zone": zone,
            "host": "MTA-STS-reports.example.com",
        }
        return checks.collector("reports", args).host

    assert asyncio.run(host()) == "mta-sts-reports.example.com"
