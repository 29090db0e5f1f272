"""ACM, whose certificates are issued when DNS says so, by the sandbox's own authority."""

import hashlib
from typing import TYPE_CHECKING, Any, cast

import dns.name
import dns.rdatatype
from moto.acm.exceptions import AWSValidationException
from moto.acm.models import AWSCertificateManagerBackend, CertBundle
from moto.acm.responses import AWSCertificateManagerResponse
from moto.core.responses import ActionResult

from sandbox.authority import answer, climb, labels
from sandbox.aws import backends
from sandbox.aws.errors import Refused
from sandbox.aws.paths import paths
from sandbox.certificates import Authority
from sandbox.certificates import Certificate as Issued

if TYPE_CHECKING:
    from sandbox.aws.distribution import Deployed
    from sandbox.aws.tenants import Tenant

AMAZON = {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}
LONGEST_FIRST_NAME = 64
MOST_NAMES = 100
"""As of an account that asked for them: of a new one it is 10."""


class Control:
    """What a test can set: `pending` holds every certificate that is not issued yet; `most_names`
    is the quota of names in one."""

    authority: Authority
    pending = False
    most_names = MOST_NAMES


control = Control()


class Certificate(CertBundle):
    """A certificate that waits for its names' validation records."""

    def __init__(self, names: list[str], key_algorithm: str, account_id: str, region: str) -> None:
        issued = control.authority.issue(*names)
        super().__init__(
            account_id,
            issued.pem,
            issued.key,
            region=region,
            cert_type="AMAZON_ISSUED",
            cert_status="PENDING_VALIDATION",
        )
        self.names = names
        self.issued = issued
        self.key_algorithm = key_algorithm
        self.account_id = account_id
        self.failure: str | None = None
        self.looks = 0
        """How often it was described."""

    def check(self) -> None:
        if self.status != "PENDING_VALIDATION" or control.pending:
            return
        if not all(map(self.is_validated, self.names)):
            return
        if all(caa_allows(name) for name in self.names):
            self.status = "ISSUED"
        else:
            self.status, self.failure = "FAILED", "CAA_ERROR"

    def is_validated(self, name: str) -> bool:
        """Whether what validates a name is there."""
        return validated(name, self.account_id)

    def describe(self) -> dict[str, Any]:
        self.looks += 1
        self.in_use_by = _users(self.arn)
        result = super().describe()
        certificate = result["Certificate"]
        certificate["KeyAlgorithm"] = self.key_algorithm
        certificate["DomainValidationOptions"] = [self._option(name) for name in self.names]
        if self.status != "ISSUED":
            for key in ("IssuedAt", "NotBefore", "NotAfter", "Serial"):
                certificate.pop(key, None)
        if self.failure:
            certificate["FailureReason"] = self.failure
        return result

    def _option(self, name: str) -> dict[str, Any]:
        record, value = validation(name, self.account_id)
        if self.status == "PENDING_VALIDATION":
            done = not control.pending and self.is_validated(name)
            status = "SUCCESS" if done else "PENDING_VALIDATION"
        else:
            status = "SUCCESS" if self.status == "ISSUED" or caa_allows(name) else "FAILED"
        return {
            "DomainName": name,
            "ValidationDomain": name,
            "ValidationStatus": status,
            "ValidationMethod": "DNS",
            "ResourceRecord": {"Name": record, "Type": "CNAME", "Value": value},
        }


def validation(name: str, account_id: str) -> tuple[str, str]:
    """Name and value of the CNAME that validates a name: always the same for one account."""
    base = name.removeprefix("*.")
    digest = hashlib.sha256(f"{account_id} {base}".encode()).hexdigest()
    letters = "".join(chr(ord("a") + int(digit, 16)) for digit in digest[-10:])
    return f"_{digest[:32]}.{base}.", f"_{digest[-32:]}.{letters}.acm-validations.aws."


def validated(name: str, account_id: str) -> bool:
    """Whether the validation record of a name is in DNS."""
    record, value = validation(name, account_id)
    found = answer(dns.name.from_text(record), dns.rdatatype.CNAME)
    return any(rdata.to_text() == value for rrset in found.answer for rdata in rrset)


