"""TLS as a sender speaks it, to a policy's host and to MX hosts, and what can go wrong in it."""

import os
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import aiohttp

from mta_sts.protocol.sender_errors import Certificate

FaultKind = Literal["connection", "version", "handshake", "untrusted", "expired", "early", "name"]

_BY_OPENSSL_CODE: dict[int, FaultKind] = {
    9: "early",  # X509_V_ERR_CERT_NOT_YET_VALID
    10: "expired",  # X509_V_ERR_CERT_HAS_EXPIRED
    62: "name",  # X509_V_ERR_HOSTNAME_MISMATCH
}
_TOO_OLD = {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"}


@dataclass(frozen=True)
class Fault:
    """Why there is no connection that a sender trusts.

    Attributes:
        kind: `connection`: there is none at all; `version`: only versions of TLS that are too old;
            `handshake`: it failed otherwise; the rest is wrong with the certificate.
        found: what was seen.
    """

    kind: FaultKind
    found: str


def certificate_of(peer: dict[str, Any]) -> Certificate:
    """What an accepted certificate says, in the form Python's `getpeercert` gives it."""
    issuer = dict(pair for part in peer["issuer"] for pair in part)
    return Certificate(
        names=tuple(name for kind, name in peer["subjectAltName"] if kind == "DNS"),
        issuer=issuer.get("organizationName") or issuer.get("commonName") or "unnamed",
        not_after=datetime.fromtimestamp(ssl.cert_time_to_seconds(peer["notAfter"]), UTC),
    )


def fault(error: BaseException) -> Fault:
    """What it means that connecting failed with `error`."""
    cause = _cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        kind = _BY_OPENSSL_CODE.get(cause.verify_code, "untrusted")
        return Fault(kind, f"a certificate that OpenSSL refuses: {cause.verify_message}")
    if isinstance(cause, ssl.SSLError):
        reason = cause.reason or str(cause)
        kind = "version" if reason in _TOO_OLD else "handshake"
        return Fault(kind, reason.replace("_", " ").lower())
    known = isinstance(cause, OSError) and cause.errno
    return Fault("connection", f"no connection ({os.strerror(known) if known else told(cause)})")


def told(error: BaseException) -> str:
    """What a library's exception says, on one line of bearable length."""
    return " ".join(str(error).split())[:200] or type(error).__name__


def _cause(error: BaseException) -> BaseException:
    """What aiohttp's wrappers, some of which are TLS errors by their class, were raised for."""
    while isinstance(error, aiohttp.ClientError) and error.__cause__ is not None:
        error = error.__cause__
    return error
