"""What a user sees when AWS refuses, and what the state has afterwards."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi_aws as aws
import pytest
from pulumi import CustomTimeouts, ResourceOptions

from sandbox.cloud import Cloud
from tests.engine.stack import Stack
from tests.sandbox.plugin_programs import (
    NO_CACHE,
    attached,
    done,
    names,
    refusal,
    resource,
)


@pytest.fixture
def stack(cloud: Cloud, tmp_path: Path) -> Iterator[Stack]:
    with attached(cloud, tmp_path) as new:
        yield new


def test_all_that_is_wrong_with_a_resource_is_said_before_anything_is_made(
    cloud: Cloud, stack: Stack
) -> None:
    def program() -> None:
        untyped: Any = {"status": "On", "mfa": 3}
        aws.s3.BucketVersioning("odd", bucket="b", versioning_configuration=untyped)

    words = refusal(stack.preview(program))
    assert (
        "aws:s3/bucketVersioning:BucketVersioning resource 'odd' has a problem:"
        " Invalid or unknown key. Examine values at 'odd.versioningConfiguration.mfa'."
    ) in words
    assert cloud.log == []


def test_the_words_of_aws_with_the_resource_before_them(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_zone("example.com")
    cloud.put_records(zone, [("taken.example.com", "TXT", 60, ["theirs"])])

    def program() -> None:
        aws.route53.Record("r", zone_id=zone, name="taken", type="TXT", ttl=60, records=["ours"])

    words = refusal(stack.up(program))
    assert "creating Route53 Record (taken TXT): operation error" in words
    assert "InvalidChangeBatch" in words
    assert "it already exists" in words


def test_a_bucket_with_objects_is_not_deleted_and_of_two_on_one_key_the_delete_wins(
    cloud: Cloud, stack: Stack
) -> None:
    def program(name: str) -> None:
        aws.s3.Bucket("kept", bucket="kept")
        emptied = aws.s3.Bucket("emptied", bucket="emptied", force_destroy=True)
        aws.s3.BucketObjectv2(name, bucket=emptied.id, key="same.txt", content="x")

    done(stack.up(lambda: program("old")))
    assert done(stack.up(lambda: program("new")))["old"] == "delete"
    assert "Contents" not in cloud.client("s3").list_objects_v2(Bucket="emptied")

    for bucket in ("kept", "emptied"):
        cloud.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    words = refusal(stack.destroy(lambda: program("new")))
    assert "deleting S3 Bucket (kept): operation error" in words
    assert "BucketNotEmpty" in words
    assert "emptied" not in names(stack.state())


def test_a_distribution_that_is_not_deployed_in_time_is_kept_and_finished(
    cloud: Cloud, stack: Stack
) -> None:
    cloud.cloudfront.deploy_seconds = 30

    def program(seconds: str) -> None:
        aws.cloudfront.Distribution(
            "edge",
            enabled=True,
            origins=[{"domain_name": "b.s3.us-east-1.amazonaws.com", "origin_id": "b"}],
            default_cache_behavior={
                "allowed_methods": ["GET", "HEAD"],
                "cached_methods": ["GET", "HEAD"],
                "target_origin_id": "b",
                "viewer_protocol_policy": "https-only",
                "cache_policy_id": NO_CACHE,
            },
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={"cloudfront_default_certificate": True},
            opts=ResourceOptions(custom_timeouts=CustomTimeouts(create=seconds)),
        )

    words = refusal(stack.up(lambda: program("1s")))
    assert (
        "timeout while waiting for state to become 'Deployed'"
        " (last state: 'InProgress', timeout: 1s)"
    ) in words
    identifier = resource(stack.state(), "edge")["id"]

    cloud.cloudfront.deploy_seconds = 0.0
    assert done(stack.up(lambda: program("1s"))) == {"edge": "update"}
    assert resource(stack.state(), "edge")["id"] == identifier


def test_a_certificate_that_stays_pending(cloud: Cloud, stack: Stack) -> None:
    cloud.acm.pending = True

    def program() -> None:
        certificate = aws.acm.Certificate("c", domain_name="a.example.com", validation_method="DNS")
        aws.acm.CertificateValidation(
            "v",
            certificate_arn=certificate.arn,
            opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="1s")),
        )

    words = refusal(stack.up(program))
    assert "timeout while waiting for state to become 'ISSUED'" in words
    assert "(last state: 'PENDING_VALIDATION', timeout: 1s)" in words
    assert {"c"} <= names(stack.state())
    assert "v" not in names(stack.state())
