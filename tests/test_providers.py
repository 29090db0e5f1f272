"""Patterns that the customers of a provider use."""

import pytest

from mta_sts.protocol import Policy
from mta_sts.providers import GOOGLE, MICROSOFT, is_usual, pattern_of

KNOWN = [
    ("smtp.google.com", "smtp.google.com", GOOGLE),  # since 2023
    ("aspmx.l.google.com", "aspmx.l.google.com", GOOGLE),  # older
    ("alt4.aspmx.l.google.com", "*.aspmx.l.google.com", GOOGLE),
    ("aspmx2.googlemail.com", "*.googlemail.com", GOOGLE),  # oldest
    ("example-com.mail.protection.outlook.com", "*.mail.protection.outlook.com", MICROSOFT),
    ("example-com.o-v1.mx.microsoft", "*.o-v1.mx.microsoft", MICROSOFT),  # one label deeper
]
OTHERS = [
    "in1-smtp.messagingengine.com",  # listed by name, by its customers
    "mail.protonmail.ch",
    "smtp.google.com.example",  # somebody else's
    "xsmtp.google.com",
    "a.alt1.aspmx.l.google.com",  # a star stands for one label
    "mail.protection.outlook.com",
    "example-com.a.o-v1.mx.microsoft",
    "o-v1.mx.microsoft",
    "mx.microsoft",
    "*.mx.microsoft",  # matches none of its hosts
]


@pytest.mark.parametrize(("host", "pattern", "provider"), KNOWN)
def test_a_provider(host: str, pattern: str, provider: str) -> None:
    assert pattern_of(host) == (pattern, provider)
    assert Policy(mode="testing", mx=[pattern], max_age=604800).matches(host)
    assert is_usual(pattern)


@pytest.mark.parametrize("host", OTHERS)
def test_a_host_of_others(host: str) -> None:
    assert pattern_of(host) is None
    assert not is_usual(host)


def test_a_host_is_no_pattern_of_all() -> None:
    assert not is_usual("alt1.aspmx.l.google.com")
