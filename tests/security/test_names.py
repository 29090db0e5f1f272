"""No name from a configuration gets out of the path, key, record or URL that it is put into."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mta_sts
from mta_sts import checks
from mta_sts.hosts.recorded import file_key
from mta_sts.problems import ArgumentError
from mta_sts.protocol import Policy, PolicyError
from mta_sts.protocol.names import HostNameError, host_name
from mta_sts.protocol.policy import policy_url
from mta_sts.protocol.tlsrpt import TlsRpt, TlsRptError

SOURCES = [*Path(mta_sts.__file__).parent.rglob("*.py")]
DANGEROUS = re.compile(
    r"\b(subprocess|popen|pickle|marshal|shelve|extractall|extract)\b|os\.system|"
    r"(?<![\w.])(eval|exec)\(|yaml\.load\((?!data, _Once\))|"
    r"shell=True|autoescape=False|verify=False|CERT_NONE"
)
"""`_Once` is a loader that is safe: domains_file.py."""
NAME = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
BREAKING = [
    "../../etc/passwd",
    "a.example/../b.example",
    "a.example/.well-known",
    "a.example\\b",
    "a.example%2f..%2fb.example",
    "a.example?versionId=1",
    "a.example#b",
    "a.example:443",
    "user@a.example",
    "a.example\r\nSet-Cookie: x=1",
    "a.example\nmx: evil.example",
    "a.example\x00.b.example",
    "a.example;id=1",
    'a.example" "v=spf1',
    "$(id).example",
    "`id`.example",
    "a.example; rm -rf /",
    "a.example | id",
    "${PATH}.example",
    "{{7*7}}.example",
    "<script>.example",
    "' or 1=1 --.example",
    "*.example.com",
    "_mta-sts.example.com",
    "a..example",
    "",
    " ",
    "a." * 130 + "example",
    "ａ／ｂ.example",  # full width: a slash once it is mapped
    "a。。example",
    "‮a.example",
]


@pytest.mark.parametrize("text", BREAKING)
def test_a_name_that_would_break_out(text: str) -> None:
    with pytest.raises(HostNameError):
        host_name(text)
    with pytest.raises(PolicyError):
        Policy(mode="testing", mx=[text if text != "*.example.com" else "**"], max_age=1)
    given = {text: {"mode": "testing", "mx": ["a.example"], "zone": "route53"}}
    with pytest.raises(ArgumentError):
        checks.stack_domains(given)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=40)
    | st.from_regex(r"[a-z0-9./\\?#%@:*_ \n\x00-]{1,30}\.example", fullmatch=True)
)
def test_any_name_is_letters_digits_hyphens_and_dots(text: str) -> None:
    try:
        name = host_name(text)
    except HostNameError:
        return
    assert NAME.fullmatch(name)
    assert len(name) <= 253
    assert file_key(name) == f"mta-sts.{name}/.well-known/mta-sts.txt"
    assert re.fullmatch(r"https://mta-sts\.[a-z0-9.-]+/\.well-known/mta-sts\.txt", policy_url(name))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=20) | st.sampled_from(BREAKING), max_size=4))
def test_any_policy_has_a_line_for_each_value(mx: list[str]) -> None:
    try:
        policy = Policy(mode="testing", mx=mx, max_age=1)
    except PolicyError:
        return
    assert re.fullmatch(
        rb"version: STSv1\nmode: testing\n(mx: (\*\.)?[a-z0-9.-]+\n)+max_age: 1\n", policy.render()
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=30).map("mailto:a@x.example?".__add__), max_size=3))
def test_any_reporting_record_is_one_record(addresses: list[str]) -> None:
    try:
        text = TlsRpt(rua=addresses).render()
    except TlsRptError:
        return
    assert re.fullmatch(r'v=TLSRPTv1; rua=[^;\s"]+', text)
    assert text.isascii()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_nothing_is_run_unpacked_to_a_file_or_read_unchecked(source: Path) -> None:
    """No name reaches a shell, as there is none."""
    assert DANGEROUS.findall(source.read_text()) == []
