"""The host: what it makes, who may read it, and what of it can be handed in."""

import urllib.error
import urllib.request
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from mta_sts import CloudFrontHost, MtaSts
from sandbox.cloud import Cloud
from tests.engine.programs import policy, shared_host
from tests.engine.stack import Stack

DOMAIN = "solarmora.com"
KEY = "mta-sts.solarmora.com/.well-known/mta-sts.txt"
TEXT = (
    "version: STSv1\nmode: testing\nmx: *.solarmora.net\nmx: backupmx.solarmora.com\n"
    "mx: mail.solarmora.com\nmax_age: 604800\n"
)


@pytest.fixture
def zones(cloud: Cloud) -> dict[str, str]:
    return {DOMAIN: cloud.create_zone(DOMAIN)}


def inputs(stack: Stack, name: str) -> dict[str, Any]:
    (found,) = (each for each in stack.state() if each["urn"].endswith(f"::{name}"))
    return {key: value for key, value in found["inputs"].items() if key != "__defaults"}


def test_what_is_made(cloud: Cloud, stack: Stack, zones: dict[str, str]) -> None:
    run = stack.up(shared_host({DOMAIN: {}}, zones))
    assert not run.failed, run.printed
    bucket = inputs(stack, "shared-bucket")["bucket"]
    assert inputs(stack, "shared-public-access") == {
        "bucket": bucket,
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    assert inputs(stack, f"{DOMAIN}-policy") == {
        "bucket": bucket,
        "key": KEY,
        "content": TEXT,
        "contentType": "text/plain",
        "cacheControl": "no-store",
        "serverSideEncryption": "AES256",
        "forceDestroy": False,
        "etag": "287d198e462961e605284f6beaf5b1d8",
    }
    certificate = inputs(stack, "shared-certificate")
    assert certificate["subjectAlternativeNames"] == [f"mta-sts.{DOMAIN}"]
    assert certificate["domainName"] == f"mta-sts.{DOMAIN}"
    assert certificate["region"] == "us-east-1"
    assert certificate["validationMethod"] == "DNS"
    distribution = inputs(stack, "shared-distribution")
    assert distribution["aliases"] == [f"mta-sts.{DOMAIN}"]
    assert distribution["isIpv6Enabled"] is True
    assert distribution["viewerCertificate"]["minimumProtocolVersion"] == "TLSv1.2_2021"
    assert distribution["viewerCertificate"]["sslSupportMethod"] == "sni-only"
    behaviour = distribution["defaultCacheBehavior"]
    assert behaviour["viewerProtocolPolicy"] == "https-only"
    assert behaviour["allowedMethods"] == ["GET", "HEAD"]
    assert behaviour["cachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["compress"] is False
    assert {
        (rule["errorCode"], rule["errorCachingMinTtl"])
        for rule in distribution["customErrorResponses"]
    } == {(code, 0) for code in (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)}
    assert inputs(stack, f"{DOMAIN}-txt")["ttl"] == 300
    assert inputs(stack, f"{DOMAIN}-cname")["type"] == "CNAME"


def test_nobody_but_the_distribution_reads_the_bucket(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    assert not stack.up(shared_host({DOMAIN: {}}, zones)).failed
    bucket = inputs(stack, "shared-bucket")["bucket"]
    base = f"{cloud.environment['AWS_ENDPOINT_URL']}/{bucket}"
    for address in (base, f"{base}/{KEY}"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(address, timeout=10)  # noqa: S310
        assert refused.value.code == 403


def test_the_tls_reporting_record(cloud: Cloud, stack: Stack, zones: dict[str, str]) -> None:
    def program() -> None:
        shared_host(
            {DOMAIN: {"reports": ["mailto:a@solarmora.net", "https://r.example/x"]}}, zones
        )()

    assert not stack.up(program).failed
    assert inputs(stack, f"{DOMAIN}-tlsrpt")["records"] == [
        "v=TLSRPTv1; rua=mailto:a@solarmora.net,https://r.example/x"
    ]


def test_a_domain_alone_makes_its_own_host(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    def program() -> None:
        MtaSts(DOMAIN, {"domain": DOMAIN, "zone": {"route53": zones[DOMAIN]}, **policy()})  # type: ignore[typeddict-item]

    run = stack.up(program)
    assert not run.failed, run.printed
    assert {step.name for step in run.changes if step.type == "mta-sts:index:CloudFrontHost"} == {
        f"{DOMAIN}-host"
    }
    assert stack.up(program).changes == []
    assert not stack.destroy(program).failed
    assert stack.state() == []


@pytest.mark.usefixtures("administrator")
def test_an_existing_bucket_keeps_its_owners_policy(
    cloud: Cloud, stack: Stack, zones: dict[str, str]
) -> None:
    """The owner attaches what the host gives; the zone is an Output of the same program."""

    def program() -> None:
        bucket = aws.s3.Bucket("mine", bucket="mine")
        host = CloudFrontHost(
            "shared",
            {
                "domains": [
                    {
                        "domain": DOMAIN,
                        "zone": {"route53": bucket.id.apply(lambda _: zones[DOMAIN])},
                    }
                ],
                "bucket": bucket.bucket,
            },
        )
        attached = aws.s3.BucketPolicy("mine", bucket=bucket.bucket, policy=host.bucket_policy)
        MtaSts(
            DOMAIN,
            {
                "domain": DOMAIN,
                "zone": {"route53": bucket.id.apply(lambda _: zones[DOMAIN])},
                "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
                **policy(),  # type: ignore[typeddict-item]
            },
            pulumi.ResourceOptions(depends_on=[attached]),
        )

    assert not stack.preview(program).failed
    run = stack.up(program)
    assert not run.failed, run.printed
    assert [step.name for step in run.changes if step.type == "aws:s3/bucket:Bucket"] == ["mine"]
    assert inputs(stack, f"{DOMAIN}-policy")["bucket"] == "mine"
    assert stack.up(program).changes == []
