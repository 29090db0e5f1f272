"""`mta-sts suggest`, as its user types it."""

from typing import Any

import pytest
import yaml

from mta_sts import checks
from mta_sts.suggestion.told import Suggestion
from sandbox.cloud import Cloud
from tests.commands.typed import as_documented, run, same_as_golden, schema_is_of

DOMAIN = "solarmora.com"
REPORTS = "v=TLSRPTv1; rua=mailto:tls-reports@example.org"
MAIL = ["10 mail.solarmora.com.", "20 mx1.solarmora.net.", "30 mx2.solarmora.net."]
GOOGLE = ["1 ASPMX.L.Google.com.", "5 alt1.aspmx.l.google.com.", "5 alt2.aspmx.l.google.com."]
OLDEST = ["10 aspmx2.googlemail.com.", "10 aspmx3.googlemail.com."]
MICROSOFT = ["0 solarmora-com.mail.protection.outlook.com.", "5 solarmora-com.o-v1.mx.microsoft."]
BACKUP = ["90 backup.example.net."]


@pytest.fixture(autouse=True)
def environment(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)


def configured(text: str) -> dict[str, Any]:
    """The configuration in the YAML, which must be one that the project takes."""
    configuration: dict[str, Any] = yaml.safe_load(text)["config"]
    checked = checks.stack_domains(configuration["mta-sts:domains"])
    assert [each.domain for each in checked] == list(configuration["mta-sts:domains"])
    return configuration


def test_at_route_53(cloud: Cloud) -> None:
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(zone, [(DOMAIN, "MX", 300, MAIL)])
    result = run("suggest", "Solarmora.com.")
    same_as_golden("suggest", result.stdout)
    assert configured(result.stdout) == {
        "mta-sts:domains": {
            DOMAIN: {
                "mode": "testing",
                "mx": ["mail.solarmora.com", "mx1.solarmora.net", "mx2.solarmora.net"],
                "maxAge": 604800,
                "zone": "route53",
                "host": "cloudfront",
            }
        }
    }
    assert result.stderr == "solarmora.com\n"
    assert result.exit_code == 0


def test_at_cloudflare_with_a_backup_and_reports(cloud: Cloud) -> None:
    zone = cloud.create_cloudflare_zone(DOMAIN)
    hosts = [*GOOGLE, *OLDEST, *BACKUP]
    cloud.put_records(zone, [(DOMAIN, "MX", 300, hosts)])
    cloud.put_records(zone, [(f"_smtp._tls.{DOMAIN}", "TXT", 300, [REPORTS])])
    result = run("suggest", DOMAIN)
    same_as_golden("suggest-cloudflare", result.stdout)
    assert configured(result.stdout)["mta-sts:domains"][DOMAIN]["zone"] == "cloudflare"
    assert result.stderr == (
        "solarmora.com\n"
        "  _smtp._tls.solarmora.com has senders report to mailto:tls-reports@example.org\n"
        "In the way:\n"
        "  ! add mta-sts:cloudflare: {accountId: <id>} beside mta-sts:domains: the account that "
        "the zone belongs to\n"
    )
    assert result.exit_code == 1


PROVIDERS = [
    (["1 smtp.google.com."], ["smtp.google.com"]),
    (GOOGLE, ["aspmx.l.google.com", "*.aspmx.l.google.com"]),
    ([*GOOGLE, *OLDEST], ["aspmx.l.google.com", "*.aspmx.l.google.com", "*.googlemail.com"]),
    (MICROSOFT, ["*.mail.protection.outlook.com", "*.o-v1.mx.microsoft"]),
    (
        ["10 in1-smtp.messagingengine.com.", "20 in2-smtp.messagingengine.com."],
        ["in1-smtp.messagingengine.com", "in2-smtp.messagingengine.com"],
    ),
]


@pytest.mark.parametrize(("hosts", "mx"), PROVIDERS)
def test_patterns_match_what_is_in_dns(cloud: Cloud, hosts: list[str], mx: list[str]) -> None:
    cloud.put_records(cloud.create_zone(DOMAIN), [(DOMAIN, "MX", 300, hosts)])
    suggested = configured(run("suggest", DOMAIN).stdout)["mta-sts:domains"][DOMAIN]
    assert suggested["mx"] == mx


def test_a_domain_below_the_zone(cloud: Cloud) -> None:
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(zone, [("lists.solarmora.com", "MX", 300, MAIL[:1])])
    result = run("suggest", "lists.solarmora.com")
    (suggested,) = configured(result.stdout)["mta-sts:domains"].values()
    assert suggested["zone"] == {"route53": "<id of solarmora.com>"}
    assert result.stderr == (
        "lists.solarmora.com\nIn the way:\n  ! put the id of the zone solarmora.com into zone\n"
    )
    assert result.exit_code == 1


def test_a_zone_elsewhere(cloud: Cloud) -> None:
    zone = cloud.create_zone(DOMAIN)
    elsewhere = cloud.create_zone("elsewhere.example")
    cloud.put_records(elsewhere, [("ns1.elsewhere.example", "A", 300, ["127.0.0.1"])])
    cloud.put_records(zone, [(DOMAIN, "MX", 300, MAIL[:1])])
    cloud.put_records(zone, [(DOMAIN, "NS", 300, ["ns1.elsewhere.example."])])
    result = run("suggest", DOMAIN)
    same_as_golden("suggest-elsewhere", result.stdout)
    configured(result.stdout)
    assert result.stderr == (
        "solarmora.com\nIn the way:\n"
        "  ! the zone is at ns1.elsewhere.example, and this project writes to Route 53 and "
        "Cloudflare: have the zone in one of them, and name it\n"
    )
    assert result.exit_code == 1


