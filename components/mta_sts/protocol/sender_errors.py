"""The ways in which a sender's look at a domain can fail.

A sender that meets one keeps to the policy it has cached, unless that has expired (RFC 8461 3.3).
A caller that waits for something to appear tries again; others show the message, which says what
was asked, what was found, and the rule.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


class SenderError(Exception):
    """Base of all that the other side can do wrong, or fail to do."""


class DnsError(SenderError):
    """Base: DNS gave no answer that can be used. That there is no such name or record is an
    answer, not an error.

    Attributes:
        name: what was asked for.
        kind: the record type asked for.
        found: what came instead of an answer, server by server.
    """

    rule = "DNS has no usable answer"

    def __init__(self, name: str, kind: str, found: str) -> None:
        super().__init__(name, kind, found)
        self.name = name
        self.kind = kind
        self.found = found

    def __str__(self) -> str:
        return f"{self.name} {self.kind}: {self.rule}: {self.found}"


class DnsTimeoutError(DnsError):
    """No server answered in time."""

    rule = "no server answered in time"


class DnsFailedError(DnsError):
    """Every server refused, failed (SERVFAIL), answered what cannot be read, or is unreachable."""

    rule = "every server failed"


class DnsChainError(DnsError):
    """CNAMEs that lead in a circle, or on for too long."""

    rule = "its CNAMEs lead nowhere within 16 steps"


class DnsTooLargeError(DnsError):
    """An answer with thousands of records, which is not read."""

    rule = "an answer has at most 1000 records"


class DnsZoneError(DnsError):
    """The authoritative servers cannot be found."""

    rule = "its zone has no servers that can be asked"


class DnsNameError(DnsError):
    """What was asked for is no DNS name."""

    rule = "it is no DNS name"


@dataclass(frozen=True)
class Certificate:
    """What a server's certificate says. Only certificates that were accepted are read."""

    names: tuple[str, ...]
    """DNS names it is for, as they stand in it."""
    issuer: str
    not_after: datetime
    """When it expires, UTC."""


class FetchError(SenderError):
    """Base: no policy came over HTTPS.

    Attributes:
        url: what was fetched.
        found: what was seen instead of a policy.
        address: where the connection led, once it stood.
        certificate: the server's, once it was accepted.
    """

    what: Literal["address", "certificate", "https"] = "https"
    rule = "a policy is served there (RFC 8461 3.3)"

    def __init__(
        self,
        url: str,
        found: str,
        *,
        address: str | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(url, found)
        self.url = url
        self.found = found
        self.address = address
        self.certificate = certificate

    def __str__(self) -> str:
        return f"{self.url}: found {self.found}; {self.rule}"


class NoAddressError(FetchError):
    """DNS has no address for the policy's host."""

    what = "address"
    rule = "the host of a policy has an address (RFC 8461 3.3)"


class ConnectError(FetchError):
    """No connection: refused, unreachable, or closed while it was made."""

    rule = "the host takes HTTPS connections (RFC 8461 3.3)"


class FetchTimeoutError(FetchError):
    """The whole answer did not come in time, however much of it did."""

    rule = "a fetch ends in time (RFC 8461 3.3 suggests a minute)"


class TlsVersionError(FetchError):
    """The server speaks only versions of TLS that are too old."""

    what = "certificate"
    rule = "TLS is 1.2 or later (RFC 8461 3.3, RFC 9325 3.1.1)"


class TlsError(FetchError):
    """The TLS handshake failed for another reason: often, no certificate for this name, or plain
    HTTP on the port."""

    what = "certificate"
    rule = "the TLS handshake succeeds (RFC 8461 3.3)"


class CertificateError(FetchError):
    """Base of what is wrong with a certificate."""

    what = "certificate"


class UntrustedCertificateError(CertificateError):
    """Its issuer is not trusted, or an intermediate certificate was not sent."""

    rule = "the certificate chains to a trusted root (RFC 8461 3.3)"


class ExpiredCertificateError(CertificateError):
    """Its time is over."""

    rule = "the certificate has not expired (RFC 8461 3.3)"


class EarlyCertificateError(CertificateError):
    """Its time has not come."""

    rule = "the certificate is valid already (RFC 5280 6.1.3)"


class CertificateNameError(CertificateError):
    """It is for other names. A common name does not count."""

    rule = "the certificate has the policy's host as a DNS name (RFC 8461 3.3)"


class RedirectError(FetchError):
    """A redirect; `location` is where to. Senders do not follow it."""

    rule = "redirects are not followed (RFC 8461 3.3)"

    def __init__(
        self, url: str, found: str, location: str, address: str, certificate: Certificate
    ) -> None:
        super().__init__(url, found, address=address, certificate=certificate)
        self.location = location


class StatusError(FetchError):
    """A status other than 200; `status` is which."""

    rule = "the status is 200 (RFC 8461 3.3)"

    def __init__(self, url: str, status: int, address: str, certificate: Certificate) -> None:
        super().__init__(url, f"status {status}", address=address, certificate=certificate)
        self.status = status


class ChallengeError(FetchError):
    """Cloudflare turns senders away, or asks them to prove that a person sits there."""

    rule = (
        "senders are no browsers, and get the policy without a check: turn Browser Integrity Check "
        "off for this name by a configuration rule, Bot Fight Mode off for the zone, and leave the "
        "name out of its firewall rules"
    )


class MediaTypeError(FetchError):
    """Another media type, or none."""

    rule = "the media type is text/plain (RFC 8461 3.2)"


class EncodingError(FetchError):
    """A compressed body, which was not asked for."""

    rule = "the body is not encoded, as the request asks for (RFC 9110 12.5.3)"


class BodyTooLargeError(FetchError):
    """More bytes than senders read."""

    rule = "a policy is at most 65536 bytes long (RFC 8461 3.3)"


class HttpError(FetchError):
    """What came is not HTTP, or the connection closed before the answer was whole."""

    rule = "the answer is whole and HTTP/1.1 (RFC 9112)"
