"""AWS: the resource types, one module for each service or large type, and the functions."""

from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import doing
from sandbox.plugin.aws.functions import FUNCTIONS
from sandbox.plugin.package import Package

MODULES = {
    "aws:acm/certificate:Certificate": "acm",
    "aws:acm/certificateValidation:CertificateValidation": "acm",
    "aws:cloudfront/connectionGroup:ConnectionGroup": "cloudfront_tenants",
    "aws:cloudfront/distribution:Distribution": "cloudfront_distribution",
    "aws:cloudfront/distributionTenant:DistributionTenant": "cloudfront_tenants",
    "aws:cloudfront/function:Function": "cloudfront",
    "aws:cloudfront/multitenantDistribution:MultitenantDistribution": "cloudfront_multitenant",
    "aws:cloudfront/originAccessControl:OriginAccessControl": "cloudfront",
    "aws:route53/record:Record": "route53",
    "aws:s3/bucket:Bucket": "s3_bucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "previewed",
    "aws:s3/bucketObjectv2:BucketObjectv2": "s3_object",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3_settings",
    "aws:s3/bucketPolicy:BucketPolicy": "s3_settings",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3_settings",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "s3_settings"
    ),
    "aws:s3/bucketVersioning:BucketVersioning": "s3_settings",
    "aws:ses/activeReceiptRuleSet:ActiveReceiptRuleSet": "previewed",
    "aws:ses/domainIdentity:DomainIdentity": "previewed",
    "aws:ses/domainIdentityVerification:DomainIdentityVerification": "previewed",
    "aws:ses/receiptRule:ReceiptRule": "previewed",
    "aws:ses/receiptRuleSet:ReceiptRuleSet": "previewed",
}

AWS = Package(
    name="aws",
    types={token: f"{__name__}.{module}" for token, module in MODULES.items()},
    functions=FUNCTIONS,
    configured=Aws.configured,
    doing=doing,
)
