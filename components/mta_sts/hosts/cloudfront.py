"""One CloudFront distribution before one private S3 bucket serves the policies of many domains.

Nothing is cached, neither policies nor errors: senders fetch rarely, and a cache is what pins an
old policy under a new id.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from mta_sts import checks, leaving, left_behind
from mta_sts.arguments import CloudFront, CloudFrontHostArgs, HostedDomain
from mta_sts.findings import ACM_ISSUERS
from mta_sts.hosts import Served, Site
from mta_sts.hosts.recorded import CLOUDFRONT, FILE_OF, file_key
from mta_sts.hosts.shared import is_protected, md5, once_reviewed, protection
from mta_sts.hosts.shared import short as short_name
from mta_sts.limits import COMMON_NAME_LIMIT
from mta_sts.program import this_program
from mta_sts.zones import ZoneOfDomain, zone_of

CERTIFICATE_REGION = "us-east-1"
"""CloudFront takes certificates from no other region."""
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""The id of AWS's managed cache policy of that name."""
CACHED_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
"""Every status that CloudFront would otherwise cache for 10 seconds."""

PICK_BY_HOST = Path(__file__).with_name("cloudfront.js").read_text(encoding="ascii")
"""The CloudFront function: the object of a host is the one whose key starts with its name."""


ISSUERS = ACM_ISSUERS


def kind(given: CloudFront) -> str:
    """The word for this host."""
    return CLOUDFRONT


def target(given: CloudFront, domain: str) -> pulumi.Input[str]:
    """What the CNAME points to."""
    return given["target"]


def spread(given: CloudFront) -> float:
    """None: nothing is cached, and S3 gives what was last written."""
    return 0.0


def serve(site: Site, given: CloudFront) -> Served:
    """Write the policy file into the host's bucket, and point the name at the distribution."""
    file = aws.s3.BucketObjectv2(
        f"{site.name}-{FILE_OF[CLOUDFRONT]}",
        bucket=given["bucket"],
        key=file_key(site.domain),
        content=site.text,
        content_type="text/plain",
        cache_control="no-store",
        # With the hash S3 itself reports, a refresh notices a file that another hand changed; with
        # keys of S3's own, that hash is the MD5 of the content.
        server_side_encryption="AES256",
        etag=site.text.apply(md5),
        opts=site.options(),
    )
    options = site.options(depends_on=[file], hooks=site.gates.before_cname())
    cname, value = site.cname(site.claim([file]), given["target"], options)
    return Served([file, cname], {site.host_name: ("CNAME", value)})


