"""Policies: the example of RFC 8461 and the seed page's, then good and bad ones, then any."""

import contextlib
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from checkdmarc.mta_sts import (  # type: ignore[import-untyped]
    mx_in_mta_sts_patterns,
    parse_mta_sts_policy,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from postfix_mta_sts_resolver.utils import (  # type: ignore[import-untyped]
    parse_mta_sts_policy as parse_as_postfix,
)

from mta_sts.protocol import Policy, PolicyError, errors
from mta_sts.protocol.policy import (
    PolicyChange,
    max_age_of,
    mode_of,
    mx_of,
    policy_id,
    policy_url,
)

SEED = Policy(
    mode="testing",
    mx=["mail.solarmora.com", "*.solarmora.net", "backupmx.solarmora.com"],
    max_age=604800,
)
SEED_BYTES = (
    b"version: STSv1\n"
    b"mode: testing\n"
    b"mx: *.solarmora.net\n"
    b"mx: backupmx.solarmora.com\n"
    b"mx: mail.solarmora.com\n"
    b"max_age: 604800\n"
)


def test_what_is_served() -> None:
    assert SEED.render() == SEED_BYTES
    assert SEED.id == hashlib.sha256(SEED_BYTES).hexdigest()[:32] == policy_id(SEED_BYTES)
    assert Policy.parse(SEED_BYTES) == SEED
    assert policy_url("solarmora.com") == "https://mta-sts.solarmora.com/.well-known/mta-sts.txt"


def test_the_id_is_fixed_for_ever() -> None:
    """A new release that gave another would make every deployment announce a new policy."""
    assert SEED.id == "4c6e67a884fc09ee69e6515e9a2569da"


def test_mode_none_has_no_mx() -> None:
    leaving = Policy(mode="none", mx=[], max_age=86400)
    assert leaving.render() == b"version: STSv1\nmode: none\nmax_age: 86400\n"


@pytest.mark.parametrize(
    "mx",
    [
        ["backupmx.solarmora.com", "*.solarmora.net", "mail.solarmora.com"],  # order
        ["MAIL.solarmora.com", "*.Solarmora.NET", "backupmx.solarmora.com"],  # case
        ["mail.solarmora.com.", "*.solarmora.net.", "backupmx.solarmora.com."],  # trailing dots
        [*SEED.mx, *SEED.mx],  # duplicates
    ],
)
def test_equal_meaning_gives_equal_bytes(mx: Any) -> None:
    other = Policy(mode="testing", mx=mx, max_age=604800)
    assert other == SEED
    assert hash(other) == hash(SEED)
    assert other.render() == SEED_BYTES


def test_mx_may_be_what_can_be_read_only_once() -> None:
    assert Policy(mode="testing", mx=(pattern for pattern in SEED.mx), max_age=604800) == SEED


def test_unicode_and_a_labels_are_equal() -> None:
    def of(*mx: str) -> bytes:
        return Policy(mode="testing", mx=mx, max_age=1).render()

    expected = (
        b"version: STSv1\nmode: testing\nmx: *.xn--bcher-kva.example\n"
        b"mx: mx.xn--bcher-kva.example\nmax_age: 1\n"
    )
    assert of("mx.bücher.example", "*.Bücher.example") == expected
    assert of("*.xn--bcher-kva.example", "MX.XN--BCHER-KVA.example") == expected


GOOD_BODIES = {
    "CRLF": SEED_BYTES.replace(b"\n", b"\r\n"),
    "mixed endings": SEED_BYTES.replace(b"\n", b"\r\n", 2),
    "no last ending": SEED_BYTES.removesuffix(b"\n"),
    "no space after the colon": SEED_BYTES.replace(b": ", b":"),
    "white space around values": SEED_BYTES.replace(b": ", b":\t  ").replace(b"\r", b" \t\r"),
    "another order": b"\n".join(reversed(SEED_BYTES.splitlines())),  # 3.2 asks for none
    "unknown keys": SEED_BYTES + "x_a.B-1: any = thing; ü\r\n".encode(),
    "a known key in another case is an unknown one": SEED_BYTES + b"Mode: enforce\r\n",
    "the first of two counts": SEED_BYTES + b"mode: enforce\nversion: STSv2\nmax_age: x\n",
    "leading zeros": SEED_BYTES.replace(b"604800", b"0000604800"),  # 1*10(DIGIT)
    "mx in upper case": SEED_BYTES.replace(b"mail.", b"MAIL."),  # DNS has no case
    "mx twice": SEED_BYTES + b"mx: mail.solarmora.com\n",
}


@pytest.mark.parametrize("body", GOOD_BODIES.values(), ids=GOOD_BODIES)
def test_good_bodies(body: bytes) -> None:
    assert Policy.parse(body) == SEED


def seed(old: bytes, new: bytes) -> bytes:
    assert old in SEED_BYTES
    return SEED_BYTES.replace(old, new, 1)


BAD_BODIES: list[tuple[str, bytes, type[PolicyError], str]] = [
    ("nothing", b"", errors.FieldMissingError, "version"),
    ("a blank only", b"\n", errors.BlankLineError, "line 1"),
    ("a byte order mark", b"\xef\xbb\xbf" + SEED_BYTES, errors.ByteOrderMarkError, "line 1"),
    ("UTF-16", SEED_BYTES.decode().encode("utf-16"), errors.NotUtf8Error, "line 1"),
    ("Latin-1", SEED_BYTES + b"x: \xfc\n", errors.NotUtf8Error, "line 7"),
    ("a blank line", seed(b"mode", b"\r\nmode"), errors.BlankLineError, "line 2"),
    ("a line of spaces", seed(b"mode", b" \r\nmode"), errors.BlankLineError, "line 2"),
    ("a blank line at the end", SEED_BYTES + b"\r\n", errors.BlankLineError, "line 7"),
    ("space before a key", seed(b"mode", b" mode"), errors.KeySpaceError, "line 2"),
    ("a tab before a colon", seed(b"mode:", b"mode\t:"), errors.KeySpaceError, "line 2"),
    ("no colon", seed(b"mode:", b"mode"), errors.LineError, "line 2"),
    ("HTML", b"<!doctype html>\n<p>Not found", errors.LineError, "line 1"),
    ("no key", SEED_BYTES + b": x", errors.PolicyKeyError, "line 7"),
    ("a key of 33", SEED_BYTES + b"k" * 33 + b": x", errors.PolicyKeyError, "line 7"),
    ("a key that starts with -", SEED_BYTES + b"-k: x", errors.PolicyKeyError, "line 7"),
    ("a comment", SEED_BYTES + b"# x: y", errors.PolicyKeyError, "line 7"),
    ("a key with ü", SEED_BYTES + "ü: x".encode(), errors.PolicyKeyError, "line 7"),
    ("no value", seed(b"testing", b""), errors.ValueMissingError, "line 2"),
    ("an unknown key without value", SEED_BYTES + b"x: ", errors.ValueMissingError, "line 7"),
    (
        "CR alone as ending",
        SEED_BYTES.replace(b"\n", b"\r"),
        errors.ControlCharacterError,
        "line 1",
    ),
    ("CR at the very end", SEED_BYTES + b"x: y\r", errors.ControlCharacterError, "line 7"),
    ("two CRs", seed(b"testing", b"testing\r\r"), errors.ControlCharacterError, "line 2"),
    ("a NUL", SEED_BYTES + b"x: \0y", errors.ControlCharacterError, "line 7"),
    ("an inner tab", SEED_BYTES + b"x: a\tb", errors.ControlCharacterError, "line 7"),
    ("no version", seed(b"version: STSv1\n", b""), errors.FieldMissingError, "version"),
    ("no mode", seed(b"mode: testing\n", b""), errors.FieldMissingError, "mode"),
    ("no max_age", seed(b"max_age: 604800\n", b""), errors.FieldMissingError, "max_age"),
    ("Version", seed(b"version", b"Version"), errors.FieldMissingError, "version"),
    ("STSv2", seed(b"STSv1", b"STSv2"), errors.VersionError, "line 1"),
    ("stsv1", seed(b"STSv1", b"stsv1"), errors.VersionError, "line 1"),
    ("a record's version", seed(b"version: STSv1", b"v=STSv1"), errors.LineError, "line 1"),
    ("Testing", seed(b"testing", b"Testing"), errors.ModeError, "line 2"),
    ("report, of a draft", seed(b"testing", b"report"), errors.ModeError, "line 2"),
    ("a year and a second", seed(b"604800", b"31557601"), errors.MaxAgeError, "line 6"),
    ("a negative age", seed(b"604800", b"-1"), errors.MaxAgeError, "line 6"),
    ("a signed age", seed(b"604800", b"+1"), errors.MaxAgeError, "line 6"),
    ("a fraction", seed(b"604800", b"604800.0"), errors.MaxAgeError, "line 6"),
    ("an underscore", seed(b"604800", b"604_800"), errors.MaxAgeError, "line 6"),
    ("11 digits", seed(b"604800", b"00000604800"), errors.MaxAgeError, "line 6"),
    ("other digits", seed(b"604800", "٦٠".encode()), errors.MaxAgeError, "line 6"),
    ("a unit", seed(b"604800", b"1w"), errors.MaxAgeError, "line 6"),
    ("no mx", b"version: STSv1\nmode: enforce\nmax_age: 1", errors.MxMissingError, "line 2"),
    ("a list", seed(b"mail.", b"a.example, mail."), errors.MxError, "line 5"),
    ("a list without commas", seed(b"mail.", b"a.example mail."), errors.MxError, "line 5"),
    ("a U-label", seed(b"mail", "mäil".encode()), errors.MxError, "line 5"),
    ("a trailing dot", seed(b"net", b"net."), errors.MxError, "line 3"),
    ("an address", seed(b"mail.solarmora.com", b"192.0.2.1"), errors.MxError, "line 5"),
    ("an IPv6 address", seed(b"mail.solarmora.com", b"[2001:db8::1]"), errors.MxError, "line 5"),
    ("a URL", seed(b"mail.", b"https://mail."), errors.MxError, "line 5"),
    ("two stars", seed(b"*.", b"*.*."), errors.MxError, "line 3"),
    ("half a label", seed(b"*.", b"mx*."), errors.MxError, "line 3"),
    ("an inner star", seed(b"*.", b"mx.*."), errors.MxError, "line 3"),
    ("a dot for a star", seed(b"*.", b"."), errors.MxError, "line 3"),
    ("a star alone", seed(b"*.solarmora.net", b"*"), errors.MxError, "line 3"),
    (
        "a bad mx in mode none",
        b"version: STSv1\nmode: none\nmax_age: 1\nmx: _",
        errors.MxError,
        "line 4",
    ),
    ("over 64 KiB", SEED_BYTES + b"x: " + b"y" * 65536, errors.PolicyTooLongError, "policy"),
]


@pytest.mark.parametrize(
    ("body", "kind", "where"),
    [case[1:] for case in BAD_BODIES],
    ids=[case[0] for case in BAD_BODIES],
)
def test_bad_bodies(body: bytes, kind: type[PolicyError], where: str) -> None:
    with pytest.raises(PolicyError) as raised:
        Policy.parse(body)
    assert type(raised.value) is kind
    assert raised.value.where == where
    assert "RFC 8461" in raised.value.rule
    assert str(raised.value).startswith(f"{where}: found ")
    assert str(raised.value).endswith(f"; {raised.value.rule}")
    assert len(str(raised.value)) < 400


def test_64_kib_are_read() -> None:
    body = SEED_BYTES + b"x: "
    body += b"y" * (65536 - len(body))
    assert Policy.parse(body) == SEED
    with pytest.raises(errors.PolicyTooLongError):
        Policy.parse(body + b"y")


def test_what_senders_would_not_read_is_not_made() -> None:
    with pytest.raises(errors.PolicyTooLongError):
        Policy(mode="testing", mx=[f"mx{n}.solarmora.com" for n in range(4000)], max_age=1)


@pytest.mark.parametrize(
    ("check", "values", "kind"),
    [
        (mode_of, ["Enforce", "enforce ", "", "off", None, 1, True, ["none"]], errors.ModeError),
        (
            max_age_of,
            [-1, 31557601, 1.5, 86400.0, "86400", "1 week", True, None, float("nan")],
            errors.MaxAgeError,
        ),
        (
            mx_of,
            [
                "",
                "localhost",
                "*.com",
                "*.*.x.example",
                "mx",
                "10 mail.example.com",
                None,
                7,
                b"a.b",
            ],
            errors.MxError,
        ),
    ],
)
def test_values_that_are_refused(
    check: Callable[[object], object], values: list[object], kind: type[PolicyError]
) -> None:
    for value in values:
        with pytest.raises(kind) as raised:
            check(value)
        assert raised.value.found is value
        assert raised.value.where == check.__name__.removesuffix("_of")


GIVEN: dict[str, Any] = {"mode": "enforce", "mx": ["mail.solarmora.com"], "max_age": 1}


@pytest.mark.parametrize(
    ("arguments", "kind", "told"),
    [
        (
            {"mode": "Enforce"},
            errors.ModeError,
            "mode: found 'Enforce'; mode is exactly one of testing, enforce and none "
            "(RFC 8461 3.2)",
        ),
        (
            {"mx": []},
            errors.MxMissingError,
            "mode: found 'enforce'; modes testing and enforce need at least one mx (RFC 8461 3.2)",
        ),
        (
            {"mx": "mail.solarmora.com"},  # its letters are no patterns
            errors.MxError,
            "mx: found 'mail.solarmora.com'; mx is a list of host names (RFC 8461 3.2)",
        ),
        (
            {"mx": None},
            errors.MxError,
            "mx: found None; mx is a list of host names (RFC 8461 3.2)",
        ),
        (
            {"mx": ["mail.solarmora.com", 7]},
            errors.MxError,
            f"mx: found 7; {errors.MxError.rule}",
        ),
        (
            {"mx": ["a*.solarmora.com"]},
            errors.MxError,
            "mx: found 'a*.solarmora.com'; '*' stands only once, for the whole first label "
            "(RFC 8461 4.1)",
        ),
        (
            {"mx": ["a.example, b.example"]},
            errors.MxError,
            "mx: found 'a.example, b.example'; mx is one host name; each has its own line "
            "(RFC 8461 3.2)",
        ),
        (
            {"mx": ["a.example;b.example"]},
            errors.MxError,
            "mx: found 'a.example;b.example'; mx is one host name; each has its own line "
            "(RFC 8461 3.2)",
        ),
        (
            {"max_age": 604800.0},
            errors.MaxAgeError,
            f"max_age: found 604800.0; {errors.MaxAgeError.rule}",
        ),
        (
            {"mx": [f"mx{n}.solarmora.com" for n in range(4000)]},
            errors.PolicyTooLongError,
            f"mx: found '4000 mx'; {errors.PolicyTooLongError.rule}",
        ),
    ],
)
def test_arguments_that_are_refused(
    arguments: dict[str, Any], kind: type[PolicyError], told: str
) -> None:
    with pytest.raises(PolicyError) as raised:
        Policy(**GIVEN | arguments)
    assert (type(raised.value), str(raised.value)) == (kind, told)


@pytest.mark.parametrize("size", [65536, 65537])
def test_a_policy_is_as_long_as_senders_read(size: int) -> None:
    """One of exactly 64 KiB is made, one of a byte more is not."""
    suffix = f".{'y' * 30}.example"
    left = size - len(Policy(mode="testing", mx=["a.example"], max_age=1).render())
    lines = [65] * (left // 65 - 2)
    rest = left - sum(lines)
    lines += [rest // 2, rest - rest // 2]
    names = [str(n).rjust(length - len(f"mx: {suffix}\n"), "x") for n, length in enumerate(lines)]
    mx = ["a.example", *(name + suffix for name in names)]
    if size == 65536:
        assert len(Policy(mode="testing", mx=mx, max_age=1).render()) == size
    else:
        with pytest.raises(errors.PolicyTooLongError):
            Policy(mode="testing", mx=mx, max_age=1)


def test_the_ends_of_max_age() -> None:
    assert [max_age_of(0), max_age_of(31557600)] == [0, 31557600]


@pytest.mark.parametrize(
    ("host", "is_covered"),
    [
        ("mail.solarmora.com", True),
        ("MAIL.Solarmora.com.", True),
        ("mx1.solarmora.net", True),
        ("solarmora.net", False),  # the star stands for a label
        ("a.mx1.solarmora.net", False),  # for one label only
        ("mail.solarmora.com.example", False),
        ("xmail.solarmora.com", False),
        ("*.solarmora.net", False),  # a pattern is no host
        ("_x.solarmora.net", False),  # no certificate can have it
        ("", False),
        (".solarmora.net", False),
    ],
)
def test_matching(host: str, is_covered: bool) -> None:
    assert SEED.matches(host) is is_covered
    if host not in ("MAIL.Solarmora.com.", "*.solarmora.net", "_x.solarmora.net"):
        assert mx_in_mta_sts_patterns(host, list(SEED.mx)) is is_covered


def test_a_change() -> None:
    after = Policy(mode="enforce", mx=["mail.solarmora.com", "new.example.com"], max_age=1)
    change = PolicyChange(SEED, after)
    assert change
    assert change.mx_added == ("new.example.com",)
    assert change.mx_removed == ("*.solarmora.net", "backupmx.solarmora.com")
    assert (change.before.mode, change.after.mode) == ("testing", "enforce")
    assert not PolicyChange(SEED, Policy.parse(SEED_BYTES))


LABEL = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True).filter(
    lambda label: not label.lower().startswith("xn--")
) | st.sampled_from(["bücher", "例え", "xn--bcher-kva"])
PATTERN = st.builds(
    lambda star, labels, dot: star + ".".join(labels) + dot,
    st.sampled_from(["", "*."]),
    st.lists(LABEL, min_size=1, max_size=4).map(lambda labels: [*labels, "example"]),
    st.sampled_from(["", "."]),
)
POLICIES = st.builds(
    lambda mode, mx, max_age: Policy(mode=mode, mx=mx, max_age=max_age),
    st.sampled_from(["testing", "enforce", "none"]),
    st.lists(PATTERN, min_size=1, max_size=8),
    st.integers(0, 31557600),
)


@settings(max_examples=150, deadline=None)
@given(POLICIES)
def test_all_that_is_made_is_read_alike_by_others(policy: Policy) -> None:
    body = policy.render()
    assert Policy.parse(body) == policy
    assert Policy.parse(body).id == policy.id

    checkdmarc = parse_mta_sts_policy(body.decode("ascii"))
    assert checkdmarc == {
        "policy": {
            "version": "STSv1",
            "mode": policy.mode,
            "max_age": policy.max_age,
            "mx": list(policy.mx),
        },
        "warnings": [],
    }
    postfix = parse_as_postfix(body.decode("ascii"))
    assert postfix == {
        "version": "STSv1",
        "mode": policy.mode,
        "max_age": str(policy.max_age),
        "mx": list(policy.mx),
    }


@settings(max_examples=150, deadline=None)
@given(st.lists(PATTERN, min_size=1, max_size=6), st.randoms())
def test_any_spelling_gives_the_same_id(mx: list[str], random: Any) -> None:
    spelled = [
        random.choice([str.upper, str.lower, str.title])(pattern.removesuffix("."))
        + random.choice(["", "."])
        for pattern in mx * 2
    ]
    random.shuffle(spelled)
    plain = Policy(mode="testing", mx=mx, max_age=1)
    assert Policy(mode="testing", mx=spelled, max_age=1).id == plain.id


LINES = st.lists(
    st.sampled_from(SEED_BYTES.splitlines())
    | st.binary(max_size=20)
    | st.builds(
        lambda key, value: f"{key}:{value}".encode(),
        st.sampled_from(["version", "mode", "mx", "max_age", "x", "", " mode", "é"]),
        st.text(max_size=12) | st.sampled_from(["STSv1", "none", "*.a.example", "7", "*.*.b"]),
    ),
    max_size=8,
)


@settings(max_examples=500, deadline=None)
@given(LINES, st.sampled_from([b"\n", b"\r\n", b"\r"]), st.booleans())
def test_any_bytes_are_a_policy_or_a_policy_error(
    lines: list[bytes], ending: bytes, is_ended: bool
) -> None:
    body = ending.join(lines) + ending * is_ended
    try:
        policy = Policy.parse(body)
    except PolicyError:
        return
    assert Policy.parse(policy.render()) == policy


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary()))
def test_any_value_is_checked_or_a_policy_error(value: object) -> None:
    for check in (mode_of, mx_of, max_age_of):
        with contextlib.suppress(PolicyError):
            check(value)
