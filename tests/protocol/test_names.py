import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.protocol.names import HostNameError, host_name

LONGEST_LABEL = "a" * 63
LONGEST_NAME = ".".join([LONGEST_LABEL] * 3 + ["a" * 61])

EMPTY = "no label is empty (RFC 1035 2.3.1)"
ONE_LABEL = "a host name has at least two labels (RFC 5321 2.3.5)"
IP_ADDRESS = "a host name is no IP address (RFC 1123 2.1)"
URL = "a host name is no URL and no address (RFC 1123 2.1)"
STAR = "'*' stands only for the whole first label of an mx (RFC 8461 4.1)"
LETTERS = "a label is letters, digits and inner hyphens (RFC 1123 2.1)"
LONG_LABEL = "a label has at most 63 characters (RFC 1035 2.3.4)"
LONG_NAME = "a host name has at most 253 characters (RFC 1035 3.1)"
# What the library of IDNA says of it stands between these.
NOT_IDNA = "it is not IDNA (...; RFC 5891 4)"
NO_A_LABEL = "a label that starts with xn-- is an A-label (...; RFC 5890 2.3.2.1)"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("solarmora.com", "solarmora.com"),
        ("Solarmora.COM", "solarmora.com"),  # case
        ("solarmora.com.", "solarmora.com"),  # trailing dot
        ("Bücher.example", "xn--bcher-kva.example"),  # U-label
        ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),  # A-label in another case
        ("bu\u0308cher.example", "xn--bcher-kva.example"),  # not composed
        ("faß.example", "xn--fa-hia.example"),  # IDNA 2008, not 2003
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),  # an ideographic full stop
        ("ｓolarmora.com", "solarmora.com"),  # full width
        ("a.b-c.d1", "a.b-c.d1"),
        ("r3---sn.example", "r3---sn.example"),  # hyphens that IDNA would not give out
        ("1.2.3.example", "1.2.3.example"),
        (LONGEST_NAME, LONGEST_NAME),
    ],
)
def test_good(text: str, name: str) -> None:
    assert host_name(text) == name
    assert host_name(name) == name


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", EMPTY),
        (".", EMPTY),
        ("a..example", EMPTY),
        (".example.com", EMPTY),
        ("example.com..", EMPTY),
        ("localhost", ONE_LABEL),
        ("192.0.2.1", IP_ADDRESS),
        ("2001:db8::1", IP_ADDRESS),
        ("[2001:db8::1]", IP_ADDRESS),
        ("[192.0.2.1]", IP_ADDRESS),
        ("１９２.０.２.１", IP_ADDRESS),  # full width
        ("mail.1", IP_ADDRESS),  # no top-level domain is a number
        ("https://solarmora.com", URL),
        ("solarmora.com/x", URL),
        ("postmaster@solarmora.com", URL),
        ("*.solarmora.com", STAR),
        ("a_b.example", LETTERS),
        ("_mta-sts.example.com", LETTERS),
        ("-a.example", LETTERS),
        ("a-.example", LETTERS),
        (" solarmora.com", LETTERS),
        ("solarmora.com\n", LETTERS),
        ("solarmora.com:25", LETTERS),
        ("bü_cher.example", NOT_IDNA),
        ("\u2665.example", NOT_IDNA),  # a heart is no letter
        ("xn--a.example", NO_A_LABEL),  # punycode of nothing
        ("xn--\x7f.example", NO_A_LABEL),
        ("a" * 64 + ".example", LONG_LABEL),
        ("ü" * 64 + ".example", LONG_LABEL),
        ("ü" * 60 + ".example", NOT_IDNA),  # 63 as it stands, more as an A-label
        (LONGEST_NAME + "a", LONG_NAME),
    ],
)
def test_bad(text: str, rule: str) -> None:
    with pytest.raises(HostNameError) as raised:
        host_name(text)
    start, more, end = rule.partition("...")
    if more:
        told = raised.value.rule.removeprefix(start).removesuffix(end)
        assert len(told) > len("None")  # a reason
        assert raised.value.rule == f"{start}{told}{end}"
    else:
        assert raised.value.rule == rule
    assert (raised.value.where, raised.value.found) == ("name", text)


@pytest.mark.parametrize("value", [None, 5, b"solarmora.com", ["solarmora.com"]])
def test_what_is_no_text(value: object) -> None:
    with pytest.raises(HostNameError) as raised:
        host_name(value)  # type: ignore[arg-type]
    assert raised.value.rule == "a host name is text (RFC 5321 2.3.5)"
    assert (raised.value.where, raised.value.found) == ("name", value)


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=40) | st.from_regex(r"[a-zA-Z0-9ü\-_*.]{1,30}\.[a-z]{2,5}\.?", fullmatch=True)
)
def test_any_text_is_a_stable_name_or_an_error(text: str) -> None:
    try:
        name = host_name(text)
    except HostNameError:
        return
    assert host_name(name) == host_name(name.upper()) == host_name(f"{name}.") == name
    assert name.isascii()
