"""The programs whose cost `benches.domains` measures: the same domains, in four shapes.

Run by `pulumi`, which gets what to declare from the environment: BENCH_SHAPE, BENCH_HOST,
BENCH_ZONE, BENCH_ZONE_ID, BENCH_COUNT, and BENCH_CHANGED for another policy of one domain.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

import pulumi
import pulumi_aws as aws

ZONE = "bench.example"
GROUP = 100
MX = ["mx1.mailhost.example", "mx2.mailhost.example"]
FUNCTION = "function handler(event) { return event.request; }"
ACCOUNT = os.environ.get("BENCH_ACCOUNT", "")


class Asked:
    """What the environment asks for."""

    shape = os.environ.get("BENCH_SHAPE", "")
    host = os.environ.get("BENCH_HOST", "")
    zone = os.environ.get("BENCH_ZONE", "")
    zone_id = os.environ.get("BENCH_ZONE_ID", "")
    count = int(os.environ.get("BENCH_COUNT", "0"))
    changed = bool(os.environ.get("BENCH_CHANGED"))
    look_up = bool(os.environ.get("BENCH_LOOK_UP"))


def domain(number: int) -> str:
    """The name of a domain."""
    return f"d{number:04}.{ZONE}"


def max_age(number: int) -> int:
    """Seconds; another one for the domain that changes."""
    return 604801 if Asked.changed and number == 0 else 604800


def text(number: int) -> str:
    """The policy of a domain."""
    mx = "".join(f"mx: {host}\n" for host in MX)
    return f"version: STSv1\nmode: testing\n{mx}max_age: {max_age(number)}\n"


def record(number: int) -> str:
    """What announces it."""
    return f"v=STSv1; id={hashlib.sha256(text(number).encode()).hexdigest()[:32]};"


# Ours


def ours() -> None:
    """Our components, a distribution or a Worker for a hundred domains."""
    from mta_sts import CloudFrontHost, MtaSts, WorkerHost
    from mta_sts.arguments import Host

    zone: Any = {Asked.zone: Asked.zone_id}
    for first in range(0, Asked.count, GROUP):
        numbers = range(first, min(first + GROUP, Asked.count))
        hosted: Any = [{"domain": domain(number), "zone": zone} for number in numbers]
        host: Host
        if Asked.host == "cloudfront":
            shared = CloudFrontHost(f"group{first // GROUP}", {"domains": hosted})
            host = {"cloudfront": {"target": shared.target, "bucket": shared.bucket}}
        elif Asked.host == "worker":
            worker = WorkerHost(
                f"group{first // GROUP}", {"domains": hosted, "account_id": ACCOUNT}
            )
            host = {"worker": {"account_id": ACCOUNT, "script": worker.script}}
        else:
            host = {"r2": {"account_id": ACCOUNT, **r2_key()}}  # type: ignore[typeddict-item]
        for number in numbers:
            MtaSts(
                domain(number),
                {
                    "domain": domain(number),
                    "zone": zone,
                    "mode": "testing",
                    "mx": [*MX],
                    "max_age": max_age(number),
                    "host": host,
                    "look_up": Asked.look_up,
                },
            )


def r2_key() -> dict[str, Any]:
    """The key by which objects are written into R2."""
    secret = pulumi.Output.secret(os.environ["BENCH_R2_SECRET"])
    return {"access_key_id": os.environ["BENCH_R2_KEY"], "secret_access_key": secret}


# The same resources, declared by hand


class Empty(pulumi.ComponentResource):
    """A component that does nothing."""

    def __init__(self, name: str) -> None:
        super().__init__("bench:index:Empty", name)


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
        for first in range(0, Asked.count, GROUP):
            numbers = range(first, min(first + GROUP, Asked.count))
            shared = hosts[Asked.host](numbers)
            for number in numbers:
                parent = Empty(domain(number)) if self._in_components else None
                parts[Asked.host](number, shared, pulumi.ResourceOptions(parent=parent))

    def _distribution(self, numbers: range) -> tuple[aws.s3.Bucket, aws.cloudfront.Distribution]:
        names = [f"mta-sts.{domain(number)}" for number in numbers]
        return distribution(f"group{numbers.start // GROUP}", names)

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
            f"{name}-cname", f"mta-sts.{name}", "CNAME", target.domain_name, after(opts, file)
        )
        dns(f"{name}-txt", f"_mta-sts.{name}", "TXT", record(number), after(opts, file, cname))

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
            zone_id=Asked.zone_id,
            opts=opts,
        )
        dns(f"{name}-txt", f"_mta-sts.{name}", "TXT", record(number), after(opts, made))

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
            zone_id=Asked.zone_id,
            enabled=True,
            min_tls="1.2",
            opts=after(opts, file),
        )
        dns(f"{name}-txt", f"_mta-sts.{name}", "TXT", record(number), after(opts, file, made))


def after(opts: pulumi.ResourceOptions, *first: pulumi.Resource) -> pulumi.ResourceOptions:
    """The same options, for what is made after these."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(first)))


def dns(name: str, host: Any, kind: Any, value: Any, opts: pulumi.ResourceOptions) -> Any:
    """A record in the zone that is asked for."""
    if Asked.zone == "route53":
        return aws.route53.Record(
            name,
            zone_id=Asked.zone_id,
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
        name, zone_id=Asked.zone_id, name=host, type=kind, content=content, ttl=300, opts=opts
    )


def distribution(name: str, names: list[str]) -> tuple[aws.s3.Bucket, aws.cloudfront.Distribution]:
    """A bucket, a certificate for these names, its records, and a distribution."""
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
    records = [_validation(f"{name}-{each}-validation", certificate, each) for each in names]
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


def _validation(resource: str, certificate: aws.acm.Certificate, name: str) -> Any:
    def option(key: str, options: list[Any]) -> str:
        found = next(each for each in options if each.domain_name == name)
        return str(getattr(found, f"resource_record_{key}")).rstrip(".")

    options = certificate.domain_validation_options
    host, kind, value = (options.apply(partial(option, key)) for key in ("name", "type", "value"))
    return dns(resource, host, kind, value, pulumi.ResourceOptions())


def module() -> None:
    """As the usual Terraform module has it: everything for each domain."""
    for number in range(Asked.count):
        name = domain(number)
        bucket, made = distribution(name, [f"mta-sts.{name}"])
        file = aws.s3.BucketObjectv2(
            f"{name}-policy",
            bucket=bucket.bucket,
            key=".well-known/mta-sts.txt",
            content=text(number),
            content_type="text/plain",
        )
        dns(f"{name}-cname", f"mta-sts.{name}", "CNAME", made.domain_name, after_nothing())
        dns(f"{name}-txt", f"_mta-sts.{name}", "TXT", record(number), after(after_nothing(), file))


def after_nothing() -> pulumi.ResourceOptions:
    """No options."""
    return pulumi.ResourceOptions()


SHAPES: dict[str, Callable[[], None]] = {
    "ours": ours,
    "bare": ByHand(in_components=False),
    "empty": ByHand(in_components=True),
    "module": module,
}


def main() -> None:
    """Declare what is asked for."""
    SHAPES[Asked.shape]()
