import pytest
from checkdmarc.smtp_tls_reporting import (  # type: ignore[import-untyped]
    parse_smtp_tls_reporting_record,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.protocol import errors
from mta_sts.protocol.tlsrpt import TlsRpt, TlsRptError, all_lie_on, rua_of


def test_what_is_published() -> None:
    addresses = ["mailto:tls-reports@solarmora.com", "https://reports.example/v1"]
    text = "v=TLSRPTv1; rua=mailto:tls-reports@solarmora.com,https://reports.example/v1"
    assert TlsRpt(rua=addresses).render() == text
    assert TlsRpt.parse(text) == TlsRpt(rua=addresses)
    assert parse_smtp_tls_reporting_record(text)["tags"]["rua"]["value"] == addresses


@pytest.mark.parametrize(
    ("given", "rua"),
    [
        ("mailto:a@solarmora.com", "mailto:a@solarmora.com"),
        ("MAILTO:A@Solarmora.COM", "mailto:A@solarmora.com"),  # a mailbox's name may have case
        ("mailto:a@Bücher.example", "mailto:a@xn--bcher-kva.example"),
        ("mailto:a,b!c;d@solarmora.com", "mailto:a%2Cb%21c%3Bd@solarmora.com"),
        ("mailto:a%2Cb@solarmora.com", "mailto:a%2Cb@solarmora.com"),
        ("mailto:a@solarmora.com?subject=x", "mailto:a@solarmora.com?subject=x"),
        ("https://Reports.example/v1?a=b;c", "https://reports.example/v1?a=b%3Bc"),
        ("HTTPS://reports.example:443/", "https://reports.example/"),
        ("https://reports.example:8443", "https://reports.example:8443"),
    ],
)
def test_good_addresses(given: str, rua: str) -> None:
    assert rua_of(given) == rua_of(rua) == rua
    assert TlsRpt.parse(TlsRpt(rua=[given]).render()).rua == (rua,)


SCHEME = "rua is a mailto: or https: address (RFC 8460 3)"
MAILBOX = "mailto: is followed by a mailbox (RFC 3986 2)"
ASCII = "a URI is ASCII without spaces; others are percent-encoded (RFC 3986 2)"
PLAIN = "an https: address has no user and no fragment (RFC 3986 2)"


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", SCHEME),
        ("a@solarmora.com", SCHEME),  # no scheme
        ("http://reports.example/", SCHEME),  # only mailto and https
        ("ftp://reports.example/", SCHEME),
        ("mailto:", MAILBOX),
        ("mailto:a", MAILBOX),
        ("mailto:@solarmora.com", MAILBOX),
        (
            "mailto:a@localhost",
            f"{SCHEME}; a host name has at least two labels (RFC 5321 2.3.5)",
        ),
        ("mailto:a@192.0.2.1", f"{SCHEME}; a host name is no IP address (RFC 1123 2.1)"),
        ("mailto:a b@solarmora.com", ASCII),
        ("mailto:ü@solarmora.com", ASCII),
        ("mailto:a%zz@solarmora.com", ASCII),
        ("https:reports.example", SCHEME),
        ("https://", f"{SCHEME}; no label is empty (RFC 1035 2.3.1)"),
        ("https:///x", f"{SCHEME}; no label is empty (RFC 1035 2.3.1)"),
        ("https://user@reports.example/", PLAIN),
        ("https://:password@reports.example/", PLAIN),
        ("https://reports.example/#x", PLAIN),
        ("https://reports.example:99999/", "Port out of range 0-65535 (RFC 3986 2)"),
        ("https://reports.example/a b", ASCII),
        ("https://reports.example/\n", SCHEME),
        ("https://[::1/", "Invalid IPv6 URL (RFC 3986 2)"),
        (None, SCHEME),
        (5, SCHEME),
    ],
)
def test_bad_addresses(value: object, rule: str) -> None:
    with pytest.raises(errors.RuaError) as raised:
        rua_of(value)
    assert (raised.value.where, raised.value.found) == ("rua", value)
    assert raised.value.rule == rule


def test_an_at_sign_in_the_local_part_stays_there() -> None:
    assert rua_of("mailto:a@b@solarmora.com") == "mailto:a@b@solarmora.com"


def test_addresses_stay_in_order_and_come_once() -> None:
    assert TlsRpt(rua=["mailto:b@x.example", "mailto:a@x.example", "mailto:b@X.example"]).rua == (
        "mailto:b@x.example",
        "mailto:a@x.example",
    )


def test_a_record_has_addresses() -> None:
    with pytest.raises(errors.RuaMissingError) as missing:
        TlsRpt(rua=[])
    assert str(missing.value) == "rua: found (); rua names at least one address (RFC 8460 3)"
    with pytest.raises(errors.RuaError) as text:
        TlsRpt(rua="mailto:a@x.example")
    assert str(text.value) == (
        "rua: found 'mailto:a@x.example'; rua is a list of addresses (RFC 8460 3)"
    )


