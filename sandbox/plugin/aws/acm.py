"""`aws.acm.Certificate` and `aws.acm.CertificateValidation`."""

from collections.abc import Iterable
from typing import Any

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource, as_list, from_list, tags_of
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Made, Operation, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import UNKNOWN, Props

DESCRIBED = 5 * 60.0  # seconds until the validation records are known
ISSUED = 75 * 60.0  # seconds
RELEASED = 20 * 60.0  # seconds until what used a certificate lets go of it

ALGORITHMS = (
    "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1",
    "EC_secp521r1",
)  # fmt: skip


def _describe(acm: Any, arn: str) -> Any:
    """The certificate, or None."""
    try:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    except Exception as failure:
        if code(failure) == "ResourceNotFoundException":
            return None
        raise
    return None if found.get("Status") == "VALIDATION_TIMED_OUT" else found


def region_of(arn: str) -> str:
    return arn.split(":")[3] if arn.startswith("arn:") else ""


class Certificate(AwsResource):
    source = "acm.certificate:Certificate"
    label = "ACM Certificate"
    replaced_by = frozenset(
        {"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "region"}
    )
    sets = frozenset({"subjectAlternativeNames"})
    keeps = frozenset(
        {"domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm", "options"}
    )
    computed = frozenset(
        {
            "arn", "domainValidationOptions", "keyAlgorithm", "notAfter", "notBefore",
            "pendingRenewal", "region", "renewalEligibility", "renewalSummaries", "status",
            "subjectAlternativeNames", "tagsAll", "type", "validationEmails",
        }
    )  # fmt: skip
    volatile = frozenset({"tagsAll"})
    unsupported = frozenset(
        {
            "certificateAuthorityArn", "certificateBody", "certificateChain",
            "earlyRenewalDuration", "options", "privateKey", "privateKeyWo",
            "privateKeyWoVersion", "validationOptions",
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or str(props.get("domainName", ""))

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.exactly_one(inputs, "domainName", "privateKey")
        yield from rules.one_of(inputs, ("validationMethod",), ("EMAIL", "DNS", "HTTP"))
        yield from rules.one_of(inputs, ("keyAlgorithm",), ALGORITHMS)
        no_dot = r"[^.]$|^$"
        yield from rules.matches(inputs, ("domainName",), no_dot, "cannot end with a period")
        for path in rules.each(inputs, "subjectAlternativeNames"):
            yield from rules.length(inputs, path, 1, 253)
            yield from rules.matches(inputs, path, no_dot, "cannot end with a period")

    def normal(self, inputs: Props) -> Props:
        """ACM adds the domain name to the alternative names, which are a set."""
        names = inputs.get("subjectAlternativeNames")
        if not isinstance(names, list):
            return inputs
        return {**inputs, "subjectAlternativeNames": _with(names, inputs.get("domainName"))}

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        if "validationMethod" not in inputs:
            raise Refused(
                "`certificate_authority_arn` or `validation_method` must be set when creating an"
                " ACM certificate"
            )
        region = inputs.get("region") or op.api.region
        acm = op.api.client("acm", region)
        # The API's own limit: the real provider leaves it to ACM.
        if len(inputs["domainName"]) > 64:
            raise Refused(
                "operation error ACM: RequestCertificate, https response error StatusCode: 400,"
                " api error ValidationException: 1 validation error detected: Value at"
                " 'domainName' failed to satisfy constraint: Member must have length less than or"
                f" equal to 64: {inputs['domainName']}"
            )
        request = present(
            {
                "DomainName": inputs["domainName"],
                "SubjectAlternativeNames": inputs.get("subjectAlternativeNames"),
                "ValidationMethod": inputs["validationMethod"],
                "KeyAlgorithm": inputs.get("keyAlgorithm"),
                "Tags": as_list(tags_of(op.api, inputs)),
            }
        )
        arn = acm.request_certificate(**request)["CertificateArn"]

        def described() -> Any:
            found = _describe(acm, arn) or {}
            options = found.get("DomainValidationOptions") or []
            ready = options and all("ResourceRecord" in option for option in options)
            return found if ready or inputs["validationMethod"] != "DNS" else None

        op.wait(described, state=lambda: f"the validation records of {arn}", longest=DESCRIBED)
        return self._made(op, arn)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        acm = op.api.client("acm", region_of(identifier))
        found = _describe(acm, identifier)
        return None if found is None else self._seen(op, acm, found)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        acm = op.api.client("acm", region_of(identifier))
        before, after = old.get("tagsAll", {}), tags_of(op.api, inputs)
        gone = {key: value for key, value in before.items() if after.get(key) != value}
        if gone:
            acm.remove_tags_from_certificate(CertificateArn=identifier, Tags=as_list(gone))
        if after and after != before:
            acm.add_tags_to_certificate(CertificateArn=identifier, Tags=as_list(after))
        return self._made(op, identifier)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        acm = op.api.client("acm", region_of(identifier))

        def deleted() -> bool | None:
            try:
                acm.delete_certificate(CertificateArn=identifier)
            except Exception as failure:
                match code(failure):
                    case "ResourceNotFoundException":
                        return True
                    case "ResourceInUseException":
                        return None
                raise
            return True

        op.wait(deleted, state=lambda: "ResourceInUseException to end", longest=RELEASED)

    def _made(self, op: Operation[Aws], arn: str) -> Made:
        acm = op.api.client("acm", region_of(arn))
        found = _describe(acm, arn)
        if found is None:
            raise Refused("couldn't find resource")
        return self._seen(op, acm, found)

    def _seen(self, op: Operation[Aws], acm: Any, found: Any) -> Made:
        arn = found["CertificateArn"]
        tags = from_list(acm.list_tags_for_certificate(CertificateArn=arn).get("Tags", []))
        options = found.get("DomainValidationOptions", [])
        state = {
            "arn": arn,
            "domainName": found["DomainName"],
            "subjectAlternativeNames": found.get("SubjectAlternativeNames", []),
            "domainValidationOptions": [
                present(
                    {
                        "domainName": option["DomainName"],
                        "resourceRecordName": option["ResourceRecord"]["Name"],
                        "resourceRecordType": option["ResourceRecord"]["Type"],
                        "resourceRecordValue": option["ResourceRecord"]["Value"],
                    }
                )
                for option in options
                if "ResourceRecord" in option
            ],
            "keyAlgorithm": found.get("KeyAlgorithm", "RSA_2048").replace("-", "_"),
            "validationMethod": next((o.get("ValidationMethod", "") for o in options), "NONE"),
            "notAfter": _moment(found.get("NotAfter")),
            "notBefore": _moment(found.get("NotBefore")),
            "pendingRenewal": False,
            "region": region_of(arn),
            "renewalEligibility": found.get("RenewalEligibility", ""),
            "renewalSummaries": [],
            "status": found.get("Status", ""),
            "tags": {k: v for k, v in tags.items() if op.api.default_tags.get(k) != v},
            "tagsAll": tags,
            "type": found.get("Type", ""),
            "validationEmails": [],
        }
        return Made(arn, state)


def _with(names: list[Any], domain: Any) -> list[Any]:
    return names if domain in (None, *names) else [*names, domain]


def _moment(value: Any) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else ""


class CertificateValidation(AwsResource):
    source = "acm.certificate_validation:CertificateValidation"
    label = "ACM Certificate Validation"
    replaced_by = frozenset({"certificateArn", "validationRecordFqdns", "region"})
    sets = frozenset({"validationRecordFqdns"})
    computed = frozenset({"region"})

    def name(self, props: Props, identifier: str = "") -> str:
        return str(props.get("certificateArn", identifier))

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        arn = inputs["certificateArn"]
        region = inputs.get("region") or op.api.region
        acm = op.api.client("acm", region)
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        if found.get("Type", "AMAZON_ISSUED") != "AMAZON_ISSUED":
            raise Refused(
                f"ACM Certificate ({arn}) has type {found['Type']}, no validation necessary"
            )
        _check_records(found, inputs.get("validationRecordFqdns", []))
        last = found.get("Status", "")

        def issued() -> Any:
            nonlocal last
            now = acm.describe_certificate(CertificateArn=arn)["Certificate"]
            last = now["Status"]
            if last not in ("ISSUED", "PENDING_VALIDATION"):
                why = now.get("FailureReason") or now.get("RevocationReason") or "%!s(<nil>)"
                raise Refused(
                    f"waiting for ACM Certificate ({arn}) to be issued: unexpected state '{last}',"
                    f" wanted target 'ISSUED'. last error: {why}"
                )
            return now if last == "ISSUED" else None

        found = op.wait(
            issued, state=lambda: f"state to become 'ISSUED' (last state: '{last}'", longest=ISSUED
        )
        moment = found.get("IssuedAt")
        identifier = f"{moment:%Y-%m-%d %H:%M:%S +0000 UTC}" if moment else arn
        return Made(identifier, {**inputs, "region": region})

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        if "certificateArn" not in state:
            raise Refused("resource aws_acm_certificate_validation doesn't support import")
        arn = state["certificateArn"]
        found = _describe(op.api.client("acm", state.get("region", "")), arn)
        if found is None or found.get("Status") != "ISSUED":
            return None
        return Made(identifier, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        return Made(identifier, {**old, **inputs})

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        """Nothing in AWS stands for a validation."""


def _check_records(found: Any, given: list[str]) -> None:
    if not given:
        return
    names = {name.rstrip(".") for name in given if name != UNKNOWN}
    missing = [
        f"missing {option['DomainName']} DNS validation record: {name}"
        for option in found.get("DomainValidationOptions", [])
        for name in [option.get("ResourceRecord", {}).get("Name", "").rstrip(".")]
        if name and name not in names
    ]
    if missing:
        raise Refused("\n".join(missing))
