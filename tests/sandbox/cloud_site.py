"""A policy host made by hand, and a look at it from outside."""

import json
import ssl
from typing import Any

import dns.message
import dns.query
import httpx
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
PATH = "/.well-known/mta-sts.txt"
BY_HOST = b"""
function handler(event) {
  var request = event.request;
  request.uri = '/' + request.headers.host.value.split(':')[0] + request.uri;
  return request;
}
"""


def ask(cloud: Cloud, name: str, rdtype: str, *, tcp: bool = False) -> dns.message.Message:
    send = dns.query.tcp if tcp else dns.query.udp
    query = dns.message.make_query(name, rdtype)
    return send(query, "127.0.0.1", port=cloud.dns.port, timeout=2)


def answers(cloud: Cloud, name: str, rdtype: str) -> list[str]:
    """Every record of the answer, CNAMEs too."""
    return sorted(r.to_text() for rrset in ask(cloud, name, rdtype).answer for r in rrset)


def fetch(
    cloud: Cloud,
    host: str,
    path: str = PATH,
    method: str = "GET",
    *,
    tls: str = "",
    at: str = "127.0.0.1",
) -> httpx.Response:
    """What an edge answers, CloudFront's where nothing else is said, whatever DNS says."""
    context = ssl.create_default_context(cafile=cloud.environment["MTA_STS_CA_FILE"])
    if tls:
        context.minimum_version = context.maximum_version = ssl.TLSVersion[tls]
    with httpx.Client(verify=context, trust_env=False) as client:
        return client.request(
            method,
            f"https://{at}:{cloud.edge.port}{path}",
            headers={"host": host},
            extensions={"sni_hostname": host},
        )


def refusal(error: ClientError) -> tuple[str, int]:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return error.response["Error"]["Code"], int(status)


def change(
    cloud: Cloud, zone: str, *changes: tuple[str, str, str, list[str]], ttl: int = 300
) -> None:
    """A change batch by the API: (action, name, type, values) each."""
    cloud.client("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                {
                    "Action": action,
                    "ResourceRecordSet": {
                        "Name": name,
                        "Type": type_,
                        "TTL": ttl,
                        "ResourceRecords": [{"Value": value} for value in values],
                    },
                }
                for action, name, type_, values in changes
            ]
        },
    )


class Site:
    """Zone, certificate, bucket, function and distribution for mta-sts.<domain>."""

    def __init__(self, cloud: Cloud, domain: str = "example.com") -> None:
        self.cloud = cloud
        self.domain = domain
        self.host = f"mta-sts.{domain}"
        self.bucket = f"policies-{domain.replace('.', '-')}"
        self.key = f"{self.host}{PATH}"
        self.zone = cloud.create_zone(domain)
        self.certificate = self.request_certificate(self.host)
        self.validate(self.certificate)

    def build(self, **behavior: Any) -> dict[str, Any]:
        """The rest, in order; the distribution."""
        self.make_bucket()
        distribution = self.distribute(**behavior)
        self.let_in(distribution["ARN"])
        self.put(b"one\n")
        return distribution

    def request_certificate(self, *names: str) -> str:
        requested = self.cloud.client("acm").request_certificate(
            DomainName=names[0],
            ValidationMethod="DNS",
            **({"SubjectAlternativeNames": list(names[1:])} if names[1:] else {}),
        )
        return str(requested["CertificateArn"])

    def describe_certificate(self, arn: str) -> dict[str, Any]:
        described = self.cloud.client("acm").describe_certificate(CertificateArn=arn)
        certificate: dict[str, Any] = described["Certificate"]
        return certificate

    def validate(self, arn: str) -> None:
        options = self.describe_certificate(arn)["DomainValidationOptions"]
        records = [option["ResourceRecord"] for option in options]
        changes = [("UPSERT", r["Name"], r["Type"], [r["Value"]]) for r in records]
        change(self.cloud, self.zone, *{c[1]: c for c in changes}.values())

    def make_bucket(self) -> None:
        s3 = self.cloud.client("s3")
        s3.create_bucket(Bucket=self.bucket)
        s3.put_public_access_block(
            Bucket=self.bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )

    def let_in(self, arn: str) -> None:
        self.cloud.client("s3").put_bucket_policy(
            Bucket=self.bucket, Policy=json.dumps(policy(self.bucket, arn))
        )

    def put(self, body: bytes) -> None:
        self.cloud.client("s3").put_object(
            Bucket=self.bucket,
            Key=self.key,
            Body=body,
            ContentType="text/plain; charset=us-ascii",
            CacheControl="no-store",
        )

    def publish(self, code: bytes = BY_HOST, name: str = "by-host") -> str:
        cloudfront = self.cloud.client("cloudfront")
        config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
        made = cloudfront.create_function(Name=name, FunctionConfig=config, FunctionCode=code)
        cloudfront.publish_function(Name=name, IfMatch=made["ETag"])
        return str(made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"])

    def origin_access_control(self, name: str = "policies") -> str:
        made = self.cloud.client("cloudfront").create_origin_access_control(
            OriginAccessControlConfig={
                "Name": name,
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }
        )
        return str(made["OriginAccessControl"]["Id"])

    def config(self, **behavior: Any) -> dict[str, Any]:
        """A distribution's configuration; the bucket read as CloudFront, by host name."""
        functions = [{"EventType": "viewer-request", "FunctionARN": self.publish()}]
        return {
            "CallerReference": self.domain,
            "Comment": "",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": [self.host]},
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "bucket",
                        "DomainName": f"{self.bucket}.s3.us-east-1.amazonaws.com",
                        "OriginAccessControlId": self.origin_access_control(),
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "bucket",
                "ViewerProtocolPolicy": "https-only",
                "Compress": False,
                "CachePolicyId": CACHING_DISABLED,
                "AllowedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
                "FunctionAssociations": {"Quantity": 1, "Items": functions},
                **behavior,
            },
            "CustomErrorResponses": {
                "Quantity": 2,
                "Items": [
                    {"ErrorCode": 403, "ErrorCachingMinTTL": 0},
                    {"ErrorCode": 404, "ErrorCachingMinTTL": 0},
                ],
            },
            "ViewerCertificate": {
                "ACMCertificateArn": self.certificate,
                "SSLSupportMethod": "sni-only",
                "MinimumProtocolVersion": "TLSv1.2_2021",
            },
        }

    def distribute(self, **behavior: Any) -> dict[str, Any]:
        return self.create(self.config(**behavior))

    def create(self, config: dict[str, Any]) -> dict[str, Any]:
        made = self.cloud.client("cloudfront").create_distribution(DistributionConfig=config)
        distribution: dict[str, Any] = made["Distribution"]
        return distribution

    def update(self, id_: str, **settings: Any) -> None:
        """Change the top level of a distribution's configuration."""
        cloudfront = self.cloud.client("cloudfront")
        now = cloudfront.get_distribution_config(Id=id_)
        config = {**now["DistributionConfig"], **settings}
        cloudfront.update_distribution(Id=id_, IfMatch=now["ETag"], DistributionConfig=config)


def policy(bucket: str, arn: str, **changes: Any) -> dict[str, Any]:
    """The bucket policy that lets one distribution read."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": arn}},
        **changes,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
