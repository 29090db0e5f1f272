"""Buckets: which policies S3 refuses, and who may read without a signature."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import policy, refusal

ARN = "arn:aws:cloudfront::123456789012:distribution/E1"


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    cloud.client("s3").create_bucket(Bucket="policies")
    cloud.client("s3").put_object(Bucket="policies", Key="a/b.txt", Body=b"text")
    return "policies"


def block(cloud: Cloud, bucket: str) -> None:
    cloud.client("s3").put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={"BlockPublicPolicy": True, "RestrictPublicBuckets": True},
    )


def put_policy(cloud: Cloud, bucket: str, document: Any) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    cloud.client("s3").put_bucket_policy(Bucket=bucket, Policy=text)


def unsigned(cloud: Cloud, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{cloud.environment['AWS_ENDPOINT_URL']}/{path}") as response:  # noqa: S310
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        "{}",
        policy("policies", ARN, Effect="Permit"),
        policy("policies", ARN, Action="cloudfront:GetObject"),
        policy("policies", ARN, Resource="arn:aws:s3:::another/*"),
        policy("policies", ARN, Resource="policies/*"),
        policy("policies", ARN, Principal="cloudfront.amazonaws.com"),
        policy("policies", ARN, Principal={"service": "cloudfront.amazonaws.com"}),
        {**policy("policies", ARN), "Version": "2026-01-01"},
    ],
)
def test_malformed_policies(cloud: Cloud, bucket: str, document: Any) -> None:
    with pytest.raises(ClientError) as caught:
        put_policy(cloud, bucket, document)
    assert refusal(caught.value) == ("MalformedPolicy", 400)


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": "*", "Condition": {}},
        {"Principal": {"AWS": ["*"]}, "Condition": {}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:Referer": "x"}}},
        {"Principal": "*", "Condition": {"StringLike": {"AWS:SourceArn": "arn:*"}}},
    ],
)
def test_public_policies_are_blocked(cloud: Cloud, bucket: str, changes: dict[str, Any]) -> None:
    document = policy(bucket, ARN, **changes)
    put_policy(cloud, bucket, document)  # nothing blocks it yet
    cloud.client("s3").delete_bucket_policy(Bucket=bucket)
    block(cloud, bucket)
    with pytest.raises(ClientError) as caught:
        put_policy(cloud, bucket, document)
    assert refusal(caught.value) == ("AccessDenied", 403)


def test_the_policy_for_one_distribution_is_not_public(cloud: Cloud, bucket: str) -> None:
    block(cloud, bucket)
    document = policy(bucket, ARN)
    put_policy(cloud, bucket, document)
    kept = cloud.client("s3").get_bucket_policy(Bucket=bucket)["Policy"]
    assert json.loads(kept) == document


def test_unsigned_requests(cloud: Cloud, bucket: str) -> None:
    for path in (f"{bucket}/a/b.txt", f"{bucket}/nothing", bucket, f"{bucket}?list-type=2", ""):
        status, body = unsigned(cloud, path)
        assert (status, "<Code>AccessDenied</Code>" in body) == (403, True), path
    assert unsigned(cloud, "nobucket/x")[0] == 404
    presigned = cloud.client("s3").generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a/b.txt"}
    )
    assert unsigned(cloud, presigned.split("/", 3)[3]) == (200, "text")


def test_unsigned_reads_of_a_public_object(cloud: Cloud, bucket: str) -> None:
    put_policy(cloud, bucket, policy(bucket, ARN, Principal="*", Condition={}))
    assert unsigned(cloud, f"{bucket}/a/b.txt") == (200, "text")
    assert unsigned(cloud, bucket)[0] == 403
    block(cloud, bucket)
    assert unsigned(cloud, f"{bucket}/a/b.txt")[0] == 403
