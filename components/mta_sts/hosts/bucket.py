"""The private bucket that CloudFront reads policies from, and the files in it."""

import json

import pulumi
import pulumi_aws as aws

from mta_sts.aws import BucketObject
from mta_sts.hosts import Site
from mta_sts.hosts.recorded import FILE_OF, file_key
from mta_sts.hosts.shared import md5


def private(host: pulumi.ComponentResource, short: str) -> aws.s3.Bucket:
    """A bucket that nobody reads yet."""
    child = pulumi.ResourceOptions(parent=host)
    bucket = aws.s3.Bucket(f"{short}-bucket", opts=child)
    aws.s3.BucketPublicAccessBlock(
        f"{short}-public-access",
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=child,
    )
    aws.s3.BucketOwnershipControls(
        f"{short}-ownership",
        bucket=bucket.bucket,
        rule={"object_ownership": "BucketOwnerEnforced"},
        opts=child,
    )
    return bucket


def read_only_by(
    bucket_arn: pulumi.Input[str], *distribution_arns: pulumi.Input[str]
) -> pulumi.Output[str]:
    """The policy document (JSON) that lets these distributions, and nobody else, read the
    bucket."""
    return pulumi.Output.all(bucket_arn, *distribution_arns).apply(
        lambda arns: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OnlyTheDistributionReads",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject",
                        "Resource": f"{arns[0]}/mta-sts.*",
                        "Condition": {
                            "StringEquals": {
                                "AWS:SourceArn": arns[1] if len(arns) == 2 else arns[1:]
                            }
                        },
                    }
                ],
            }
        )
    )


def attached(
    host: pulumi.ComponentResource,
    short: str,
    bucket: pulumi.Input[str],
    policy: pulumi.Output[str],
) -> None:
    """Attach a policy document to the host's own bucket."""
    aws.s3.BucketPolicy(
        f"{short}-bucket-policy",
        bucket=bucket,
        policy=policy,
        opts=pulumi.ResourceOptions(parent=host),
    )


def write(site: Site, host: str, bucket: pulumi.Input[str]) -> BucketObject:
    """Write the policy file of a domain into the bucket of its host."""
    return BucketObject(
        f"{site.name}-{FILE_OF[host]}",
        site.options(),
        bucket=bucket,
        key=file_key(site.domain),
        content=site.text,
        contentType="text/plain",
        cacheControl="no-store",
        # With the hash S3 itself reports, a refresh notices a file that another hand changed; with
        # keys of S3's own, that hash is the MD5 of the content.
        serverSideEncryption="AES256",
        etag=site.text.apply(md5),
    )
