"""What is said of a quota of AWS, for the errors that the provider gives."""

import pulumi
import pytest

from mta_sts.hosts.quotas import QuotaError, _name

CERTIFICATE = "aws:acm/certificate:Certificate"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"


def args(error: str) -> pulumi.ErrorHookArgs:
    urn = f"urn:pulumi:test::mta-sts::{DISTRIBUTION}::cloudfront-distribution"
    return pulumi.ErrorHookArgs(
        urn, "", "cloudfront-distribution", DISTRIBUTION, failed_operation="create", errors=[error]
    )


@pytest.mark.parametrize(
    ("error", "quota"),
    [
        (
            "requesting ACM Certificate (mta-sts.a.example): operation error ACM: "
            "RequestCertificate, https response error StatusCode: 400, RequestID: 1, "
            "LimitExceededException: Certificate has too many domains.",
            "Domain names per ACM certificate",
        ),
        (
            "LimitExceededException: Error: you have reached your limit of 20 certificates in the "
            "last year.",
            "ACM certificates created in last 365 days",
        ),
        ("LimitExceededException: Cannot request more certificates", "ACM certificates"),
        (
            "creating CloudFront Distribution: TooManyDistributions: Processing your request would "
            "cause you to exceed the maximum number of distributions allowed.",
            "Distributions per AWS account",
        ),
        (
            "TooManyDistributionCNAMEs: Your request contains more CNAMEs than are allowed",
            "Alternate domain names (CNAMEs) per distribution",
        ),
        (
            "TooManyDistributionsAssociatedToOriginAccessControl: The maximum number",
            "Distributions per origin access control",
        ),
    ],
)
def test_a_quota_is_named(error: str, quota: str) -> None:
    with pytest.raises(QuotaError) as named:
        _name(args(error))
    assert f"`{quota}`" in str(named.value)
    assert "under Service Quotas" in str(named.value)


def test_other_errors_are_left_alone() -> None:
    assert _name(args("CNAMEAlreadyExists: One or more of the CNAMEs")) is False
