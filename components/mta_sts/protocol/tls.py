"""TLS as a sender speaks it to the host of a policy, and what can go wrong in it (RFC 8461 3.3)."""

import ssl
from datetime import UTC, datetime
from typing import Any

import aiohttp

from mta_sts.protocol.sender_errors import (
    Certificate,
    CertificateNameError,
    ConnectError,
    EarlyCertificateError,
    ExpiredCertificateError,
    FetchError,
    TlsError,
    TlsVersionError,
    UntrustedCertificateError,
)
from mta_sts.protocol.vantage import VantageError

_BY_OPENSSL_CODE: dict[int, type[FetchError]] = {
    9: EarlyCertificateError,  # X509_V_ERR_CERT_NOT_YET_VALID
    10: ExpiredCertificateError,  # X509_V_ERR_CERT_HAS_EXPIRED
    62: CertificateNameError,  # X509_V_ERR_HOSTNAME_MISMATCH
}
_TOO_OLD = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"}


def client_context(ca_file: str | None) -> ssl.SSLContext:
    """TLS 1.2 or later, the name checked against DNS names only.

    Args:
        ca_file: trusted roots, PEM; None is the system's.

    Raises:
        VantageError: the file cannot be read.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        raise VantageError("ca_file", ca_file, f"it is a file of PEM roots ({error})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8461 3.3
    context.hostname_checks_common_name = False  # RFC 8461 3.3
    return context


def certificate_of(peer: dict[str, Any]) -> Certificate:
    """What an accepted certificate says, in the form Python's `getpeercert` gives it."""
    issuer = dict(pair for part in peer["issuer"] for pair in part)
    return Certificate(
        names=tuple(name for kind, name in peer["subjectAltName"] if kind == "DNS"),
        issuer=issuer.get("organizationName") or issuer.get("commonName") or "unnamed",
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(peer["notAfter"]), UTC),
    )


def connection_error(url: str, error: BaseException) -> FetchError:
    """The error that a sender meets where connecting failed with `error`."""
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        kind = _BY_OPENSSL_CODE.get(cause.verify_code, UntrustedCertificateError)
        return kind(url, f"a certificate that OpenSSL refuses: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        reason = cause.reason or str(cause)
        kind = TlsVersionError if reason in _TOO_OLD else TlsError
        return kind(url, reason.replace("_", " ").lower())
    return ConnectError(url, f"no connection ({told(cause)})")


def told(error: BaseException) -> str:
    """What a library's exception says, on one line of bearable length."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def _cause(error: BaseException) -> BaseException:
    """What aiohttp's wrappers, some of which are TLS errors by their class, were raised for."""
    while isinstance(error, aiohttp.ClientError) and error.__cause__ is not None:
        error = error.__cause__
    return error
