"""A website on CloudFront, whose distribution serves policies, too, once their stack is named:

pulumi config set policies organization/existing-distribution/prod
"""

from typing import Any

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
host = config.require("host")

pages = aws.s3.Bucket("pages")
access = aws.cloudfront.OriginAccessControl(
    "access",
    origin_access_control_origin_type="s3",
    signing_behavior="always",
    signing_protocol="sigv4",
)
aliases: list[Any] = [host]
origins: list[Any] = [
    {
        "domain_name": pages.bucket_regional_domain_name,
        "origin_id": "pages",
        "origin_access_control_id": access.id,
    }
]
behaviors: list[Any] = []
errors: list[Any] = []
only_read = {"allowed_methods": ["GET", "HEAD"], "cached_methods": ["GET", "HEAD"]}

if policies := config.get("policies"):
    to_add = pulumi.StackReference(policies).require_output("to_add")
    aliases = to_add["aliases"].apply(lambda names: [host, *names])
    origins.append(
        {
            "domain_name": to_add["origin_domain"],
            "origin_id": "policies",
            "origin_access_control_id": to_add["origin_access_control"],
        }
    )
    behaviors.append(
        {
            "path_pattern": to_add["path_pattern"],
            "target_origin_id": "policies",
            "viewer_protocol_policy": "https-only",
            "cache_policy_id": to_add["cache_policy"],
            "compress": False,
            "function_associations": [
                {"event_type": "viewer-request", "function_arn": to_add["function"]}
            ],
            **only_read,
        }
    )
    errors = to_add["uncached_errors"].apply(
        lambda codes: [{"error_code": int(code), "error_caching_min_ttl": 0} for code in codes]
    )

distribution = aws.cloudfront.Distribution(
    "website",
    enabled=True,
    aliases=aliases,
    origins=origins,
    default_cache_behavior={
        "target_origin_id": "pages",
        "viewer_protocol_policy": "redirect-to-https",
        "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",  # CachingOptimized
        **only_read,
    },
    ordered_cache_behaviors=behaviors,
    custom_error_responses=errors,
    restrictions={"geo_restriction": {"restriction_type": "none"}},
    viewer_certificate={
        "acm_certificate_arn": config.require("certificate"),
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    },
)
pulumi.export("distribution", distribution.id)
