"""`mta-sts policy --domain`: a policy file against live DNS."""

import pytest

from mta_sts.policy_file import PolicyFile
from mta_sts.protocol.policy import policy_id
from sandbox.cloud import Cloud
from tests.commands.typed import as_documented, run, schema_is_of
from tests.protocol.test_policy import SEED, SEED_BYTES

DOMAIN = "solarmora.com"


@pytest.fixture
def mail(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    zone = cloud.create_zone(DOMAIN)
    hosts = ["10 mail.solarmora.com.", "20 mx1.eu.solarmora.net.", "30 mx2.solarmora.net."]
    cloud.put_records(zone, [(DOMAIN, "MX", 300, hosts)])
    cloud.put_records(cloud.create_zone("null.example"), [("null.example", "MX", 300, ["0 ."])])
    cloud.create_zone("implicit.example")
    return cloud


COVERED = [
    (
        SEED_BYTES,
        DOMAIN,
        [
            "MX hosts of solarmora.com in DNS:",
            "  ✓ mail.solarmora.com is matched by mail.solarmora.com",
            "  ✗ mx1.eu.solarmora.net is matched by no mx (*.solarmora.net is too short, as * "
            "stands for one label: *.eu.solarmora.net would match): senders refuse it under "
            "enforce",
            "  ✓ mx2.solarmora.net is matched by *.solarmora.net",
            "  ! backupmx.solarmora.com matches no MX in DNS",
        ],
        1,
    ),
    (
        b"version: STSv1\nmode: none\nmax_age: 86400\n",
        "Solarmora.com.",
        [
            "MX hosts of solarmora.com in DNS:",
            "  ✗ mail.solarmora.com is matched by no mx",
            "  ✗ mx1.eu.solarmora.net is matched by no mx",
            "  ✗ mx2.solarmora.net is matched by no mx",
        ],
        0,
    ),
    (
        b"version: STSv1\nmode: enforce\nmx: implicit.example\nmax_age: 604800\n",
        "implicit.example",
        [
            "implicit.example has no MX record, and so is its own MX (RFC 5321 5.1):",
            "  ✓ implicit.example is matched by implicit.example",
        ],
        0,
    ),
    (
        b"version: STSv1\nmode: none\nmax_age: 86400\n",
        "null.example",
        ["null.example takes no mail: it has a null MX (RFC 7505)."],
        0,
    ),
    (
        b"version: STSv1\nmode: none\nmax_age: 86400\n",
        "nobody.solarmora.com",
        ["There is no domain nobody.solarmora.com in DNS."],
        1,
    ),
]


@pytest.mark.parametrize(("body", "domain", "said", "status"), COVERED)
def test_which_of_the_live_mx_it_covers(
    mail: Cloud, body: bytes, domain: str, said: list[str], status: int
) -> None:
    result = run("policy", "-", "--domain", domain, given=body)
    assert result.output.splitlines()[2:] == said
    assert result.exit_code == status


def test_dns_that_does_not_answer(mail: Cloud) -> None:
    mail.dns.misbehave("*", "servfail")
    result = run("policy", "-", "--domain", DOMAIN, "--authoritative", given=SEED_BYTES)
    assert result.output == (
        f"the MX hosts of {DOMAIN} cannot be told: {DOMAIN} NS: every server failed: "
        f"127.0.0.1:{mail.dns.port}: SERVFAIL\n"
    )
    assert result.exit_code == 2


def test_for_programs(mail: Cloud) -> None:
    schema_is_of("policy", PolicyFile)
    body = SEED_BYTES + b"x: y\n"
    result = run("policy", "-", "--json", "--domain", DOMAIN, given=body)
    assert as_documented("policy", result.output) == {
        "file": "-",
        "size": len(body),
        "id": policy_id(body),
        "problems": [],
        "warnings": [],
        "policy": {"mode": "testing", "mx": list(SEED.mx), "max_age": 604800},
        "normalised": {"id": SEED.id, "differences": ["line 7 is left out: 'x: y'"]},
        "coverage": {
            "domain": DOMAIN,
            "exists": True,
            "implicit": False,
            "null": False,
            "hosts": [
                {
                    "host": "mail.solarmora.com",
                    "preference": 10,
                    "patterns": ["mail.solarmora.com"],
                    "nearest": None,
                },
                {
                    "host": "mx1.eu.solarmora.net",
                    "preference": 20,
                    "patterns": [],
                    "nearest": "*.solarmora.net is too short, as * stands for one label: "
                    "*.eu.solarmora.net would match",
                },
                {
                    "host": "mx2.solarmora.net",
                    "preference": 30,
                    "patterns": ["*.solarmora.net"],
                    "nearest": None,
                },
            ],
            "unused": ["backupmx.solarmora.com"],
        },
    }
    wrong = as_documented("policy", run("policy", "-", "--json", given=b"version: STSv1\n").output)
    assert [each["where"] for each in wrong["problems"]] == ["mode", "max_age"]
    assert (wrong["policy"], wrong["normalised"], wrong["coverage"]) == (None, None, None)