class CloudFrontHost(pulumi.ComponentResource):
    """Serves the policy files of all its domains: one private bucket, one distribution."""

    target: pulumi.Output[str]
    """The domain name of the distribution: what the `mta-sts` CNAMEs point to."""
    bucket: pulumi.Output[str]
    """The name of the bucket that holds the policies."""
    bucket_policy: pulumi.Output[str]
    """The policy document (JSON) that lets the distribution, and nobody else, read the bucket. It
    is attached to a bucket of the host's own; the owner of an existing one attaches it."""
    distribution_id: pulumi.Output[str]
    """The id of the distribution."""

    def __init__(
        self,
        name: str,
        args: CloudFrontHostArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        domains = checks.hosted_domains(name, args)
        names = [f"mta-sts.{hosted['domain']}" for hosted in domains]
        short = short_name(name)
        super().__init__(
            "mta-sts:index:CloudFrontHost",
            name,
            {"names": once_reviewed(names)},
            protection(domains, opts),
        )

        if "bucket" in args:
            existing = aws.s3.get_bucket_output(
                bucket=args["bucket"], opts=pulumi.InvokeOutputOptions(parent=self)
            )
            self.bucket = pulumi.Output.from_input(args["bucket"])
            bucket_arn, bucket_domain = existing.arn, existing.bucket_regional_domain_name
        else:
            own = self._bucket(short)
            self.bucket = own.bucket
            bucket_arn, bucket_domain = own.arn, own.bucket_regional_domain_name

        distribution = self._distribution(
            short, names, bucket_domain, self._certificate(short, domains)
        )
        self.target = distribution.domain_name
        self.distribution_id = distribution.id
        self.bucket_policy = pulumi.Output.all(bucket_arn, distribution.arn).apply(
            lambda arns: json.dumps(_read_only_by(*arns))
        )
        if "bucket" not in args:
            aws.s3.BucketPolicy(
                f"{short}-bucket-policy",
                bucket=self.bucket,
                policy=self.bucket_policy,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs(
            {
                "target": self.target,
                "bucket": self.bucket,
                "bucketPolicy": self.bucket_policy,
                "distributionId": self.distribution_id,
            }
        )

    def _bucket(self, short: str) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(f"{short}-bucket", opts=pulumi.ResourceOptions(parent=self))
        aws.s3.BucketPublicAccessBlock(
            f"{short}-public-access",
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketOwnershipControls(
            f"{short}-ownership",
            bucket=bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        return bucket

    def _certificate(self, short: str, domains: list[HostedDomain]) -> pulumi.Output[str]:
        """The ARN of a certificate for every domain's name, once it is issued."""
        names = sorted(f"mta-sts.{hosted['domain']}" for hosted in domains)
        # Another list of names is another certificate: for that run alone it may be replaced (P6).
        state = this_program().state
        before = state.names_in(f"{short}-certificate")
        replaceable = False if before not in (None, names) else None
        first = next(candidate for candidate in names if len(candidate) <= COMMON_NAME_LIMIT)
        certificate = aws.acm.Certificate(
            f"{short}-certificate",
            domain_name=first,
            # The whole list, always: one that is left out or empty would leave the old names in it.
            subject_alternative_names=names,
            validation_method="DNS",
            region=CERTIFICATE_REGION,
            opts=pulumi.ResourceOptions(parent=self, protect=replaceable),
        )
        records = [
            self._validation(short, certificate, hosted, zone)
            for hosted in domains
            for zone in _zones_of(hosted)
        ]
        return aws.acm.CertificateValidation(
            f"{short}-issued",
            certificate_arn=certificate.arn,
            region=CERTIFICATE_REGION,
            opts=pulumi.ResourceOptions(parent=self, depends_on=records, protect=replaceable),
        ).certificate_arn

    def _validation(
        self,
        short: str,
        certificate: aws.acm.Certificate,
        hosted: HostedDomain,
        zone: ZoneOfDomain,
    ) -> pulumi.Resource:
        """The record by which the owner of a name shows that it is his."""
        option = certificate.domain_validation_options.apply(
            partial(_option_for, f"mta-sts.{hosted['domain']}")
        )
        first = f"{short}-{hosted['domain']}-validation"
        protect = is_protected(hosted) if zone.protect is None else zone.protect
        return zone.module.record(
            this_program().state.resource_in(zone.module.RECORD_TYPE, first, zone.id),
            zone.id,
            option.apply(lambda found: (found.resource_record_name or "").rstrip(".")),
            option.apply(lambda found: found.resource_record_type or ""),
            option.apply(lambda found: found.resource_record_value or ""),
            # A certificate for other names asks for the same record, which a preview cannot know:
            # without this every change of the list would replace them all.
            pulumi.ResourceOptions(
                parent=self, ignore_changes=zone.module.IDENTITY, protect=protect
            ),
        )

    def _distribution(
        self,
        short: str,
        names: list[str],
        bucket_domain: pulumi.Input[str],
        certificate_arn: pulumi.Input[str],
    ) -> aws.cloudfront.Distribution:
        child = pulumi.ResourceOptions(parent=self)
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
        return aws.cloudfront.Distribution(
            f"{short}-distribution",
            enabled=True,
            is_ipv6_enabled=True,
            comment="MTA-STS policies",
            aliases=names,
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
            viewer_certificate={
                "acm_certificate_arn": certificate_arn,
                "minimum_protocol_version": "TLSv1.2_2021",
                "ssl_support_method": "sni-only",
            },
            opts=pulumi.ResourceOptions(parent=self, hooks=left_behind.named()),
        )


def _zones_of(hosted: HostedDomain) -> list[ZoneOfDomain]:
    """The zone given, and those that keep the records of the domain while it moves there."""
    zone, program = ZoneOfDomain(*zone_of(hosted["zone"])), this_program()
    left = leaving.zones(hosted["domain"], zone.recorded, program.state, program.now)
    return [*left, zone]


def _option_for(host: str, options: list[Any]) -> Any:
    return next(option for option in options if option.domain_name == host)


def _read_only_by(bucket_arn: str, distribution_arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OnlyTheDistributionReads",
                "Effect": "Allow",
                "Principal": {"Service": "cloudfront.amazonaws.com"},
                "Action": "s3:GetObject",
                "Resource": f"{bucket_arn}/*",
                "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
            }
        ],
    }