def test_no_mx_record(cloud: Cloud) -> None:
    cloud.create_zone(DOMAIN)
    result = run("suggest", DOMAIN)
    assert (
        "      mx:\n"
        "        # there is no MX record, and so the domain itself (RFC 5321 5.1)\n"
        "        - solarmora.com\n"
    ) in result.stdout
    assert result.exit_code == 0


def test_an_mx_that_no_policy_can_have(cloud: Cloud) -> None:
    cloud.put_records(cloud.create_zone(DOMAIN), [(DOMAIN, "MX", 300, ["1 192.0.2.1."])])
    result = run("suggest", DOMAIN)
    assert result.stdout == ""
    assert result.stderr == (
        "solarmora.com\nIn the way:\n"
        "  ! take the MX host '192.0.2.1' out of DNS, since no certificate can name it: mx is a "
        "host name, or '*.' and a host name (RFC 8461 3.2); a host name is no IP address "
        "(RFC 1123 2.1)\n"
    )
    assert result.exit_code == 1


def test_a_domain_without_mail(cloud: Cloud) -> None:
    cloud.put_records(cloud.create_zone(DOMAIN), [(DOMAIN, "MX", 300, ["0 ."])])
    result = run("suggest", DOMAIN)
    assert result.stdout == ""
    assert result.stderr == (
        "solarmora.com\n"
        "  solarmora.com takes no mail: it has a null MX (RFC 7505). There is nothing to do\n"
    )
    assert result.exit_code == 0


def test_no_such_domain(cloud: Cloud) -> None:
    cloud.create_zone(DOMAIN)
    result = run("suggest", "nobody.solarmora.com")
    assert result.stdout == ""
    assert result.stderr == (
        "nobody.solarmora.com\nIn the way:\n  ! nobody.solarmora.com is not in DNS\n"
    )
    assert result.exit_code == 1


def test_dns_that_does_not_answer(cloud: Cloud) -> None:
    cloud.dns.misbehave("*", "servfail")
    result = run("suggest", DOMAIN)
    assert result.output == (
        f"{DOMAIN} cannot be told: {DOMAIN} MX: every server failed: "
        f"127.0.0.1:{cloud.dns.port}: SERVFAIL\n"
    )
    assert result.exit_code == 2


def test_a_zone_that_cannot_be_told(cloud: Cloud) -> None:
    cloud.put_records(cloud.create_zone(DOMAIN), [(DOMAIN, "MX", 300, MAIL[:1])])
    cloud.dns.misbehave(DOMAIN, "servfail", type="NS")
    result = run("suggest", DOMAIN)
    configured(result.stdout)
    assert result.stderr == (
        "solarmora.com\nIn the way:\n"
        "  ! which zone it is in is not known, and this project writes to Route 53 and "
        "Cloudflare: have the zone in one of them, and name it\n"
    )


WRONG: list[tuple[list[str], str]] = [
    (
        ["sol_armora.com"],
        "DOMAIN: found 'sol_armora.com'; a label is letters, digits and inner hyphens "
        "(RFC 1123 2.1)",
    ),
    (
        [DOMAIN, "--dns", "1.1.1.1"],
        "--dns: found '1.1.1.1'; it is address:port, such as 127.0.0.1:5353",
    ),
    ([], "Missing argument 'DOMAIN'."),
]


@pytest.mark.parametrize(("words", "said"), WRONG)
def test_wrong_words(words: list[str], said: str) -> None:
    result = run("suggest", *words)
    assert result.output == (
        "Usage: mta-sts suggest [OPTIONS] DOMAIN\n"
        f"Try 'mta-sts suggest --help' for help.\n\nError: {said}\n"
    )
    assert result.exit_code == 2


SETTINGS = [
    (
        "MTA_STS_HTTPS_PORT",
        "x",
        "MTA_STS_HTTPS_PORT: found 'x'; a port is a number from 1 to 65535",
    ),
    (
        "MTA_STS_CA_FILE",
        "no-such-file",
        "ca_file: found 'no-such-file'; it is a file of PEM roots ([Errno 2] No such file or "
        "directory)",
    ),
]


@pytest.mark.parametrize(("name", "value", "said"), SETTINGS)
def test_a_wrong_setting(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    site = cloud.create_zone(DOMAIN)
    cloud.put_records(site, [(f"mta-sts.{DOMAIN}", "A", 300, ["127.0.0.1"])])
    monkeypatch.setenv(name, value)
    result = run("suggest", DOMAIN)
    assert result.output.splitlines()[-1] == f"Error: {said}"
    assert result.exit_code == 2


def test_for_programs(cloud: Cloud) -> None:
    schema_is_of("suggest", Suggestion)
    cloud.put_records(cloud.create_zone(DOMAIN), [(DOMAIN, "MX", 300, MAIL[:1])])
    found = as_documented("suggest", run("suggest", DOMAIN, "--json", "--authoritative").output)
    assert {key: found[key] for key in ("domain", "found", "first", "then")} == {
        "domain": DOMAIN,
        "found": [],
        "first": [],
        "then": [],
    }
    assert found["configuration"] == configured(found["yaml"])["mta-sts:domains"][DOMAIN]
    assert [each["key"] for each in found["reasons"]] == [
        "mode", "mx", "maxAge", "reports", "zone", "host",
    ]  # fmt: skip