@pytest.mark.parametrize(
    "text",
    [
        "v=TLSRPTv1;rua=mailto:a@x.example",
        "v=TLSRPTv1; rua=mailto:a@x.example;",
        "v=TLSRPTv1 ;\trua=mailto:a@x.example ; ",
        "v=TLSRPTv1; x=y; rua=mailto:a@x.example",  # an unknown field
    ],
)
def test_good_records(text: str) -> None:
    assert TlsRpt.parse(text).rua == ("mailto:a@x.example",)


def test_white_space_around_commas_is_read() -> None:
    text = "v=TLSRPTv1; rua=mailto:a@x.example , https://x.example/?a=b"
    assert TlsRpt.parse(text).rua == ("mailto:a@x.example", "https://x.example/?a=b")


@pytest.mark.parametrize(
    ("text", "kind", "where", "found"),
    [
        ("", errors.TlsRptVersionError, "record", ""),
        ("v=TLSRPTv1", errors.TlsRptVersionError, "record", "v=TLSRPTv1"),
        *(
            (text, errors.TlsRptVersionError, "record", text)
            for text in (
                "v=tlsrptv1; rua=mailto:a@x.example",
                "rua=mailto:a@x.example; v=TLSRPTv1",
            )
        ),
        ("v=TLSRPTv1;", errors.RuaMissingError, "rua", ()),
        ("v=TLSRPTv1; ruf=mailto:a@x.example", errors.RuaMissingError, "rua", ()),
        ("v=TLSRPTv1; rua=", errors.RuaError, "rua", ""),
        ("v=TLSRPTv1; rua=mailto:a@x.example,", errors.RuaError, "rua", ""),
        ("v=TLSRPTv1; rua", errors.TlsRptFieldError, "field 2", "rua"),
        ("v=TLSRPTv1; rua=mailto:a@x.example;;", errors.TlsRptFieldError, "field 3", ""),
        (
            "v=TLSRPTv1; rua =mailto:a@x.example",
            errors.TlsRptFieldError,
            "field 2",
            "rua =mailto:a@x.example",
        ),
    ],
)
def test_bad_records(text: str, kind: type[TlsRptError], where: str, found: object) -> None:
    with pytest.raises(TlsRptError) as raised:
        TlsRpt.parse(text)
    assert type(raised.value) is kind
    assert (raised.value.where, raised.value.found) == (where, found)
    assert raised.value.rule == kind.rule


GOOD_RECORD = "v=TLSRPTv1; rua=mailto:a@x.example"


def test_senders_select_the_one_record() -> None:
    others = ["v=spf1 -all", "v=TLSRPTv2; rua=x", "v=TLSRPTv1 ; rua=x"]
    assert TlsRpt.select([*others, GOOD_RECORD]).rua == ("mailto:a@x.example",)


@pytest.mark.parametrize(
    ("texts", "kind", "where", "found"),
    [
        ([], errors.NoTlsRptError, "TXT", []),
        (["v=spf1 -all"], errors.NoTlsRptError, "TXT", ["v=spf1 -all"]),
        (
            [GOOD_RECORD, "v=spf1", "v=TLSRPTv1; broken"],
            errors.SeveralTlsRptError,
            "TXT",
            [GOOD_RECORD, "v=TLSRPTv1; broken"],
        ),
        (["v=TLSRPTv1; broken"], errors.TlsRptFieldError, "field 2", "broken"),
    ],
)
def test_nothing_to_select(
    texts: list[str], kind: type[TlsRptError], where: str, found: object
) -> None:
    with pytest.raises(TlsRptError) as raised:
        TlsRpt.select(texts)
    assert type(raised.value) is kind
    assert (raised.value.where, raised.value.found) == (where, found)


AT_HOME = [
    (["mailto:tls@x.example"], True),
    (["mailto:tls@mail.x.example", "https://x.example/tls"], True),
    (["mailto:tls@x.example?subject=a@b.example"], True),
    (["mailto:tls@x.example", "mailto:tls@y.example"], False),
    (["https://y.example/x.example"], False),
    (["mailto:tls@notx.example"], False),
    (["mailto:tls@y.example?cc=a@x.example"], False),
    (["mailto:a@y.example@x.example"], True),
]


@pytest.mark.parametrize(("addresses", "at_home"), AT_HOME)
def test_addresses_on_the_reported_domain(addresses: list[str], at_home: bool) -> None:
    assert all_lie_on("x.example", addresses) is at_home


PIECES = st.sampled_from(
    [
        "v=TLSRPTv1",
        "; ",
        ";",
        "rua=",
        "mailto:",
        "a@x.example",
        "https://",
        "x.example/",
        ",",
        "%",
        " ",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_a_record_or_its_error(text: str) -> None:
    try:
        record = TlsRpt.parse(text)
    except TlsRptError:
        return
    assert TlsRpt.parse(record.render()) == record


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30),
    st.sampled_from(["mailto:a@x.example?", "https://x.example/", "mailto:", ""]),
)
def test_any_address_is_stable_or_an_error(text: str, start: str) -> None:
    try:
        rua = rua_of(start + text)
    except errors.RuaError:
        return
    assert rua_of(rua) == rua
    assert not set(rua.split(":", 1)[1]) & set(",!; ")
