"""The same resources by hand: what our components are measured against."""

import hashlib
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import pulumi
import pulumi_aws as aws

from benches.domains_asked import ACCOUNT, GROUP, Asked, domain, r2_key, record, text

FUNCTION = "function handler(event) { return event.request; }"


class Empty(pulumi.ComponentResource):
    """A component that does nothing but say that it is done, as Pulumi asks of every component."""

    def __init__(self, name: str) -> None:
        super().__init__("bench:index:Empty", name)
        self.register_outputs({})


class ByHand:
    """The same resources with no component, or with an empty one for each domain."""

    def __init__(self, *, in_components: bool) -> None:
        self._in_components = in_components

    def __call__(self) -> None:
        hosts: dict[str, Callable[[range], Any]] = {
            "cloudfront": self._distribution,
            "worker": self._worker,
            "r2": lambda _: None,
        }
        parts = {"cloudfront": self._on_cloudfront, "worker": self._on_worker, "r2": self._on_r2}
        for first in range(0, len(Asked.zone_ids), GROUP):
            numbers = range(first, min(first + GROUP, len(Asked.zone_ids)))
            shared = hosts[Asked.host](numbers)
            for number in numbers:
                parent = Empty(domain(number)) if self._in_components else None
                parts[Asked.host](number, shared, pulumi.ResourceOptions(parent=parent))

    def _distribution(self, numbers: range) -> tuple[aws.s3.Bucket, aws.cloudfront.Distribution]:
        return distribution(f"group{numbers.start // GROUP}", numbers)

    def _on_cloudfront(self, number: int, shared: Any, opts: pulumi.ResourceOptions) -> None:
        name = domain(number)
        bucket, target = shared
        file = aws.s3.BucketObjectv2(
            f"{name}-policy",
            bucket=bucket.bucket,
            key=f"mta-sts.{name}/.well-known/mta-sts.txt",
            content=text(number),
            content_type="text/plain",
            cache_control="no-store",
            server_side_encryption="AES256",
            etag=hashlib.md5(text(number).encode(), usedforsecurity=False).hexdigest(),
            opts=opts,
        )
        cname = dns(
            number,
            f"{name}-cname",
            f"mta-sts.{name}",
            "CNAME",
            target.domain_name,
            after(opts, file),
        )
        announce(number, after(opts, file, cname))

    def _worker(self, numbers: range) -> pulumi.Resource:
        import pulumi_cloudflare as cloudflare

        policies = {f"mta-sts.{domain(number)}": text(number) for number in numbers}
        name = f"bench-group{numbers.start // GROUP}"
        return cloudflare.WorkersScript(
            name,
            account_id=ACCOUNT,
            script_name=name,
            main_module="worker.js",
            content=f"const HELD = {policies!r};\nexport default {{}};\n",
            compatibility_date="2026-11-01",
            bindings=[],
        )

    def _on_worker(self, number: int, shared: Any, opts: pulumi.ResourceOptions) -> None:
        import pulumi_cloudflare as cloudflare

        name = domain(number)
        made = cloudflare.WorkersCustomDomain(
            f"{name}-worker-domain",
            account_id=ACCOUNT,
            hostname=f"mta-sts.{name}",
            service=shared.id,
            zone_id=Asked.zone_ids[number],
            opts=opts,
        )
        announce(number, after(opts, made))

    @cached_property
    def _r2(self) -> aws.Provider:
        key = r2_key()
        return aws.Provider(
            "r2",
            access_key=key["access_key_id"],
            secret_key=key["secret_access_key"],
            region="auto",
            endpoints=[{"s3": f"https://{ACCOUNT}.r2.cloudflarestorage.com"}],
            s3_use_path_style=True,
            skip_credentials_validation=True,
            skip_metadata_api_check=True,
            skip_region_validation=True,
            skip_requesting_account_id=True,
        )

    def _on_r2(self, number: int, shared: Any, opts: pulumi.ResourceOptions) -> None:
        import pulumi_cloudflare as cloudflare

        name = domain(number)
        bucket = cloudflare.R2Bucket(
            f"{name}-r2-bucket", account_id=ACCOUNT, name=f"bench-{number}", opts=opts
        )
        file = aws.s3.BucketObjectv2(
            f"{name}-r2-policy",
            bucket=bucket.name,
            key=".well-known/mta-sts.txt",
            content=text(number),
            content_type="text/plain",
            etag=hashlib.md5(text(number).encode(), usedforsecurity=False).hexdigest(),
            override_provider={"default_tags": {"tags": {}}},
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self._r2)),
        )
        made = cloudflare.R2CustomDomain(
            f"{name}-r2-domain",
            account_id=ACCOUNT,
            bucket_name=bucket.name,
            domain=f"mta-sts.{name}",
            zone_id=Asked.zone_ids[number],
            enabled=True,
            min_tls="1.2",
            opts=after(opts, file),
        )
        announce(number, after(opts, file, made))


