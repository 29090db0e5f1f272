"""MTA-STS as one writes it by hand: a bucket, a certificate, a distribution, and two records."""

import json
from typing import Any

import pulumi
import pulumi_aws as aws

FILE = ".well-known/mta-sts.txt"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


def by_hand(domain: str, zone: str) -> None:
    """All of one domain."""
    name = f"mta-sts.{domain}"
    policy = f"version: STSv1\r\nmode: testing\r\nmx: mail.{domain}\r\nmax_age: 604800\r\n"

    bucket = aws.s3.Bucket("policies")
    # The second one is written one `pulumi up` before the components are there: they read it.
    for resource, key in (("file", FILE), ("file-by-name", f"{name}/{FILE}")):
        aws.s3.BucketObjectv2(
            resource, bucket=bucket.bucket, key=key, content=policy, content_type="text/plain"
        )

    certificate = aws.acm.Certificate("certificate", domain_name=name, validation_method="DNS")
    option = certificate.domain_validation_options[0]
    validation = aws.route53.Record(
        "validation",
        zone_id=zone,
        name=option.resource_record_name,
        type=option.resource_record_type,
        ttl=300,
        records=[option.resource_record_value],
    )
    issued = aws.acm.CertificateValidation(
        "issued", certificate_arn=certificate.arn, validation_record_fqdns=[validation.fqdn]
    )

    access = aws.cloudfront.OriginAccessControl(
        "access",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
    distribution = aws.cloudfront.Distribution(
        "distribution",
        enabled=True,
        aliases=[name],
        origins=[
            {
                "domain_name": bucket.bucket_regional_domain_name,
                "origin_id": "s3",
                "origin_access_control_id": access.id,
            }
        ],
        default_cache_behavior={
            "target_origin_id": "s3",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": CACHING_OPTIMIZED,
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={
            "acm_certificate_arn": issued.certificate_arn,
            "minimum_protocol_version": "TLSv1.2_2021",
            "ssl_support_method": "sni-only",
        },
    )

    def read_by_distribution(arns: list[Any]) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"{arns[0]}/*",
            "Condition": {"StringEquals": {"AWS:SourceArn": arns[1]}},
        }
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    aws.s3.BucketPolicy(
        "policy",
        bucket=bucket.bucket,
        policy=pulumi.Output.all(bucket.arn, distribution.arn).apply(read_by_distribution),
    )
    cname = aws.route53.Record(
        "cname", zone_id=zone, name=name, type="CNAME", ttl=300, records=[distribution.domain_name]
    )
    aws.route53.Record(
        "txt",
        zone_id=zone,
        name=f"_mta-sts.{domain}",
        type="TXT",
        ttl=300,
        records=["v=STSv1; id=20240501T120000;"],
        opts=pulumi.ResourceOptions(depends_on=[cname]),
    )
