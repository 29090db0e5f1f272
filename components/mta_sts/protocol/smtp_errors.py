"""The ways in which an MX host can fail a sender that wants verified TLS (RFC 8461 4).

Under `enforce` a sender that meets one goes on to the next host, and keeps the mail if there is
none; in `testing` it delivers and reports (RFC 8461 5).
"""

from mta_sts.protocol.sender_errors import SenderError


class SmtpError(SenderError):
    """Base: no verified TLS to an MX host.

    Attributes:
        host: its name.
        address: where it was looked for.
        found: what was seen instead.
    """

    rule = "an MX host takes mail over verified TLS (RFC 8461 4)"

    def __init__(self, host: str, address: str, found: str) -> None:
        super().__init__(host, address, found)
        self.host = host
        self.address = address
        self.found = found

    def __str__(self) -> str:
        return f"{self.host} at {self.address}: found {self.found}; {self.rule}"


class SmtpConnectError(SmtpError):
    """No connection: refused, unreachable, silent, or closed while it was made. Many networks let
    nobody out to port 25."""

    rule = "the host takes SMTP connections (RFC 5321 3.1)"


class SmtpTimeoutError(SmtpError):
    """The connection stands, but not all that should be said over it was said in time."""

    rule = "an SMTP session goes on in time (RFC 5321 4.5.3.2)"


class SmtpReplyError(SmtpError):
    """What came is not SMTP, has no end, or ends too early."""

    rule = (
        "a reply is at most 100 lines of at most 1000 bytes, each starting with one code "
        "(RFC 5321 4.2)"
    )


class SmtpRefusedError(SmtpError):
    """The server wants no mail, or not from here."""

    rule = "the host greets with 220 and answers EHLO with 250 (RFC 5321 3.1 and 3.2)"


class NoStartTlsError(SmtpError):
    """The server does not offer TLS, or not when it is asked for it."""

    rule = "the host supports STARTTLS (RFC 8461 4.2, RFC 3207)"


class InjectionError(SmtpError):
    """Something came after the answer to STARTTLS and before TLS: the server, or somebody on the
    way to it, would have it taken for what came over TLS."""

    rule = "nothing is sent between the answer to STARTTLS and the handshake (RFC 3207 4.2)"


class SmtpTlsVersionError(SmtpError):
    """The server speaks only versions of TLS that are too old."""

    rule = "TLS is 1.2 or later (RFC 9325 3.1.1)"


class SmtpTlsError(SmtpError):
    """The TLS handshake failed for another reason."""

    rule = "the TLS handshake succeeds (RFC 8461 4.2)"


class MxUntrustedError(SmtpError):
    """The certificate's issuer is not trusted, or an intermediate certificate was not sent."""

    rule = "the certificate chains to a trusted root (RFC 8461 4.2)"


class MxExpiredError(SmtpError):
    """The certificate's time is over."""

    rule = "the certificate has not expired (RFC 8461 4.2)"


class MxEarlyError(SmtpError):
    """The certificate's time has not come."""

    rule = "the certificate is valid already (RFC 5280 6.1.3)"


class MxNameError(SmtpError):
    """The certificate is for other names. A common name does not count."""

    rule = "the certificate has the MX host's name as a DNS name (RFC 8461 4.2)"
