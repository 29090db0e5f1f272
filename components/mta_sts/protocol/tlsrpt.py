"""The TXT record `_smtp._tls.<domain>`: where senders report to about TLS (RFC 8460 3).

An example of the RFC: `v=TLSRPTv1; rua=mailto:reports@example.com`
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from mta_sts.protocol.errors import (
    HostNameError,
    NoTlsRptError,
    RuaError,
    RuaMissingError,
    SeveralTlsRptError,
    TlsRptError,
    TlsRptFieldError,
    TlsRptVersionError,
)
from mta_sts.protocol.names import host_name

__all__ = ["TlsRpt", "TlsRptError", "all_lie_on", "rua_of"]

_DELIMITER = re.compile(r"[ \t]*;[ \t]*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_FIELD = re.compile(r"([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([\x20-\x3a\x3c-\x7e]*)")
_URI = re.compile(r"(?:[!#$&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]|%[0-9A-Fa-f]{2})+")
_RESERVED = {character: quote(character) for character in ",!;"}


@dataclass(frozen=True, init=False)
class TlsRpt:
    """A TLS reporting record. `rua` are the addresses, in the order given, each once."""

    rua: tuple[str, ...]

    def __init__(self, *, rua: Iterable[str]) -> None:
        """Check and normalise.

        Args:
            rua: `mailto:` and `https:` addresses; `,` `!` `;` in one are percent-encoded.

        Raises:
            RuaError: one is no such address.
            RuaMissingError: there is none.
        """
        if isinstance(rua, str):
            raise RuaError(rua, "rua", "rua is a list of addresses (RFC 8460 3)")
        addresses = tuple(dict.fromkeys(rua_of(address) for address in rua))
        if not addresses:
            raise RuaMissingError((), "rua")
        object.__setattr__(self, "rua", addresses)

    @classmethod
    def parse(cls, text: str) -> "TlsRpt":
        """The record that `text` is: the joined strings of one TXT record.

        Unknown fields are ignored.

        Raises:
            TlsRptVersionError, TlsRptFieldError, RuaError, RuaMissingError: what it breaks.
        """
        version, *fields = _DELIMITER.split(text)
        if version != "v=TLSRPTv1" or not fields:
            raise TlsRptVersionError(text, "record")
        if not fields[-1]:
            fields.pop()  # the grammar lets a delimiter end the record (RFC 8460 3)
        addresses: list[str] = []
        for number, field in enumerate(fields, start=2):
            parts = _FIELD.fullmatch(field)
            if not parts:
                raise TlsRptFieldError(field, f"field {number}")
            if parts[1] == "rua":
                addresses += _COMMA.split(parts[2])
        return cls(rua=addresses)

    @classmethod
    def select(cls, texts: Iterable[str]) -> "TlsRpt":
        """The record that senders use, of all the TXT records at a name (RFC 8460 3).

        Raises:
            NoTlsRptError: none starts with `v=TLSRPTv1;`.
            SeveralTlsRptError: more than one does.
            TlsRptError: the one that does is wrong, see `parse`.
        """
        every = list(texts)
        candidates = [text for text in every if text.startswith("v=TLSRPTv1;")]
        if not candidates:
            raise NoTlsRptError(every, "TXT")
        if len(candidates) > 1:
            raise SeveralTlsRptError(candidates, "TXT")
        return cls.parse(candidates[0])

    def render(self) -> str:
        """The text to publish. No space around commas: some senders do not take it off."""
        return f"v=TLSRPTv1; rua={','.join(self.rua)}"


def rua_of(value: object) -> str:
    """The address `value` in its one spelling: host as `host_name` gives it, `,` `!` `;` encoded.

    Raises:
        RuaError: it is no `mailto:` or `https:` URI (RFC 8460 3).
    """
    if not isinstance(value, str) or not value.isprintable():
        raise RuaError(value, "rua")
    scheme, _, rest = value.partition(":")
    try:
        if scheme.lower() == "mailto":
            address = _mailto(rest)
        elif scheme.lower() == "https" and rest.startswith("//"):
            address = _https(value)
        else:
            raise RuaError(value, "rua")
    except HostNameError as error:
        raise RuaError(value, "rua", f"{RuaError.rule}; {error.rule}") from None
    except _NotUriError as error:
        raise RuaError(value, "rua", f"{error} (RFC 3986 2)") from None
    encoded = "".join(_RESERVED.get(character, character) for character in address)
    if not _URI.fullmatch(encoded):
        rule = "a URI is ASCII without spaces; others are percent-encoded (RFC 3986 2)"
        raise RuaError(value, "rua", rule)
    return encoded


def all_lie_on(domain: str, addresses: Iterable[str]) -> bool:
    """Whether every address, in its one spelling, is of a host at or below `domain`."""
    hosts = [
        address.partition("?")[0].rpartition("@")[2]
        if address.startswith("mailto:")
        else urlsplit(address).hostname or ""
        for address in addresses
    ]
    return all(host == domain or host.endswith(f".{domain}") for host in hosts)


class _NotUriError(Exception):
    """What follows the scheme is not as the scheme has it."""


def _mailto(rest: str) -> str:
    mailbox, question, headers = rest.partition("?")
    local, at, domain = mailbox.rpartition("@")
    if not local or not at:
        raise _NotUriError("mailto: is followed by a mailbox")
    return f"mailto:{local}@{host_name(domain)}{question}{headers}"


def _https(value: str) -> str:
    try:
        parts = urlsplit(value)
        port = "" if parts.port in (None, 443) else f":{parts.port}"
    except ValueError as error:
        raise _NotUriError(str(error)) from None
    if parts.username is not None or parts.fragment:
        raise _NotUriError("an https: address has no user and no fragment")
    query = f"?{parts.query}" if parts.query else ""
    return f"https://{host_name(parts.hostname or '')}{port}{parts.path}{query}"
