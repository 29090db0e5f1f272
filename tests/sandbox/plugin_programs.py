"""Programs for the tests of the plugin, and what the engine did with them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from sandbox import engine
from sandbox.cloud import Cloud
from sandbox.plugin.aws import AWS
from sandbox.plugin.package import Package
from sandbox.plugin.server import serve_in_process
from tests.engine.stack import Run, Stack

NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CODE = "function handler(event) { return event.request; }"


LONGEST_CALL = 60  # seconds, of one call of the engine


@contextmanager
def attached(cloud: Cloud, directory: Path, package: Package = AWS) -> Iterator[Stack]:
    """A new stack, of an engine that works against the cloud through a plugin in this process."""
    limited = directory / "bin" / "pulumi"
    limited.parent.mkdir()
    pulumi_command = engine.ensure() / "pulumi"
    limited.write_text(f'#!/bin/sh\nexec timeout -s KILL {LONGEST_CALL} "{pulumi_command}" "$@"\n')
    limited.chmod(0o755)
    with serve_in_process(package) as port, pytest.MonkeyPatch.context() as patch:
        environment = {
            "PATH": os.pathsep.join([str(limited.parent), os.environ["PATH"]]),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DEBUG_PROVIDERS": f"{package.name}:{port}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **cloud.environment,
        }
        for name, value in environment.items():  # the plugin's is this process's own
            patch.setenv(name, value)
        yield Stack(directory, environment)


def done(run: Run) -> dict[str, str]:
    """Logical name -> what the engine did with that resource, in order; it must not fail."""
    assert not run.failed, run.printed
    steps: dict[str, str] = {}
    for step in run.steps:
        if not step.type.startswith("pulumi:"):
            steps[step.name] = f"{steps.get(step.name, '')} {step.op}".strip()
    return steps


def refusal(run: Run) -> str:
    """What the user sees of a run that must fail."""
    assert run.failed, run.printed
    words = "\n".join(run.said("error"))
    assert "Traceback" not in words
    assert 'File "' not in words
    return words


def resource(state: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """A resource of a stack's state."""
    (found,) = (item for item in state if item["urn"].endswith(f"::{name}"))
    return found


def names(state: list[dict[str, Any]]) -> set[str]:
    return {str(item["urn"]).rpartition("::")[2] for item in state}


class Site:
    """Everything a policy host is made of."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.content = "one"
        self.names = ["mta-sts.example.com"]
        self.known: list[str] = []
        """Outputs the program could see, by name."""

    def _see(self, name: str, output: pulumi.Output[Any]) -> None:
        output.apply(lambda _: self.known.append(name))

    def __call__(self) -> None:
        self.known.clear()
        bucket = aws.s3.Bucket("policies")
        aws.s3.BucketPublicAccessBlock(
            "closed",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        aws.s3.BucketOwnershipControls(
            "owner", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            "encryption",
            bucket=bucket.id,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
        )
        aws.s3.BucketVersioning(
            "versions", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
        )
        file = aws.s3.BucketObjectv2(
            "file",
            bucket=bucket.id,
            key="example.com.txt",
            content=self.content,
            content_type="text/plain",
        )
        self._see("file.etag", file.etag)
        self._see("file.versionId", file.version_id)
        self._see("file.arn", file.arn)
        issued = self._certificate()
        distribution = self._distribution(bucket, issued)
        aws.s3.BucketPolicy("reader", bucket=bucket.id, policy=_policy(bucket, distribution))
        aws.route53.Record(
            "name",
            zone_id=self.zone,
            name="mta-sts",
            type="CNAME",
            ttl=300,
            records=[distribution.domain_name],
        )
        aws.route53.Record(
            "txt",
            zone_id=self.zone,
            name="_mta-sts.example.com",
            type="TXT",
            ttl=300,
            records=["v=STSv1; id=1;"],
        )

    def _certificate(self) -> aws.acm.CertificateValidation:
        certificate = aws.acm.Certificate(
            "certificate",
            region="us-east-1",
            domain_name=self.names[0],
            subject_alternative_names=self.names,
            validation_method="DNS",
        )
        self._see("certificate.options", certificate.domain_validation_options)
        options = certificate.domain_validation_options
        for name in self.names:
            mine = options.apply(partial(_of, name))
            aws.route53.Record(
                f"proof-{name}",
                zone_id=self.zone,
                name=mine.resource_record_name.apply(str),
                type=mine.resource_record_type.apply(str),
                records=[mine.resource_record_value.apply(str)],
                ttl=300,
                allow_overwrite=True,
            )
        return aws.acm.CertificateValidation(
            "issued", region="us-east-1", certificate_arn=certificate.arn
        )

    def _distribution(
        self, bucket: aws.s3.Bucket, issued: aws.acm.CertificateValidation
    ) -> aws.cloudfront.Distribution:
        access = aws.cloudfront.OriginAccessControl(
            "access",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        function = aws.cloudfront.Function("pick", runtime="cloudfront-js-2.0", code=CODE)
        distribution = aws.cloudfront.Distribution(
            "edge",
            enabled=True,
            aliases=self.names,
            is_ipv6_enabled=True,
            origins=[
                {
                    "domain_name": bucket.bucket_regional_domain_name,
                    "origin_id": "bucket",
                    "origin_access_control_id": access.id,
                }
            ],
            default_cache_behavior={
                "allowed_methods": ["GET", "HEAD"],
                "cached_methods": ["GET", "HEAD"],
                "target_origin_id": "bucket",
                "viewer_protocol_policy": "https-only",
                "cache_policy_id": NO_CACHE,
                "function_associations": [
                    {"event_type": "viewer-request", "function_arn": function.arn}
                ],
            },
            custom_error_responses=[
                {"error_code": error, "error_caching_min_ttl": 0} for error in (403, 404)
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={
                "acm_certificate_arn": issued.certificate_arn,
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
        )
        self._see("edge.domainName", distribution.domain_name)
        self._see("edge.etag", distribution.etag)
        return distribution


def _of(name: str, options: Any) -> Any:
    return next(option for option in options if option.domain_name == name)


def _policy(bucket: aws.s3.Bucket, distribution: aws.cloudfront.Distribution) -> Any:
    return pulumi.Output.json_dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "cloudfront.amazonaws.com"},
                    "Action": "s3:GetObject",
                    "Resource": pulumi.Output.concat(bucket.arn, "/*"),
                    "Condition": {"StringEquals": {"AWS:SourceArn": distribution.arn}},
                }
            ],
        }
    )
