"""Where a sender looks from: its resolver, trust, clock and patience."""

import ipaddress
import logging
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

_log = logging.getLogger(__name__)


class VantageError(ValueError):
    """A setting that a sender cannot look from. The caller mends it.

    Attributes:
        setting: its name.
        found: its value.
        rule: what is allowed.
    """

    def __init__(self, setting: str, found: object, rule: str) -> None:
        super().__init__(setting, found, rule)
        self.setting = setting
        self.found = found
        self.rule = rule

    def __str__(self) -> str:
        return f"{self.setting}: found {self.found!r}; {self.rule}"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Vantage:
    """Where a sender looks from.

    Attributes:
        dns: IP address and port of the resolver; None is the system's. Authoritative servers are
            asked at the same port, else at 53.
        ca_file: trusted roots, PEM; None is the system's.
        https_port: where HTTPS servers listen.
        smtp_port: where MX hosts listen.
        timeout: seconds for a whole fetch, once the addresses are known (RFC 8461 3.3 suggests a
            minute), and for all that is said to an MX host.
        dns_timeout: seconds for one question to DNS, with all it takes to answer it.
        authoritative: ask each zone's authoritative servers instead of the resolver's cache.
        clock: tells the time, UTC, that observations bear. Certificates are judged by the
            machine's own clock, as OpenSSL takes no other.
    """

    dns: tuple[str, int] | None = None
    ca_file: str | None = None
    https_port: int = 443
    smtp_port: int = 25
    timeout: float = 60.0
    dns_timeout: float = 10.0
    authoritative: bool = False
    clock: Callable[[], datetime] = _now

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, **overrides: Any
    ) -> "Vantage":
        """The vantage that the environment describes.

        Args:
            environment: `MTA_STS_DNS` (address:port of the resolver), `MTA_STS_CA_FILE`,
                `MTA_STS_HTTPS_PORT`, and `MTA_STS_NOW` (RFC 3339), at which the clock then stands
                still; what is unset or empty keeps its default.
            overrides: fields that count more than the environment.

        Raises:
            VantageError: a variable has a value it cannot have.
        """
        fields: dict[str, Any] = {}
        if dns := environment.get("MTA_STS_DNS"):
            fields["dns"] = _server(dns)
        if ca_file := environment.get("MTA_STS_CA_FILE"):
            fields["ca_file"] = ca_file
        if port := environment.get("MTA_STS_HTTPS_PORT"):
            fields["https_port"] = _port("MTA_STS_HTTPS_PORT", port, port)
        if now := environment.get("MTA_STS_NOW"):
            fields["clock"] = _still(now)
        return cls(**{**fields, **overrides})

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """TLS 1.2 or later to trusted hosts, the name checked against DNS names only. One for all
        that is asked from here: reading the roots takes longer than a handshake.

        Raises:
            VantageError: the CA file cannot be read.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ValueError) as error:
            rule = f"it is a file of PEM roots ({error})"
            raise VantageError("ca_file", self.ca_file, rule) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8461 3.3
        context.hostname_checks_common_name = False  # RFC 8461 3.3
        return context


def _server(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    try:
        address = str(ipaddress.ip_address(host.removeprefix("[").removesuffix("]")))
    except ValueError:
        colon = ""
    if not colon:
        raise VantageError("MTA_STS_DNS", text, "it is address:port, such as 127.0.0.1:5353")
    return address, _port("MTA_STS_DNS", text, port)


def _port(setting: str, text: str, port: str) -> int:
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise VantageError(setting, text, "a port is a number from 1 to 65535")
    return int(port)


def _still(text: str) -> Callable[[], datetime]:
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        rule = "it is a time with its offset, such as 2026-01-31T12:00:00Z (RFC 3339 5.6)"
        raise VantageError("MTA_STS_NOW", text, rule)
    _log.warning("the clock stands still at %s, as MTA_STS_NOW says", moment.isoformat())
    utc = moment.astimezone(UTC)
    return lambda: utc
