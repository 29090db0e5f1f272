"""What each finding is called, how bad it is, and what to do about it.

docs/reference.md has the same as a table.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mta_sts.inspection.result import Finding, Severity
from mta_sts.protocol import errors as said
from mta_sts.protocol import sender_errors as sender
from mta_sts.protocol import smtp_errors as smtp
from mta_sts.words import left

EXPIRES_SOON = timedelta(days=14)


@dataclass(frozen=True)
class Kind:
    """A kind of finding.

    Attributes:
        code: its name.
        severity: how bad it is; `by mode`: an error where the policy says `enforce`, else a
            warning.
        advice: what to do.
        rule: what should hold; of kinds that are errors, the error's class says it.
    """

    code: str
    severity: Severity | None
    advice: str
    rule: str = ""

    def finding(self, message: object, mode: str | None = None) -> Finding:
        """One of these. `mode` is that of the policy, where there is one."""
        by_mode: Severity = "error" if mode == "enforce" else "warning"
        return Finding(self.code, self.severity or by_mode, str(message), self.advice)


BY_MODE = None
_RECORD = "Publish one TXT record, `v=STSv1; id=<id>;`, and nothing else at this name."
_DNS = "Look again later; if it stays, ask whoever runs the zone's name servers."
_FILE = "Mend the file: `mta-sts policy FILE` names every line that is wrong."
_HTTPS = "Serve the file itself there: status 200, text/plain, no redirect, no compression."
_RENEW = "Renew the certificate, and find out why that did not happen by itself."
_REPORTS = "Publish one TXT record, `v=TLSRPTv1; rua=mailto:<address>`, at this name."
_PORT = (
    "Look from a network that may connect to port 25. If the host is down, mail waits or goes to "
    "the next."
)

NO_NAME = Kind(
    "no-domain", "error", "Mend the name, or take it out of the list.",
    "the name is that of a mail domain (RFC 5321 2.3.5)",
)  # fmt: skip
NO_DOMAIN = Kind(
    "domain-missing", "error", "Check its spelling, and that it is registered.",
    "the domain is in DNS",
)  # fmt: skip
EXPIRING = Kind(
    "certificate-expiring", "warning", _RENEW, "the certificate has more than 14 days left"
)
MX_EXPIRING = Kind("mx-certificate-expiring", "warning", _RENEW, EXPIRING.rule)
UNCOVERED = Kind(
    "mx-uncovered", BY_MODE,
    "Add it to the policy; or take it out of DNS if it should get no mail.",
    "a pattern of the policy matches each MX host (RFC 8461 4.1)",
)  # fmt: skip
UNUSED = Kind(
    "mx-unused", "note",
    "Leave it if mail is about to go there, or went there within max_age; else take it out.",
    "each pattern of the policy matches an MX host",
)  # fmt: skip
NO_MX_ADDRESS = Kind(
    "mx-no-address", BY_MODE, "Give the host an address, or take it out of DNS.",
    "an MX host has an address (RFC 5321 5.1)",
)  # fmt: skip
MORE_MX = Kind(
    "mx-many", "unknown", "Take out of DNS what is not needed.",
    "a domain has at most 20 MX hosts; with `--smtp`, 10",
)  # fmt: skip

KINDS: dict[type[Exception], Kind] = {
    sender.DnsTimeoutError: Kind("dns-timeout", "unknown", _DNS),
    sender.DnsFailedError: Kind("dns-failed", "unknown", _DNS),
    sender.DnsZoneError: Kind("dns-zone", "unknown", _DNS),
    sender.DnsChainError: Kind("dns-chain", "error", "Point the CNAME at where the records are."),
    sender.DnsTooLargeError: Kind("dns-too-large", "error", "Take the other records away."),
    sender.DnsNameError: Kind(
        "dns-name", "error", "The domain is too long for MTA-STS: its names do not fit into DNS."
    ),
    said.NoRecordError: Kind("record-missing", "error", _RECORD),
    said.SeveralRecordsError: Kind("record-several", "error", _RECORD),
    said.RecordFieldError: Kind("record-field", "error", _RECORD),
    said.RecordIdError: Kind("record-id", "error", _RECORD),
    said.RecordIdMissingError: Kind("record-id-missing", "error", _RECORD),
    sender.NoAddressError: Kind(
        "address-missing", "error", "Publish the name mta-sts.<domain>, as A, AAAA or CNAME."
    ),
    sender.ConnectError: Kind("https-connection", "error", "Have the host listen on port 443."),
    sender.FetchTimeoutError: Kind("https-timeout", "error", "Find out why the host is slow."),
    sender.TlsVersionError: Kind("https-tls-version", "error", "Switch TLS 1.2 and 1.3 on."),
    sender.TlsError: Kind(
        "https-tls", "error", "Give the host a certificate for this name; plain HTTP is not enough."
    ),
    sender.UntrustedCertificateError: Kind(
        "certificate-untrusted", "error",
        "Take one from a public authority, and send the intermediate certificates with it.",
    ),
    sender.ExpiredCertificateError: Kind("certificate-expired", "error", _RENEW),
    sender.EarlyCertificateError: Kind(
        "certificate-early", "error", "Set the clocks, of the server and here."
    ),
    sender.CertificateNameError: Kind(
        "certificate-name", "error", "Get a certificate with mta-sts.<domain> as a DNS name."
    ),
    sender.RedirectError: Kind("https-redirect", "error", _HTTPS),
    sender.ChallengeError: Kind("https-challenge", "error", "Switch off what checks for browsers."),
    sender.StatusError: Kind("https-status", "error", _HTTPS),
    sender.MediaTypeError: Kind("https-media-type", "error", _HTTPS),
    sender.EncodingError: Kind("https-encoding", "error", _HTTPS),
    sender.BodyTooLargeError: Kind("https-too-large", "error", _HTTPS),
    sender.HttpError: Kind("https-answer", "error", _HTTPS),
    said.PolicyTooLongError: Kind("policy-too-long", "error", _FILE),
    said.NotUtf8Error: Kind("policy-not-utf8", "error", _FILE),
    said.ByteOrderMarkError: Kind("policy-byte-order-mark", "error", _FILE),
    said.BlankLineError: Kind("policy-blank-line", "error", _FILE),
    said.LineError: Kind("policy-line", "error", _FILE),
    said.KeySpaceError: Kind("policy-key-space", "error", _FILE),
    said.PolicyKeyError: Kind("policy-key", "error", _FILE),
    said.ValueMissingError: Kind("policy-value-missing", "error", _FILE),
    said.ControlCharacterError: Kind("policy-control-character", "error", _FILE),
    said.FieldMissingError: Kind("policy-field-missing", "error", _FILE),
    said.VersionError: Kind("policy-version", "error", _FILE),
    said.ModeError: Kind("policy-mode", "error", _FILE),
    said.MaxAgeError: Kind("policy-max-age", "error", _FILE),
    said.MxError: Kind("policy-mx", "error", _FILE),
    said.MxMissingError: Kind("policy-mx-missing", "error", _FILE),
    said.NoTlsRptError: Kind("reports-missing", "note", _REPORTS),
    said.SeveralTlsRptError: Kind("reports-several", "warning", _REPORTS),
    said.TlsRptFieldError: Kind("reports-field", "warning", _REPORTS),
    said.RuaMissingError: Kind("reports-rua-missing", "warning", _REPORTS),
    said.RuaError: Kind("reports-rua", "warning", _REPORTS),
    smtp.SmtpConnectError: Kind("smtp-connection", "unknown", _PORT),
    smtp.SmtpTimeoutError: Kind("smtp-timeout", BY_MODE, "Find out why the host is slow."),
    smtp.SmtpReplyError: Kind(
        "smtp-reply", BY_MODE, "Find out what answers on port 25: it is no working mail server."
    ),
    smtp.SmtpRefusedError: Kind(
        "smtp-refused", "unknown",
        "If the host refuses everybody, mend it; if it is only this address, look from elsewhere.",
    ),
    smtp.NoStartTlsError: Kind("smtp-no-starttls", BY_MODE, "Switch STARTTLS on."),
    smtp.InjectionError: Kind(
        "smtp-injection", BY_MODE, "Update the mail server; look for a proxy between."
    ),
    smtp.SmtpTlsVersionError: Kind("smtp-tls-version", BY_MODE, "Switch TLS 1.2 and 1.3 on."),
    smtp.SmtpTlsError: Kind("smtp-tls", BY_MODE, "Mend the TLS settings of the mail server."),
    smtp.MxUntrustedError: Kind(
        "mx-certificate-untrusted", BY_MODE,
        "Take one from a public authority, and send the intermediate certificates with it.",
    ),
    smtp.MxExpiredError: Kind("mx-certificate-expired", BY_MODE, _RENEW),
    smtp.MxEarlyError: Kind(
        "mx-certificate-early", BY_MODE, "Set the clocks, of the server and here."
    ),
    smtp.MxNameError: Kind(
        "mx-certificate-name", BY_MODE,
        "Get a certificate with the MX host's name, or put the certificate's name into MX and "
        "policy.",
    ),
}  # fmt: skip
"""By the class of what a sender meets."""


def of(error: Exception, mode: str | None = None) -> Finding:
    """The finding that `error` is, under a policy of this mode."""
    return KINDS[type(error)].finding(error, mode)


def expiring(certificate: sender.Certificate, kind: Kind) -> tuple[Finding, ...]:
    """That a certificate has not much time left, by the machine's own clock; else nothing."""
    now = datetime.now(UTC)
    if certificate.not_after - now > EXPIRES_SOON:
        return ()
    return (kind.finding(f"the certificate has {left(certificate.not_after, now)}"),)