def caa_allows(name: str) -> bool:
    """Whether Amazon may issue for a name: RFC 8659 section 3, from the name towards the root."""
    for ancestor in climb(labels(name.removeprefix("*."))):
        found = answer(dns.name.Name(ancestor), dns.rdatatype.CAA).answer
        records = [r for rrset in found if rrset.rdtype == dns.rdatatype.CAA for r in rrset]
        if records:
            break
    else:
        return True
    for tag in (b"issuewild", b"issue") if name.startswith("*.") else (b"issue",):
        values = [record.value.decode() for record in records if record.tag.lower() == tag]
        if values:
            return any(value.split(";")[0].strip().lower() in AMAZON for value in values)
    return True


def _users(arn: str) -> list[str]:
    """The ARNs of the distributions and tenants that use a certificate."""
    cloudfront = backends.cloudfront()
    users: list[Deployed | Tenant] = [*cloudfront.distributions.values(), *cloudfront.tenants.all]
    return [found.arn for found in users if found.certificate_arn == arn]


class Acm(AWSCertificateManagerBackend):
    """Certificates on request, validated by DNS."""

    @property
    def _url_module(self) -> Any:
        return paths("acm", AcmResponse)

    def request(
        self, names: list[str], token: str | None, tags: list[dict[str, str]], key_algorithm: str
    ) -> str:
        """Request a certificate; its ARN."""
        if len(names[0]) > LONGEST_FIRST_NAME:
            raise AWSValidationException(
                f"The first domain name can be no longer than {LONGEST_FIRST_NAME} bytes"
            )
        if len(names) > control.most_names:
            raise Refused("LimitExceededException", "Certificate has too many domains.")
        known = self._get_arn_from_idempotency_token(token) if token else None
        if known in self._certificates:
            return str(known)
        certificate = Certificate(names, key_algorithm, self.account_id, self.region_name)
        self._certificates[certificate.arn] = certificate
        if token:
            self._set_idempotency_token_arn(token, certificate.arn)
        certificate.tags.add(tags)
        return certificate.arn

    def keep(self, certificate: Certificate) -> None:
        """Have a certificate that another service asked for."""
        self._certificates[certificate.arn] = certificate

    def look(self) -> None:
        """Issue what DNS now validates."""
        for certificate in self._certificates.values():
            certificate.check()

    @property
    def requested(self) -> list[Certificate]:
        return [cast(Certificate, each) for each in self._certificates.values()]

    def give_up(self) -> None:
        """Do what ACM does with requests that were not validated for 72 hours."""
        for certificate in self.requested:
            certificate.check()
            if certificate.status == "PENDING_VALIDATION":
                certificate.status = "VALIDATION_TIMED_OUT"

    def issued(self, arn: str) -> Issued | None:
        """What the authority issued for the certificate of this ARN, once it is."""
        found = self._certificates.get(arn)
        if found:
            found.check()
        ready = isinstance(found, Certificate) and found.status == "ISSUED"
        return cast(Certificate, found).issued if ready else None

    def delete_certificate(self, arn: str) -> None:
        if users := _users(arn):
            raise Refused(
                "ResourceInUseException",
                f"Certificate {arn} in account {self.account_id} is in use: {', '.join(users)}",
            )
        super().delete_certificate(arn)


class AcmResponse(AWSCertificateManagerResponse):
    """Reads the parameters of RequestCertificate that moto ignores."""

    def request_certificate(self) -> ActionResult:
        first = str(self._get_param("DomainName")).lower().rstrip(".")
        others = [name.lower() for name in self._get_param("SubjectAlternativeNames") or []]
        arn = cast(Acm, self.acm_backend).request(
            list(dict.fromkeys([first, *others])),
            self._get_param("IdempotencyToken"),
            self._get_param("Tags") or [],
            self._get_param("KeyAlgorithm") or "RSA_2048",
        )
        return ActionResult({"CertificateArn": arn})
