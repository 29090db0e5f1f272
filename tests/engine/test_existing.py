"""The examples in which a distribution, a bucket or a certificate is another's."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from mta_sts import CloudFrontHost, live
from mta_sts.live import wait_until_served
from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.examples import example
from tests.engine.stack import Run, Stack
from tests.sandbox.cloud_site import Site

pytestmark = pytest.mark.usefixtures("administrator")

DOMAIN = "solarmora.com"
NAME = f"mta-sts.{DOMAIN}"
POLICY = Policy(mode="testing", mx=[f"mail.{DOMAIN}"], max_age=604800)
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"


@pytest.fixture
def site(cloud: Cloud) -> Site:
    """A zone, and a certificate of the domain's name in it."""
    site = Site(cloud, DOMAIN)
    cloud.put_records(site.zone, [(DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."])])
    return site


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def names(stack: Stack) -> list[str]:
    return sorted(each["urn"].split("::", 3)[3] for each in stack.state())


def outputs(stack: Stack) -> dict[str, Any]:
    """The outputs of the program, of a run that failed, too."""
    found = next(each for each in stack.state() if each["type"] == "pulumi:pulumi:Stack")
    return dict(found["outputs"])


def test_a_policy_on_the_distribution_of_a_website(
    cloud: Cloud,
    stack: Stack,
    site: Site,
    engine_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    certificate = site.request_certificate(f"www.{DOMAIN}", NAME)
    site.validate(certificate)
    owner = Stack(tmp_path, engine_environment, "website")

    def website(**more: str) -> dict[str, Any]:
        given = {"host": f"www.{DOMAIN}", "certificate": certificate, **more}
        return succeeded(owner.up(example("existing_distribution/website", **given))).outputs

    identity = website()["distribution"]
    ours = example("existing_distribution", domain=DOMAIN, zone=site.zone, distribution=identity)

    lacking = f"nothing is announced of {NAME} until the distribution has the name: "
    begin = f"the owner of the distribution {identity} adds"
    preview = succeeded(stack.preview(ours))
    later = f"{lacking}{begin} what the output toAdd says after the first `pulumi up`"
    assert ("warning", "policies", later) in preview.messages

    first = stack.up(ours)
    assert first.failed
    to_add = outputs(stack)["to_add"]
    whole = "\n  ".join(
        [
            f"{begin}:",
            f"alternate domain names, which its certificate covers: {NAME}",
            f"an origin: {to_add['origin_domain']}, with the origin access control "
            f"{to_add['origin_access_control']}",
            "a cache behavior of that origin for /.well-known/mta-sts.txt, before all others that "
            "match it:",
            "  HTTPS only; GET and HEAD; no compression; no origin request policy",
            "  cache policy CachingDisabled (4135ea2d-6df8-44a3-9df3-4b5a84be39ad)",
            f"  function at viewer request: {to_add['function']}",
            "custom error responses with a minimum TTL of 0 for "
            "400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504",
        ]
    )
    assert first.said("warning") == [f"{lacking}{whole}"]
    stopped = f"{DOMAIN}: nothing was announced: {whole}\nRun `pulumi up` again once that is done"
    assert f'before hook "mta-sts-first-host" failed: {stopped}' in first.said("error")
    assert [each for each in names(stack) if each.startswith((f"{DOMAIN}-", "policies-"))] == [
        "policies-access",
        "policies-bucket",
        "policies-bucket-policy",
        "policies-function",
        "policies-ownership",
        "policies-public-access",
        f"{DOMAIN}-policy",
        f"{DOMAIN}-tlsrpt",
    ]

    website(policies="organization/mta-sts/test")
    added = cloud.client("cloudfront").get_distribution_config(Id=identity)["DistributionConfig"]
    (behavior,) = added["CacheBehaviors"]["Items"]

    cached = {
        **added["CacheBehaviors"],
        "Items": [{**behavior, "CachePolicyId": CACHING_OPTIMIZED}],
    }
    site.update(identity, CacheBehaviors=cached)
    kept = stack.up(ours)
    assert kept.failed
    assert "is answered from a cache of CloudFront's" in kept.printed
    assert f"{DOMAIN}-cname" not in names(stack)
    site.update(identity, CacheBehaviors=added["CacheBehaviors"])

    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        last = succeeded(stack.up(ours))
    assert [step.name for step in last.changes] == [f"{DOMAIN}-cname", f"{DOMAIN}-txt"]
    assert last.said("warning") == []
    assert [(event.what, event.id) for event in watcher.events] == [
        ("file", POLICY.id),
        ("record", POLICY.id),
    ]
    assert not succeeded(stack.preview(ours)).changes


def test_a_policy_in_another_teams_bucket_under_an_existing_certificate(
    cloud: Cloud, stack: Stack, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="theirs")
    given = {"domain": DOMAIN, "zone": site.zone, "bucket": "theirs"}
    ours = example("existing_bucket", **given, certificate=site.certificate)

    with monkeypatch.context() as impatient:
        impatient.setattr(live, "wait_until_served", one_second)
        first = stack.up(ours)
    assert first.failed
    told = (
        "What it takes: the owner of the bucket theirs attaches the policy that the host's output "
        "bucketPolicy is: until then S3 refuses it (status 403)"
    )
    assert f"{DOMAIN}: id {POLICY.id} was not announced: after 1 s https://{NAME}" in first.printed
    assert told in first.printed
    assert f"{DOMAIN}-cname" not in names(stack)

    attached = outputs(stack)["bucketPolicy"]
    (statement,) = json.loads(attached)["Statement"]
    assert statement["Resource"] == "arn:aws:s3:::theirs/mta-sts.*"
    s3.put_bucket_policy(Bucket="theirs", Policy=attached)
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        succeeded(stack.up(ours))
    assert [event.what for event in watcher.events] == ["file", "record"]
    types = [each["type"] for each in stack.state()]
    for made_elsewhere in (
        "aws:s3/bucket:Bucket",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:acm/certificate:Certificate",
        "aws:acm/certificateValidation:CertificateValidation",
    ):
        assert made_elsewhere not in types
    assert types.count("aws:route53/record:Record") == 3
    assert not succeeded(stack.preview(ours)).changes


async def one_second(
    domain: str, wanted: str, vantage: Vantage, _: float, *rest: Any, **more: Any
) -> None:
    """The same, with less patience."""
    await wait_until_served(domain, wanted, vantage, 1.0, *rest, **more)


IRELAND = "arn:aws:acm:eu-west-1:123456789012:certificate/5b3f"
WRONG = [
    (
        "distribution",
        "ENOSUCH000000",
        "CloudFrontHost: distribution: ENOSUCH000000 cannot be read: ",
    ),
    ("bucket", "no-such-bucket", "CloudFrontHost: bucket: no-such-bucket cannot be read: "),
    ("certificate", IRELAND, f"certificate: found '{IRELAND}'; allowed: the ARN of a certificate"),
]


@pytest.mark.parametrize(("key", "value", "said"), WRONG, ids=[case[0] for case in WRONG])
def test_what_is_not_there_is_named(
    stack: Stack, site: Site, key: str, value: str, said: str
) -> None:
    """Though it is an output, which is known late."""

    def program() -> None:
        domains = [{"domain": DOMAIN, "zone": {"route53": site.zone}}]
        arguments: Any = {"domains": domains, key: pulumi.Output.from_input(value)}
        CloudFrontHost("policies", arguments)

    preview = stack.preview(program)
    assert preview.failed
    assert said in preview.printed
    assert "Traceback" not in preview.printed
