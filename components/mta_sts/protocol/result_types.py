"""The result types of TLS reports (RFC 8460 4.3): whose trouble each is, and what to do."""

from dataclasses import dataclass
from typing import Literal

from mta_sts.protocol.report import NOT_TOLD

Whose = Literal["yours", "the sender's", "yours or the sender's"]


@dataclass(frozen=True)
class ResultType:
    """One way in which sessions fail.

    Attributes:
        whose: trouble it is: of the domain that receives, or of who sends.
        means: what the sender found.
        remedy: what the domain's owner does.
        deferred: whether mail of such a session waits under enforce (RFC 8461 5). A sender that
            could not get the policy delivers as before (RFC 8461 3.3), and under DANE sessions go
            their own way (RFC 8461 2).
    """

    whose: Whose
    means: str
    remedy: str
    deferred: bool = True


RESULT_TYPES = {
    "starttls-not-supported": ResultType(
        "yours",
        "the MX did not offer STARTTLS",
        "turn STARTTLS on at this MX, and look for a firewall or filter in front of it that hides "
        "it",
    ),
    "certificate-host-mismatch": ResultType(
        "yours",
        "the certificate of the MX is for other names",
        "give this MX a certificate whose names include that of its MX record",
    ),
    "certificate-expired": ResultType(
        "yours",
        "the certificate of the MX has expired",
        "renew it, have the mail server load the new one, and see that this happens by itself",
    ),
    "certificate-not-trusted": ResultType(
        "yours",
        "the certificate of the MX leads to no authority that the sender trusts",
        "use a publicly trusted certificate, and serve the intermediate certificates with it",
    ),
    "validation-failure": ResultType(
        "yours or the sender's",
        "TLS failed in a way that has no name of its own",
        "see whether other senders fare well at this MX; if none does, compare its TLS versions "
        "and ciphers with what is usual",
    ),
    "sts-policy-fetch-error": ResultType(
        "yours",
        "the policy could not be fetched",
        "run mta-sts check; look for redirects, for protection against robots and for a missing "
        "intermediate certificate",
        deferred=False,
    ),
    "sts-policy-invalid": ResultType(
        "yours",
        "the policy could not be read",
        "run mta-sts check, and mend what it names in the policy file",
        deferred=False,
    ),
    "sts-webpki-invalid": ResultType(
        "yours",
        "the certificate of the policy's host is not valid",
        "run mta-sts check, and renew the certificate of the mta-sts host",
        deferred=False,
    ),
    "tlsa-invalid": ResultType(
        "yours",
        "the certificate of the MX does not match its TLSA records (DANE)",
        "bring TLSA records and certificate together; MTA-STS has no part in it",
        deferred=False,
    ),
    "dnssec-invalid": ResultType(
        "yours",
        "the answers from DNS failed DNSSEC (DANE)",
        "mend the signatures of the zone; MTA-STS has no part in it",
        deferred=False,
    ),
    "dane-required": ResultType(
        "the sender's",
        "the sender wants DANE, and the MX has no TLSA records",
        "nothing, unless you mean to have DANE; MTA-STS has no part in it",
        deferred=False,
    ),
}
UNTOLD = ResultType(
    "yours or the sender's",
    "the report does not say what failed",
    "see what other senders tell of the same days; if none tells of a failure, ask this sender",
)
UNKNOWN = ResultType(
    "yours or the sender's",
    "RFC 8460 has no such result type",
    "ask the sender what it means by it",
)


def result_type(name: str) -> ResultType:
    """What `name` stands for. One that nobody knows is taken to defer mail."""
    return UNTOLD if name == NOT_TOLD else RESULT_TYPES.get(name, UNKNOWN)
