"""`mta-sts policy`, as its user types it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.protocol.policy import policy_id
from tests.commands.typed import run
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
