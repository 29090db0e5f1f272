"""The bucket behind the distribution is read by nobody else, as the component makes it."""

import json
from pathlib import Path

import httpx
import pulumi
import pytest

from mta_sts import CloudFrontHost, MtaSts
from sandbox.aws.bucket_policy import Request, allows, parse
from sandbox.cloud import Cloud
from tests.engine.programs import policy
from tests.engine.stack import Stack

DOMAIN = "solarmora.com"
KEY = f"mta-sts.{DOMAIN}/.well-known/mta-sts.txt"


@pytest.fixture
def bucket(cloud: Cloud, stack: Stack) -> str:
    """That of a deployed policy, with another file that somebody put there by hand."""
    zone = cloud.create_zone(DOMAIN)

    def program() -> None:
        host = CloudFrontHost(
            "shared", {"domains": [{"domain": DOMAIN, "zone": {"route53": zone}}]}
        )
        pulumi.export("bucket", host.bucket)
        MtaSts(
            DOMAIN,
            {
                "domain": DOMAIN,
                "zone": {"route53": zone},
                "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
                **policy(),  # type: ignore[typeddict-item]
            },
        )

    run = stack.up(program)
    assert not run.failed, run.printed
    name = str(run.outputs["bucket"])
    cloud.client("s3").put_object(Bucket=name, Key="salaries.csv", Body=b"1")
    return name


def test_anonymous_reads_lists_and_writes_are_refused(cloud: Cloud, bucket: str) -> None:
    base = f"{cloud.environment['AWS_ENDPOINT_URL']}/{bucket}"
    before = len(cloud.log)
    for method, path in [
        ("GET", f"/{KEY}"),
        ("HEAD", f"/{KEY}"),
        ("GET", ""),
        ("GET", "?list-type=2"),
        ("GET", "?versions"),
        ("GET", "?policy"),
        ("GET", "?acl"),
        ("GET", f"/{KEY}?acl"),
        ("GET", "/salaries.csv"),
        ("PUT", f"/{KEY}"),
        ("PUT", "?policy"),
        ("PUT", "?publicAccessBlock"),
        ("DELETE", f"/{KEY}"),
        ("DELETE", ""),
        ("POST", "?delete"),
    ]:
        answer = httpx.request(method, base + path, timeout=30)
        assert (method, path, answer.status_code) == (method, path, 403)
    assert {write.status for write in cloud.log[before:]} == {403}

    s3 = cloud.client("s3")
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert [*block.values()] == [True] * 4
    opened = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    with pytest.raises(s3.exceptions.ClientError, match="BlockPublicPolicy"):
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": opened}))

    statements = parse(s3.get_bucket_policy(Bucket=bucket)["Policy"], bucket)
    (distribution,) = cloud.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    arn, service = distribution["ARN"], "cloudfront.amazonaws.com"
    policy_arn = f"arn:aws:s3:::{bucket}/{KEY}"
    assert allows(statements, Request("s3:GetObject", policy_arn, service, arn))
    for refused in [
        Request("s3:GetObject", policy_arn, service, f"{arn}X"),  # another's distribution
        Request("s3:GetObject", policy_arn, service, None),
        Request("s3:GetObject", policy_arn, "s3.amazonaws.com", arn),
        Request("s3:GetObject", policy_arn, None, arn),
        Request("s3:PutObject", policy_arn, service, arn),
        Request("s3:DeleteObject", policy_arn, service, arn),
        Request("s3:ListBucket", f"arn:aws:s3:::{bucket}", service, arn),
        Request("s3:GetObject", f"arn:aws:s3:::{bucket}/salaries.csv", service, arn),
    ]:
        assert not allows(statements, refused), refused


def test_the_bucket_of_r2_gets_no_public_address() -> None:
    """An R2 bucket is public by an `r2.dev` address or a custom domain: the first is never made."""
    import mta_sts

    folder = Path(mta_sts.__file__).parent
    sources = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    assert "r2CustomDomain" in sources
    assert "r2ManagedDomain" not in sources
