"""Certificates of every wrong kind."""

import ssl
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mta_sts.protocol.tls import FaultKind
from tests.protocol.servers import Trust, server_context

Make = Callable[[Trust, str], ssl.SSLContext]
"""TLS for a host of this name, with something wrong."""
Builder = x509.CertificateBuilder
NOW = datetime.now(UTC)


def good(trust: Trust, host: str) -> ssl.SSLContext:
    return trust.context(host)


def dated(begin: int, end: int) -> Make:
    """A certificate valid from `begin` to `end`, in days from now."""
    begins, ends = NOW + timedelta(days=begin), NOW + timedelta(days=end)
    return lambda trust, host: server_context(
        trust.ca.issue_cert(host, not_before=begins, not_after=ends)
    )


def named(*names: str) -> Make:
    """A certificate for other names; `HOST` in one stands for the host's, `PARENT` for what
    follows its first label."""

    def make(trust: Trust, host: str) -> ssl.SSLContext:
        parent = host.partition(".")[2]
        return trust.context(
            *(name.replace("HOST", host).replace("PARENT", parent) for name in names)
        )

    return make


def common_name_only(trust: Trust, host: str) -> ssl.SSLContext:
    return server_context(trust.ca.issue_cert(common_name=host))


def old_tls(trust: Trust, host: str) -> ssl.SSLContext:
    """A good certificate, and TLS 1.1 at most."""
    context = trust.context(host)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def by_another(_: Trust, host: str) -> ssl.SSLContext:
    return server_context(trustme.CA().issue_cert(host))


def intermediate_not_sent(trust: Trust, host: str) -> ssl.SSLContext:
    leaf = trust.ca.create_child_ca().issue_cert(host)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "alone.pem")
        file.write_bytes(leaf.private_key_pem.bytes() + leaf.cert_chain_pems[0].bytes())
        context.load_cert_chain(file)
    return context


def unchanged(builder: Builder) -> Builder:
    return builder


def built(
    change: Callable[[Builder], Builder] = unchanged, *, name: str = "", weak: bool = False
) -> Make:
    """A certificate by the CA with what trustme does not put into one."""

    def make(trust: Trust, host: str) -> ssl.SSLContext:
        issuer = x509.load_pem_x509_certificate(trust.ca.cert_pem.bytes())
        key = serialization.load_pem_private_key(trust.ca.private_key_pem.bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return _context(_signed(change, name or host, issuer.subject, key, weak=weak))

    return make


def self_signed(_: Trust, host: str) -> ssl.SSLContext:
    return _context(_signed(unchanged, host, None, None))


def _signed(
    change: Callable[[Builder], Builder],
    host: str,
    issuer: x509.Name | None,
    signer: CertificateIssuerPrivateKeyTypes | None,
    *,
    weak: bool = False,
) -> bytes:
    own: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    own = ec.generate_private_key(ec.SECP256R1())
    if weak:
        own = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- nobody takes it
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "tests")])
    builder = Builder(
        issuer_name=issuer or name,
        subject_name=name,
        public_key=own.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=NOW - timedelta(days=1),
        not_valid_after=NOW + timedelta(days=90),
    ).add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    certificate = change(builder).sign(signer or own, hashes.SHA256())
    return own.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)


def _context(pem: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")  # a server may show what no client takes
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "leaf.pem")
        file.write_bytes(pem)
        context.load_cert_chain(file)
    return context


WRONG: list[tuple[str, Make, FaultKind]] = [
    ("another name", named("other.example"), "name"),
    ("the name with a prefix", named("x.HOST"), "name"),
    ("the name without its first label", named("PARENT"), "name"),
    ("a wildcard for the top-level domain", named("*.com"), "name"),
    ("a wildcard above the name", named("*.HOST"), "name"),
    ("part of a label", built(name="m*.solarmora.com"), "name"),
    ("a common name only", common_name_only, "name"),
    ("an address only", named("127.0.0.1"), "name"),
    ("another issuer", by_another, "untrusted"),
    ("signed by itself", self_signed, "untrusted"),
    ("an intermediate that is not sent", intermediate_not_sent, "untrusted"),
    ("expired", dated(-9, -1), "expired"),
    ("not yet valid", dated(1, 9), "early"),
    (
        "for clients only",
        built(
            lambda builder: builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True
            )
        ),
        "untrusted",
    ),
    (
        "a critical extension that nobody knows",
        built(
            lambda builder: builder.add_extension(
                x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"x"), critical=True
            )
        ),
        "untrusted",
    ),
    ("a key of 1024 bits", built(weak=True), "untrusted"),
]
"""What is wrong, and what a sender says of it."""
