"""`mta-sts policy`, as its user types it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.policy_file import PolicyFile
from mta_sts.protocol.policy import policy_id
from sandbox.cloud import Cloud
from tests.commands.typed import as_documented, run, schema_is_of
from tests.protocol.test_policy import LINES, SEED, SEED_BYTES

DOMAIN = "solarmora.com"
NORMAL = f"This project would serve the same policy with the id {SEED.id}:"
WARNED: list[tuple[str, bytes, list[str]]] = [
    ("CRLF", SEED_BYTES.replace(b"\n", b"\r\n"), [NORMAL, "  lines end in LF"]),
    (
        "mixed endings",
        SEED_BYTES.replace(b"\n", b"\r\n", 2),
        [
            "  ! line 3: ends in LF, and line 1 in CRLF: end all lines alike",
            NORMAL,
            "  lines end in LF",
        ],
    ),
    (
        "no last ending",
        SEED_BYTES.removesuffix(b"\n"),
        [
            "  ! the last line: has no ending: to some readers it is cut off",
            NORMAL,
            "  the last line is ended",
        ],
    ),
    (
        "capitals",
        SEED_BYTES.replace(b"mail.", b"MAIL."),
        [
            "  ! line 5: MAIL.solarmora.com has capitals: some senders compare letter by letter. "
            "Write mail.solarmora.com",
            NORMAL,
            "  line 5 is spelled 'mx: mail.solarmora.com', not 'mx: MAIL.solarmora.com'",
        ],
    ),
    (
        "an mx twice",
        SEED_BYTES + b"mx: mail.solarmora.com\n",
        [
            "  ! line 7: mail.solarmora.com stands in line 5 already",
            NORMAL,
            "  line 7 is left out: 'mx: mail.solarmora.com'",
        ],
    ),
    (
        "a key twice, and the second time wrong",
        SEED_BYTES + b"max_age: x\n",
        [
            "  ! line 7: max_age stands in line 6 already: the first counts, but some senders take "
            "the last",
            NORMAL,
            "  line 7 is left out: 'max_age: x'",
        ],
    ),
    (
        "another order",
        b"mode: testing\nversion: STSv1\n" + SEED_BYTES.split(b"\n", 2)[2],
        [
            "  ! line 1: mode stands first; Google Workspace wants version there",
            NORMAL,
            "  the order is version, mode, mx by name, max_age",
        ],
    ),
    (
        "another order of mx",
        b"version: STSv1\nmode: testing\nmx: mail.solarmora.com\nmx: *.solarmora.net\n"
        b"mx: backupmx.solarmora.com\nmax_age: 604800\n",
        [NORMAL, "  the order is version, mode, mx by name, max_age"],
    ),
    (
        "a key in capitals",
        SEED_BYTES + b"Mode: enforce\n",
        [
            "  ! line 7: senders ignore Mode: keys are in small letters",
            NORMAL,
            "  line 7 is left out: 'Mode: enforce'",
        ],
    ),
    ("an unknown key", SEED_BYTES + b"x: y\n", [NORMAL, "  line 7 is left out: 'x: y'"]),
    (
        "white space, and zeros",
        SEED_BYTES.replace(b"max_age: ", b"max_age:\t00"),
        [NORMAL, "  line 6 is spelled 'max_age: 604800', not 'max_age:\\t00604800'"],
    ),
]
TERMS = [
    "mode testing, max_age 604800 (7d)",
    "mx *.solarmora.net",
    "mx backupmx.solarmora.com",
    "mx mail.solarmora.com",
]


def head(body: bytes) -> str:
    return f"-: {len(body)} bytes, id {policy_id(body)}"


def test_a_good_policy(tmp_path: Path) -> None:
    file = tmp_path / "mta-sts.txt"
    file.write_bytes(SEED_BYTES)
    result = run("policy", file)
    assert result.output.splitlines() == [f"{file}: {len(SEED_BYTES)} bytes, id {SEED.id}", *TERMS]
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("body", "said"), [case[1:] for case in WARNED], ids=[case[0] for case in WARNED]
)
def test_a_policy_that_is_good_with_a_warning(body: bytes, said: list[str]) -> None:
    result = run("policy", "-", given=body)
    assert result.output.splitlines() == [head(body), *TERMS, *said]
    assert result.exit_code == 0


AGES = [
    ("testing", 3600, "3600 (1h) in testing", "604800 to 1209600 (7d to 14d)"),
    ("testing", 2419200, "2419200 (28d) in testing", "604800 to 1209600 (7d to 14d)"),
    ("enforce", 60, "60 (1min)", "86400 to 31557600 (1d to 365d 6h)"),
    ("none", 0, "0 (0s)", "86400 to 31557600 (1d to 365d 6h)"),
]


@pytest.mark.parametrize(("mode", "max_age", "found", "asked"), AGES)
def test_ages_that_google_workspace_does_not_want(
    mode: str, max_age: int, found: str, asked: str
) -> None:
    body = f"version: STSv1\nmode: {mode}\nmx: mx.solarmora.com\nmax_age: {max_age}\n".encode()
    said = f"  ! line 4: max_age {found}: Google Workspace asks for {asked}"
    assert run("policy", "-", given=body).output.splitlines()[3:] == [said]


def test_no_policy_and_every_reason() -> None:
    body = b"version: STSv1\r\nmode: Testing\nmx: 192.0.2.1\n" + b"x" * 100
    result = run("policy", "-", given=body)
    assert result.output.splitlines() == [
        head(body),
        "Senders take no policy from it:",
        "  ✗ line 2: found 'Testing'; mode is exactly one of testing, enforce and none "
        "(RFC 8461 3.2)",
        "  ✗ line 3: found '192.0.2.1'; mx is a host name, or '*.' and a host name "
        "(RFC 8461 3.2); a host name is no IP address (RFC 1123 2.1)",
        f"  ✗ line 4: found '{'x' * 37}...{'x' * 38}'; a line is a key, a colon and a value "
        "(RFC 8461 3.2)",
        "  ✗ max_age: found ['mode', 'version']; version, mode and max_age are required "
        "(RFC 8461 3.2)",
    ]
    assert result.exit_code == 1


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


WRONG: list[tuple[list[str], bytes, str]] = [
    (
        ["no-such-file"],
        b"",
        "Invalid value for 'FILE': File 'no-such-file' does not exist.",
    ),
    (
        ["-"],
        b"x" * (1 << 20) + b"y",
        "-: found more than 1048576 bytes; a policy is at most 65536 bytes long, as senders "
        "read no more (RFC 8461 3.3)",
    ),
    (
        ["-", "--domain", "sol_armora.com"],
        SEED_BYTES,
        "--domain: found 'sol_armora.com'; a label is letters, digits and inner hyphens "
        "(RFC 1123 2.1)",
    ),
    (
        ["-", "--domain", DOMAIN, "--dns", "localhost"],
        SEED_BYTES,
        "--dns: found 'localhost'; it is address:port, such as 127.0.0.1:5353",
    ),
]


@pytest.mark.parametrize(("words", "given", "said"), WRONG)
def test_what_cannot_be_read(words: list[str], given: bytes, said: str) -> None:
    result = run("policy", *words, given=given)
    assert result.output == (
        "Usage: mta-sts policy [OPTIONS] FILE\n"
        f"Try 'mta-sts policy --help' for help.\n\nError: {said}\n"
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


@settings(max_examples=300, deadline=None)
@given(LINES.map(b"\n".join) | st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(body: bytes) -> None:
    for words in (["policy", "-"], ["policy", "-", "--json"]):
        result = run(*words, given=body)
        assert result.exit_code in (0, 1), result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
    found = json.loads(result.output)
    assert (found["policy"] is None) == bool(found["problems"])
    assert (found["id"], found["size"]) == (policy_id(body), len(body))
