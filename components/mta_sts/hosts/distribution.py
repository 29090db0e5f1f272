"""The distribution before a bucket of policies."""

from collections.abc import Sequence
from pathlib import Path

import pulumi
import pulumi_aws as aws

from mta_sts import left_behind
from mta_sts.hosts import quotas
from mta_sts.hosts.recorded_distributions import END
from mta_sts.program import this_program

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""The id of AWS's managed cache policy of that name."""
CACHED_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""Every status that CloudFront would otherwise cache for 10 seconds."""

PICK_BY_HOST = Path(__file__).with_name("cloudfront.js").read_text(encoding="ascii")
"""The CloudFront function: the object of a host is the one whose key starts with its name."""


def reading(
    host: pulumi.ComponentResource, short: str
) -> tuple[aws.cloudfront.OriginAccessControl, aws.cloudfront.Function]:
    """What a distribution reads the bucket by, and what picks the object."""
    child = pulumi.ResourceOptions(parent=host)
    access = aws.cloudfront.OriginAccessControl(
        f"{short}-access",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
        opts=child,
    )
    function = aws.cloudfront.Function(
        f"{short}-function",
        runtime="cloudfront-js-2.0",
        comment="The policy of the host that was asked",
        code=PICK_BY_HOST,
        publish=True,
        opts=child,
    )
    return access, function


def serving(
    host: pulumi.ComponentResource,
    parts: str,
    names: pulumi.Input[list[str]],
    bucket_domain: pulumi.Input[str],
    certificate_arn: pulumi.Input[str] | None,
    access: aws.cloudfront.OriginAccessControl,
    function: aws.cloudfront.Function,
    *,
    after: Sequence[pulumi.Resource] = (),
    protect: bool | None = None,
) -> aws.cloudfront.Distribution:
    """The distribution that serves what the bucket holds, for these names.

    Args:
        parts: what its resource and those of its certificate are called by.
        certificate_arn: None where no name has a certificate yet: then it has a name of its own
            already, for others to point to.
        after: what must be made before it is changed.
        protect: None: as the host is.
    """
    tenancy = this_program().tenancy
    made = aws.cloudfront.Distribution(
        f"{parts}{END}",
        enabled=True,
        is_ipv6_enabled=True,
        comment="MTA-STS policies",
        aliases=tenancy.left_to(names, certificate_arn),
        origins=[
            {
                "domain_name": bucket_domain,
                "origin_id": "policies",
                "origin_access_control_id": access.id,
            }
        ],
        default_cache_behavior={
            "target_origin_id": "policies",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": CACHING_DISABLED,
            "compress": False,
            "function_associations": [
                {"event_type": "viewer-request", "function_arn": function.arn}
            ],
        },
        custom_error_responses=[
            {"error_code": status, "error_caching_min_ttl": 0} for status in CACHED_ERRORS
        ],
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate=_certificate(certificate_arn),
        opts=pulumi.ResourceOptions(
            parent=host,
            depends_on=list(after),
            protect=protect,
            hooks=pulumi.ResourceHookBinding.merge(left_behind.named(), quotas.named()),
        ),
    )
    tenancy.has_changed(f"{parts}{END}", made.id)
    return made


def _certificate(
    arn: pulumi.Input[str] | None,
) -> aws.cloudfront.DistributionViewerCertificateArgsDict:
    if arn is None:
        return {"cloudfront_default_certificate": True}
    return {
        "acm_certificate_arn": arn,
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    }


def of_tenants(
    host: pulumi.ComponentResource,
    short: str,
    bucket_domain: pulumi.Input[str],
    access: aws.cloudfront.OriginAccessControl,
    function: aws.cloudfront.Function,
) -> aws.cloudfront.MultitenantDistribution:
    """The distribution that serves what the bucket holds, for the names of its tenants."""
    return aws.cloudfront.MultitenantDistribution(
        f"{short}{END}",
        enabled=True,
        comment="MTA-STS policies",
        origins=[
            {
                "domain_name": bucket_domain,
                "id": "policies",
                "origin_access_control_id": access.id,
            }
        ],
        default_cache_behavior={
            "target_origin_id": "policies",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": {"items": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]},
            "cache_policy_id": CACHING_DISABLED,
            "compress": False,
            "function_associations": [
                {"event_type": "viewer-request", "function_arn": function.arn}
            ],
        },
        custom_error_responses=[
            {"error_code": status, "error_caching_min_ttl": 0} for status in CACHED_ERRORS
        ],
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        tenant_config={},
        viewer_certificate={"cloudfront_default_certificate": True},
        opts=pulumi.ResourceOptions(parent=host),
    )
