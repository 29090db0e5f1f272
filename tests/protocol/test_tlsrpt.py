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


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a@solarmora.com",  # no scheme
        "http://reports.example/",  # only mailto and https
        "ftp://reports.example/",
        "mailto:",
        "mailto:a",
        "mailto:@solarmora.com",
        "mailto:a@localhost",
        "mailto:a@192.0.2.1",
        "mailto:a b@solarmora.com",
        "mailto:ü@solarmora.com",
        "mailto:a%zz@solarmora.com",
        "https:reports.example",
        "https://",
        "https:///x",
        "https://user@reports.example/",
        "https://reports.example/#x",
        "https://reports.example:99999/",
        "https://reports.example/a b",
        "https://reports.example/\n",
        "https://[::1/",
        None,
        5,
    ],
)
def test_bad_addresses(value: object) -> None:
    with pytest.raises(errors.RuaError) as raised:
        rua_of(value)
    assert raised.value.found == value


def test_addresses_stay_in_order_and_come_once() -> None:
    assert TlsRpt(rua=["mailto:b@x.example", "mailto:a@x.example", "mailto:b@X.example"]).rua == (
        "mailto:b@x.example",
        "mailto:a@x.example",
    )


def test_a_record_has_addresses() -> None:
    with pytest.raises(errors.RuaMissingError):
        TlsRpt(rua=[])
    with pytest.raises(errors.RuaError, match="list"):
        TlsRpt(rua="mailto:a@x.example")


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
    ("text", "kind"),
    [
        ("", errors.TlsRptVersionError),
        ("v=TLSRPTv1", errors.TlsRptVersionError),
        ("v=tlsrptv1; rua=mailto:a@x.example", errors.TlsRptVersionError),
        ("rua=mailto:a@x.example; v=TLSRPTv1", errors.TlsRptVersionError),
        ("v=TLSRPTv1;", errors.RuaMissingError),
        ("v=TLSRPTv1; ruf=mailto:a@x.example", errors.RuaMissingError),
        ("v=TLSRPTv1; rua=", errors.RuaError),
        ("v=TLSRPTv1; rua=mailto:a@x.example,", errors.RuaError),
        ("v=TLSRPTv1; rua", errors.TlsRptFieldError),
        ("v=TLSRPTv1; rua=mailto:a@x.example;;", errors.TlsRptFieldError),
        ("v=TLSRPTv1; rua =mailto:a@x.example", errors.TlsRptFieldError),
    ],
)
def test_bad_records(text: str, kind: type[TlsRptError]) -> None:
    with pytest.raises(TlsRptError) as raised:
        TlsRpt.parse(text)
    assert type(raised.value) is kind


AT_HOME = [
    (["mailto:tls@x.example"], True),
    (["mailto:tls@mail.x.example", "https://x.example/tls"], True),
    (["mailto:tls@x.example?subject=a@b.example"], True),
    (["mailto:tls@x.example", "mailto:tls@y.example"], False),
    (["https://y.example/x.example"], False),
    (["mailto:tls@notx.example"], False),
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
