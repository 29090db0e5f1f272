"""`mta-sts check`, as its user types it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mta_sts.inspection.result import Inspection
from mta_sts.protocol import Policy
from tests.commands.typed import as_documented, run, same_as_golden, schema_is_of
from tests.inspection.site import DOMAIN, HOST, MX, POLICY, Site, records, serving, soa
from tests.protocol.certificates import dated
from tests.protocol.servers import HttpsServer, Trust, reply, sends, server_context
from tests.protocol.smtp_server import SmtpServer

pytestmark = pytest.mark.timeout(30)

FINE = [*records(), f"{MX}. 60 IN A 127.0.0.1"]
IN_FORCE = (
    "Senders deliver over verified TLS to these hosts only. They keep the policy for 604800 s."
)
OTHER = "example.org"
"""Has no MTA-STS."""
ZONES = {DOMAIN: FINE, OTHER: [soa(OTHER), f"{OTHER}. 60 IN MX 10 {MX}."], "org": [soa("org")]}


@pytest.fixture
def site(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with serving(trust, ZONES) as found:
        look_at(found, monkeypatch)
        yield found


def look_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in site.environment.items():
        monkeypatch.setenv(name, value)


def test_a_domain_in_good_order(site: Site) -> None:
    result = run("check", "Solarmora.COM.")
    same_as_golden("check-fine", site.normal(result.stdout))
    assert (result.exit_code, result.stderr) == (0, "")


def test_its_mx_hosts(site: Site) -> None:
    result = run("check", DOMAIN, "--smtp", "--smtp-port", site.smtp)
    same_as_golden("check-smtp", site.normal(result.stdout))
    assert result.exit_code == 0


def test_a_domain_without_mta_sts(site: Site) -> None:
    result = run("check", OTHER)
    same_as_golden("check-absent", site.normal(result.stdout))
    assert result.exit_code == 1


def test_a_domain_with_much_wrong(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    soon = trust.ca.issue_cert(HOST, not_after=now + timedelta(days=9, minutes=30))
    policy = Policy(mode="enforce", mx=[f"*.mail.{DOMAIN}", "old.example.org"], max_age=604800)
    https = HttpsServer(sends(reply(policy.render())), server_context(soon))
    smtp = SmtpServer(dated(-9, -1)(trust, MX))
    zone = [each.replace("v=TLSRPTv1;", "v=TLSRPTv1; x;") for each in FINE]
    with serving(trust, {DOMAIN: zone}, https=https, smtp=smtp) as site:
        look_at(site, monkeypatch)
        result = run("check", DOMAIN, "--smtp", "--smtp-port", site.smtp)
        printed = site.normal(result.stdout)
    until = soon_text = f"{now + timedelta(days=9, minutes=31):%Y-%m-%d %H:%M UTC}"
    printed = printed.replace(soon_text, "<soon>").replace(until[:10], "<day>")
    printed = printed.replace(f"{now + timedelta(days=9, minutes=30):%Y-%m-%d %H:%M UTC}", "<soon>")
    same_as_golden("check-broken", printed)
    assert result.exit_code == 1


def test_many_domains_have_a_line_each(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "domains.txt"
    file.write_bytes(
        b"\xef\xbb\xbf# ours\n\nsolarmora.com\r\n  example.org # theirs\nEXAMPLE.org.\n"
        b"sol_armora.com\n"
    )
    result = run("check", DOMAIN, "--from", file)
    lines = site.normal(result.stdout).splitlines()
    same_as_golden("check-many", "".join(f"{line}\n" for line in sorted(lines[:3]) + lines[3:]))
    assert (result.exit_code, result.stderr) == (1, "")


def test_many_domains_shown_whole(site: Site) -> None:
    alone = [run("check", domain).stdout for domain in (DOMAIN, OTHER)]
    printed = run("check", DOMAIN, OTHER, "--verbose").stdout
    for each in alone:
        assert site.normal(each) in site.normal(printed)


def test_names_from_standard_input(site: Site) -> None:
    result = run("check", "--from", "-", given=b"solarmora.com\nSolarmora.com\n")
    assert site.normal(result.stdout) == site.normal(run("check", DOMAIN).stdout)
    assert result.exit_code == 0


def test_names_in_other_scripts(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "xn--bcher-kva.example"
    https = HttpsServer(sends(reply(POLICY.render())), trust.context(f"mta-sts.{name}"))
    with serving(trust, {name: records(name)}, https=https) as site:
        look_at(site, monkeypatch)
        result = run("check", "bücher.example")
    assert result.stdout.startswith(f"{name}\n")
    assert result.exit_code == 0


def test_what_others_wrote_gives_the_terminal_no_orders(
    trust: Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = [each.replace('"amazon.com"', '"\\027[2J[red]a.example"') for each in FINE]
    with serving(trust, {DOMAIN: zone}) as site:
        look_at(site, monkeypatch)
        result = run("check", DOMAIN)
    assert "\N{REPLACEMENT CHARACTER}[2j[red]a.example may issue" in result.stdout
    assert "\x1b" not in result.stdout


def test_json_is_as_documented(site: Site) -> None:
    schema_is_of("check", Inspection)
    result = run("check", DOMAIN, OTHER, "nonsense", "--json", "--smtp", "--smtp-port", site.smtp)
    found = {each["domain"]: each for each in map(documented, result.stdout.splitlines())}
    assert [found[name]["state"] for name in (DOMAIN, OTHER, "nonsense")] == [
        "enforce",
        "absent",
        "no-domain",
    ]
    fine = found[DOMAIN]
    assert fine["policy"] == {
        "mode": "enforce", "mx": [MX], "max_age": 604800, "id": POLICY.id,
    }  # fmt: skip
    assert (fine["record_id"], fine["id_matches"]) == (POLICY.id, True)
    assert fine["certificate"]["names"] == [HOST]
    assert fine["mx"] == [{"preference": 10, "host": MX, "covered": True}]
    assert (fine["unused"], fine["rua"]) == ([], ["mailto:tls@example.org"])
    assert fine["issuers"] == ["amazon.com"]
    assert [each["what"] for each in fine["seen"]] == [
        "record", "address", "certificate", "https", "policy", "id", "mx", "smtp", "reports", "caa",
    ]  # fmt: skip
    assert result.exit_code == 1


def documented(line: str) -> dict[str, Any]:
    found: dict[str, Any] = as_documented("check", line)
    return found


def test_json_of_one_domain_is_a_line_too(site: Site) -> None:
    assert len(run("check", DOMAIN, "--json").stdout.splitlines()) == 1


def test_options_count_more_than_the_environment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTA_STS_DNS", "127.0.0.1:9")
    monkeypatch.setenv("MTA_STS_HTTPS_PORT", "9")
    monkeypatch.setenv("MTA_STS_CA_FILE", "/nowhere")
    result = run(
        "check", DOMAIN, "--dns", f"127.0.0.1:{site.dns}", "--port", site.https,
        "--ca-file", site.trust.file, "--timeout", "9",
    )  # fmt: skip
    assert (result.stdout.splitlines()[-1], result.exit_code) == (IN_FORCE, 0)


def test_the_zones_own_servers_are_asked(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    ns = [f"{DOMAIN}. 60 IN NS ns.{DOMAIN}.", f"ns.{DOMAIN}. 60 IN A 127.0.0.1"]
    with serving(trust, {DOMAIN: [*FINE, *ns]}) as site:
        look_at(site, monkeypatch)
        result = run("check", DOMAIN, "--authoritative")
    assert (result.stdout.splitlines()[-1], result.exit_code) == (IN_FORCE, 0)


WRONG: list[tuple[str, Sequence[str], Mapping[str, str], str]] = [
    ("no domain", [], {}, "no domain: name one, or a file that lists some, with --from"),
    ("a URL", ["https://solarmora.com"], {}, "name: found 'https://solarmora.com'; a host name is "
     "no URL and no address (RFC 1123 2.1)"),
    ("one label", ["solarmora"], {}, "name: found 'solarmora'; a host name has at least two labels "
     "(RFC 5321 2.3.5)"),
    ("an underscore", ["sol_armora.com"], {}, "name: found 'sol_armora.com'; a label is letters, "
     "digits and inner hyphens (RFC 1123 2.1)"),
    ("no such file", [DOMAIN, "--from", "/nowhere"], {}, "Invalid value for '--from': "
     "'/nowhere': No such file or directory"),
    ("a resolver by name", [DOMAIN, "--dns", "localhost:53"], {}, "--dns: found 'localhost:53'; it "
     "is address:port, such as 127.0.0.1:5353"),
    ("the same in the environment", [DOMAIN], {"MTA_STS_DNS": "localhost"}, "MTA_STS_DNS: found "
     "'localhost'; it is address:port, such as 127.0.0.1:5353"),
    ("a port too high", [DOMAIN, "--port", "65536"], {}, "Invalid value for '--port': 65536 is not "
     "in the range 1<=x<=65535."),
    ("an SMTP port that is none", [DOMAIN, "--smtp-port", "x"], {}, "Invalid value for "
     "'--smtp-port': 'x' is not a valid integer range."),
    ("no time", [DOMAIN, "--timeout", "0"], {}, "Invalid value for '--timeout': 0.0 is not in the "
     "range 0<x<=3600."),
    ("no CA file", [DOMAIN, "--ca-file", "/nowhere"], {}, "--ca-file: found '/nowhere'; it is a "
     "file of PEM roots ([Errno 2] No such file or directory)"),
    ("no CA file in the environment", [DOMAIN], {"MTA_STS_CA_FILE": "/nowhere"}, "MTA_STS_CA_FILE: "
     "found '/nowhere'; it is a file of PEM roots ([Errno 2] No such file or directory)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "environment", "said"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_input(
    words: Sequence[str],
    environment: Mapping[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    result = run("check", *words)
    assert result.output == (
        "Usage: mta-sts check [OPTIONS] DOMAIN…\nTry 'mta-sts check --help' for help.\n\n"
        f"Error: {said}\n"
    )
    assert result.exit_code == 2


def test_one_wrong_name_of_many_is_a_finding(site: Site) -> None:
    result = run("check", "https://solarmora.com", DOMAIN)
    assert "✗ no-domain https://solarmora.com: no-domain: name: found" in result.stdout
    assert "✓ enforce   solarmora.com\n" in result.stdout
    assert result.exit_code == 1


def test_a_look_without_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("check", DOMAIN, "--dns", "127.0.0.1:9", "--timeout", "0.2")
    assert result.output.endswith("It could not be looked up.\n")
    assert result.exit_code == 2
