"""The resource types, one module for each service or large type."""

import functools
import importlib

from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Resource

TYPES = {
    "aws:acm/certificate:Certificate": "acm",
    "aws:acm/certificateValidation:CertificateValidation": "acm",
    "aws:cloudfront/distribution:Distribution": "cloudfront_distribution",
    "aws:cloudfront/function:Function": "cloudfront",
    "aws:cloudfront/originAccessControl:OriginAccessControl": "cloudfront",
    "aws:route53/record:Record": "route53",
    "aws:s3/bucket:Bucket": "s3_bucket",
    "aws:s3/bucketObjectv2:BucketObjectv2": "s3_object",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3_settings",
    "aws:s3/bucketPolicy:BucketPolicy": "s3_settings",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3_settings",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3_settings"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "s3_settings",
}


@functools.cache
def resource_of(token: str) -> Resource:
    """The resource type of a token.

    Raises:
        Refused: this stand-in does not have it.
    """
    if token not in TYPES:
        raise Refused(f"the sandbox's aws provider has no resource type {token}")
    module = importlib.import_module(f"{__name__}.{TYPES[token]}")
    resource: Resource = getattr(module, token.rpartition(":")[2])()
    return resource
