import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.protocol.names import HostNameError, host_name

LONGEST_LABEL = "a" * 63
LONGEST_NAME = ".".join([LONGEST_LABEL] * 3 + ["a" * 61])


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
        ("", "no label is empty"),
        (".", "no label is empty"),
        ("a..example", "no label is empty"),
        (".example.com", "no label is empty"),
        ("example.com..", "no label is empty"),
        ("localhost", "at least two labels"),
        ("192.0.2.1", "no IP address"),
        ("2001:db8::1", "no IP address"),
        ("[2001:db8::1]", "no IP address"),
        ("[192.0.2.1]", "no IP address"),
        ("１９２.０.２.１", "no IP address"),  # full width
        ("mail.1", "no IP address"),  # no top-level domain is a number
        ("https://solarmora.com", "no URL"),
        ("solarmora.com/x", "no URL"),
        ("postmaster@solarmora.com", "no address"),
        ("*.solarmora.com", "first label of an mx"),
        ("a_b.example", "letters, digits and inner hyphens"),
        ("_mta-sts.example.com", "letters, digits and inner hyphens"),
        ("-a.example", "letters, digits and inner hyphens"),
        ("a-.example", "letters, digits and inner hyphens"),
        (" solarmora.com", "letters, digits and inner hyphens"),
        ("solarmora.com\n", "letters, digits and inner hyphens"),
        ("solarmora.com:25", "letters, digits and inner hyphens"),
        ("bü_cher.example", "not IDNA"),
        ("\u2665.example", "not IDNA"),  # a heart is no letter
        ("xn--a.example", "A-label"),  # punycode of nothing
        ("xn--\x7f.example", "A-label"),
        ("a" * 64 + ".example", "at most 63"),
        ("ü" * 64 + ".example", "at most 63"),
        ("ü" * 60 + ".example", "not IDNA"),  # 63 as it stands, more as an A-label
        (LONGEST_NAME + "a", "at most 253"),
    ],
)
def test_bad(text: str, rule: str) -> None:
    with pytest.raises(HostNameError) as raised:
        host_name(text)
    assert rule in raised.value.rule
    assert raised.value.found == text
    assert str(raised.value).startswith("name: found ")


@pytest.mark.parametrize("value", [None, 5, b"solarmora.com", ["solarmora.com"]])
def test_what_is_no_text(value: object) -> None:
    with pytest.raises(HostNameError, match="a host name is text"):
        host_name(value)  # type: ignore[arg-type]


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
