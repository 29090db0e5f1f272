"""Every problem of a policy file, not only the first."""

import pytest
from hypothesis import given, settings

from mta_sts.protocol import Policy, PolicyError
from mta_sts.protocol.policy import problems
from tests.protocol.test_policy import BAD_BODIES, GOOD_BODIES, LINES

SEVERAL = {
    "one in each line": (
        b"\xef\xbb\xbfversion: STSv2\n"
        b"mode: Enforce\r\n"
        b"\n"
        b"mx: mail.solarmora.com.\n"
        b"mx mx2.solarmora.com\n"
        b"mx: *\n"
        b" max_age: 1\n"
        b"max_age: 1w\n",
        [
            "line 1: found b'\\xef\\xbb\\xbfversion: '; a policy starts with its first key, "
            "without a byte order mark (RFC 8461 3.2)",
            "line 3: found ''; every line is a key, a colon and a value; there are no blank lines "
            "(RFC 8461 3.2)",
            "line 4: found 'mail.solarmora.com.'; mx has no trailing dot (RFC 8461 3.2)",
            "line 5: found 'mx mx2.solarmora.com'; a line is a key, a colon and a value "
            "(RFC 8461 3.2)",
            "line 6: found '*'; '*' stands only once, for the whole first label (RFC 8461 4.1)",
            "line 7: found ' max_age: 1'; no white space stands before a key or its colon "
            "(RFC 8461 3.2)",
            "line 1: found 'STSv2'; version is exactly STSv1 (RFC 8461 3.2)",
            "line 2: found 'Enforce'; mode is exactly one of testing, enforce and none "
            "(RFC 8461 3.2)",
            "line 8: found '1w'; max_age is a whole number of seconds from 0 to 31557600 "
            "(RFC 8461 3.2)",
        ],
    ),
    "nothing of a policy": (
        b"<!doctype html>\n<p>Not found",
        [
            "line 1: found '<!doctype html>'; a line is a key, a colon and a value (RFC 8461 3.2)",
            "line 2: found '<p>Not found'; a line is a key, a colon and a value (RFC 8461 3.2)",
            *(
                f"{key}: found []; version, mode and max_age are required (RFC 8461 3.2)"
                for key in ("version", "mode", "max_age")
            ),
        ],
    ),
    "too long, and whatever else": (
        b"\n" * 65537,
        [
            "policy: found '65537 bytes'; a policy is at most 65536 bytes long, as senders read no "
            "more (RFC 8461 3.3)"
        ],
    ),
    "an mx that cannot be read is none that is missing": (
        b"version: STSv1\nmode: enforce\nmx: mx\nmax_age: 86400\n",
        [
            "line 3: found 'mx'; mx is a host name, or '*.' and a host name (RFC 8461 3.2); a host "
            "name has at least two labels (RFC 5321 2.3.5)"
        ],
    ),
    "too long in its one spelling only": (
        b"version:STSv1\nmode:none\nmax_age:1\n"
        + b"".join(f"mx:{number}.bb\n".encode() for number in range(1000, 6500)),
        [
            "mx: found '5500 mx'; a policy is at most 65536 bytes long, as senders read no more "
            "(RFC 8461 3.3)"
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "told"), SEVERAL.values(), ids=SEVERAL)
def test_all_problems_are_told(body: bytes, told: list[str]) -> None:
    assert [str(problem) for problem in problems(body)] == told


@pytest.mark.parametrize("body", GOOD_BODIES.values(), ids=GOOD_BODIES)
def test_a_good_policy_has_none(body: bytes) -> None:
    assert problems(body) == ()


def the_first(body: bytes) -> str | None:
    try:
        Policy.parse(body)
    except PolicyError as error:
        return str(error)
    return None


@pytest.mark.parametrize("body", [case[1] for case in BAD_BODIES], ids=[c[0] for c in BAD_BODIES])
def test_the_first_is_the_one_that_reading_stops_at(body: bytes) -> None:
    assert str(problems(body)[0]) == the_first(body)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_of_any_bytes_too(lines: list[bytes]) -> None:
    body = b"\n".join(lines)
    told = [str(problem) for problem in problems(body)]
    assert (told[0] if told else None) == the_first(body)
