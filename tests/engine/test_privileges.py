"""Each life is lived with the documented key or token, and needs each action of the document."""

import asyncio
from collections.abc import Mapping

import pytest

from mta_sts.hosts import worker
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.aws.iam import documented
from sandbox.cloud import Cloud
from sandbox.cloudflare import permissions
from tests.engine.pairs import PAIRS, Pair, program, zone_of
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Run, Stack

DOMAIN, OTHER = "solarmora.com", "solarmora.net"

BESIDE = "the provider reads it beside a bucket, at every refresh and after every change"
TAGS = "the provider sets and removes tags where its default_tags change"
DRIFT = "the provider mends it where somebody changed it by hand, or an upgrade of this changes it"
NOT_CALLED = {
    "s3:GetAccelerateConfiguration": BESIDE,
    "s3:GetBucketAcl": BESIDE,
    "s3:GetBucketCORS": BESIDE,
    "s3:GetBucketLocation": BESIDE,
    "s3:GetBucketLogging": BESIDE,
    "s3:GetBucketObjectLockConfiguration": BESIDE,
    "s3:GetBucketRequestPayment": BESIDE,
    "s3:GetBucketVersioning": BESIDE,
    "s3:GetBucketWebsite": BESIDE,
    "s3:GetEncryptionConfiguration": BESIDE,
    "s3:GetLifecycleConfiguration": BESIDE,
    "s3:GetReplicationConfiguration": BESIDE,
    "s3:PutObjectTagging": TAGS,
    "cloudfront:UntagResource": TAGS,
    "acm:AddTagsToCertificate": TAGS,
    "acm:RemoveTagsFromCertificate": TAGS,
    "cloudfront:UpdateFunction": DRIFT,
    "cloudfront:UpdateOriginAccessControl": DRIFT,
    "route53:ListTagsForResource": "the provider reads a zone's tags when it looks it up by name",
    "route53:ListHostedZones": "a zone is looked up by name with `zone: route53`",
}
"""Actions that are documented and that no life here calls, and why they are there."""

TOKENS = {
    Pair("cloudfront", "cloudflare"): "dns",
    Pair("r2", "cloudflare"): "r2",
    Pair("worker", "cloudflare"): "worker",
    Pair("worker-route", "cloudflare"): "worker-route",
    Pair("worker", "cloudflare", in_bucket=True): "worker-bucket",
}
ONLY_WITH = {"worker-bucket": {"Workers Routes Write"}}
"""Groups that another use of the same token asks for."""


def succeeded(run: Run) -> None:
    assert not run.failed, run.printed


def seen(domain: str = DOMAIN) -> Policy | None:
    return asyncio.run(look(domain, Vantage.from_environment())).policy


def lives(cloud: Cloud, stack: Stack, pair: Pair) -> None:
    """Create, change, add a domain, refresh, remove it, destroy."""
    zones = {domain: zone_of(cloud, pair, domain) for domain in (DOMAIN, OTHER)}
    one: Mapping[str, Pair] = {DOMAIN: pair}
    both: Mapping[str, Pair] = {DOMAIN: pair, OTHER: pair}
    reports = ["mailto:tls@reports.example"]
    succeeded(stack.preview(program(cloud, one, zones)))
    succeeded(stack.up(program(cloud, one, zones, reports=reports)))
    assert seen() == Policy(mode="testing", mx=MX, max_age=604800)
    succeeded(stack.up(program(cloud, both, zones, mx=MORE_MX)))
    assert seen(OTHER) == Policy(mode="testing", mx=MORE_MX, max_age=604800)
    succeeded(stack.refresh(program(cloud, both, zones, mx=MORE_MX)))
    succeeded(stack.up(program(cloud, one, zones, before=both, mx=MORE_MX)))
    succeeded(stack.destroy(lambda: None))
    assert seen() is None


def test_the_key_for_cloudfront(cloud: Cloud, stack: Stack) -> None:
    document = documented("cloudfront")
    cloud.keys.documents = [document]
    lives(cloud, stack, Pair("cloudfront", "route53"))
    actions: set[str] = set()
    for statement in document["Statement"]:
        named = statement["Action"]
        actions |= {named} if isinstance(named, str) else {*named}
    assert actions - cloud.keys.used == {*NOT_CALLED}
    assert {write.status for write in cloud.log} <= {200, 201, 202, 204}


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.zone == "cloudflare"], ids=str)
def test_the_token_for_each_host(
    cloud: Cloud, stack: Stack, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 1.0)
    given = permissions.documented(TOKENS[pair])
    cloud.cloudflare.permissions = given
    lives(cloud, stack, pair)
    not_called = given - cloud.cloudflare.used - ONLY_WITH.get(TOKENS[pair], set())
    assert not_called in ({*()}, {"Zone Read"})