def after(opts: pulumi.ResourceOptions, *first: pulumi.Resource) -> pulumi.ResourceOptions:
    """The same options, for what is made after these."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(first)))


def dns(
    number: int, name: str, host: Any, kind: Any, value: Any, opts: pulumi.ResourceOptions
) -> Any:
    """A record in the zone of a domain."""
    if Asked.zone == "route53":
        return aws.route53.Record(
            name,
            zone_id=Asked.zone_ids[number],
            name=host,
            type=kind,
            ttl=300,
            records=[value],
            allow_overwrite=True,
            opts=opts,
        )
    import pulumi_cloudflare as cloudflare

    content = f'"{value}"' if kind == "TXT" else value
    return cloudflare.DnsRecord(
        name,
        zone_id=Asked.zone_ids[number],
        name=host,
        type=kind,
        content=content,
        ttl=300,
        opts=opts,
    )


def announce(number: int, opts: pulumi.ResourceOptions) -> None:
    """The TXT record of a domain."""
    name = domain(number)
    dns(number, f"{name}-txt", f"_mta-sts.{name}", "TXT", record(number), opts)


def distribution(name: str, numbers: range) -> tuple[aws.s3.Bucket, aws.cloudfront.Distribution]:
    """A bucket, a certificate for these domains, its records, and a distribution."""
    names = [f"mta-sts.{domain(number)}" for number in numbers]
    bucket = aws.s3.Bucket(f"{name}-bucket")
    aws.s3.BucketPublicAccessBlock(
        f"{name}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketOwnershipControls(
        f"{name}-ownership", bucket=bucket.bucket, rule={"object_ownership": "BucketOwnerEnforced"}
    )
    certificate = aws.acm.Certificate(
        f"{name}-certificate",
        domain_name=names[0],
        subject_alternative_names=names,
        validation_method="DNS",
        region="us-east-1",
    )
    records = [
        _validation(f"{name}-{domain(number)}-validation", certificate, number)
        for number in numbers
    ]
    issued = aws.acm.CertificateValidation(
        f"{name}-issued",
        certificate_arn=certificate.arn,
        region="us-east-1",
        opts=pulumi.ResourceOptions(depends_on=records),
    )
    access = aws.cloudfront.OriginAccessControl(
        f"{name}-access",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
    function = aws.cloudfront.Function(
        f"{name}-function", runtime="cloudfront-js-2.0", code=FUNCTION, publish=True
    )
    made = aws.cloudfront.Distribution(
        f"{name}-distribution",
        enabled=True,
        is_ipv6_enabled=True,
        aliases=names,
        origins=[
            {
                "domain_name": bucket.bucket_regional_domain_name,
                "origin_id": "policies",
                "origin_access_control_id": access.id,
            }
        ],
        default_cache_behavior={
            "target_origin_id": "policies",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
            "function_associations": [
                {"event_type": "viewer-request", "function_arn": function.arn}
            ],
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={
            "acm_certificate_arn": issued.certificate_arn,
            "minimum_protocol_version": "TLSv1.2_2021",
            "ssl_support_method": "sni-only",
        },
    )
    aws.s3.BucketPolicy(
        f"{name}-bucket-policy",
        bucket=bucket.bucket,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject",
                        "Resource": pulumi.Output.concat(bucket.arn, "/*"),
                        "Condition": {"StringEquals": {"AWS:SourceArn": made.arn}},
                    }
                ],
            }
        ),
    )
    return bucket, made


def _validation(resource: str, certificate: aws.acm.Certificate, number: int) -> Any:
    def option(key: str, options: list[Any]) -> str:
        found = next(each for each in options if each.domain_name == f"mta-sts.{domain(number)}")
        return str(getattr(found, f"resource_record_{key}")).rstrip(".")

    options = certificate.domain_validation_options
    host, kind, value = (options.apply(partial(option, key)) for key in ("name", "type", "value"))
    return dns(number, resource, host, kind, value, pulumi.ResourceOptions())


def module() -> None:
    """As the usual Terraform module has it: everything for each domain."""
    for number in range(len(Asked.zone_ids)):
        name = domain(number)
        bucket, made = distribution(f"d{number:04}", range(number, number + 1))
        file = aws.s3.BucketObjectv2(
            f"{name}-policy",
            bucket=bucket.bucket,
            key=".well-known/mta-sts.txt",
            content=text(number),
            content_type="text/plain",
        )
        none = pulumi.ResourceOptions()
        dns(number, f"{name}-cname", f"mta-sts.{name}", "CNAME", made.domain_name, none)
        announce(number, after(none, file))
