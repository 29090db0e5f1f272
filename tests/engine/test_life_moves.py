"""What replaces a protected part works, misleads no sender, and is protected again (P2, P6)."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.hosts.recorded import file_key
from mta_sts.protocol.sender import Vantage
from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.life import (
    DOMAIN,
    ENFORCE,
    HOST,
    OTHER,
    OWN,
    SKIPS_TESTING,
    Life,
    on_the_line,
    policy,
)
from tests.engine.programs import GATE_TIMEOUT, Program
from tests.engine.stack import Stack, Step

THIRD = "solarmora.org"
DELEGATION_DAYS = 2  # the TTL of a delegation, as the parent has it
CERTIFICATE = {"cloudfront-certificate", "cloudfront-issued"}


@pytest.fixture
def life(cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Life:
    return Life(cloud, stack, monkeypatch)


def unchanged(life: Life, given: Mapping[str, Any]) -> None:
    """The next update protects all there is, and writes nothing."""
    written = list(life.cloud.log)
    run = life.up(given)
    assert not run.failed, run.printed
    assert life.cloud.log == written
    assert life.protected() == OWN | HOST


def test_another_zone(life: Life) -> None:
    life.deploys(14, SKIPS_TESTING)
    old, life.zones[DOMAIN] = life.zones[DOMAIN], life.cloud.create_zone(DOMAIN)
    life.mail_goes_to("mail.solarmora.com")
    life.on(15)
    with LOCK:  # the parent delegates to the new one
        zones = backends.route53().zones
        zones[old] = zones.pop(old)
    previewed = life.preview(ENFORCE)
    assert not previewed.failed, previewed.printed
    moved = life.up(ENFORCE)
    assert not moved.failed, moved.printed
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))

    def left() -> set[str]:
        with LOCK:
            zone = backends.route53().get_hosted_zone(old)
            return {str(record.type) for record in zone.rrsets}

    assert left() == {"NS", "SOA", "MX", "CNAME", "TXT"}
    life.on(15 + DELEGATION_DAYS - 0.1)
    kept = life.up(ENFORCE)
    assert not kept.failed, kept.printed
    assert left() == {"NS", "SOA", "MX", "CNAME", "TXT"}
    life.on(15 + DELEGATION_DAYS)
    gone = life.up(ENFORCE)
    assert not gone.failed, gone.printed
    assert left() == {"NS", "SOA", "MX"}
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))
    written = list(life.cloud.log)
    assert life.up(ENFORCE).changes == []
    assert life.cloud.log == written


def test_another_list_of_names(life: Life) -> None:
    """A third domain comes, and one that is not in force goes."""
    life.deploys(14, SKIPS_TESTING)
    life.on(15)
    for change in ("comes", "goes"):
        if change == "comes":
            life.zones[THIRD] = life.cloud.create_zone(THIRD)
        else:
            del life.zones[OTHER]
        previewed = life.preview(ENFORCE)
        assert not previewed.failed, previewed.printed
        done = life.up(ENFORCE)
        assert not done.failed, done.printed
        assert Step("replace", "aws:acm/certificate:Certificate", "cloudfront-certificate") in (
            done.changes
        )
        assert life.protected() == (OWN | HOST) - CERTIFICATE, change
        unchanged(life, ENFORCE)
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))


def owned(zone: str, bucket: str, accept: Mapping[str, str]) -> Program:
    """A host before buckets of its user's own, who lets the distribution read both."""

    def program() -> None:
        host = CloudFrontHost(
            "shared",
            {"domains": [{"domain": DOMAIN, "zone": {"route53": zone}}], "bucket": bucket},
        )
        attached = [
            aws.s3.BucketPolicy(
                name, bucket=name, policy=host.bucket_policy.apply(partial(about, name))
            )
            for name in ("first", "second")
        ]
        MtaSts(
            DOMAIN,
            {
                "domain": DOMAIN,
                "zone": {"route53": zone},
                "mode": "enforce",
                "mx": ["mail.solarmora.com"],
                "accept": {"mode-skips-testing": "this is a test of what follows", **accept},
                "reports": ["mailto:tls@reports.example"],
                "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
                "gate_timeout": GATE_TIMEOUT,
            },
            pulumi.ResourceOptions(depends_on=attached),
        )

    return program


def about(bucket: str, statement: str) -> str:
    """The same of this bucket."""
    return re.sub("arn:aws:s3:::[a-z]+", f"arn:aws:s3:::{bucket}", statement)


def test_another_bucket(life: Life) -> None:
    """The user copies the file there first; then no sender finds it missing."""
    s3 = life.cloud.client("s3")
    for name in ("first", "second"):
        s3.create_bucket(Bucket=name)
    life.on(14)
    zone = life.zones[DOMAIN]
    assert not life.stack.up(owned(zone, "first", {})).failed
    assert life.protected() >= OWN
    key = file_key(DOMAIN)
    s3.put_object(
        Bucket="second",
        Key=key,
        Body=policy(ENFORCE).render(),
        ContentType="text/plain",
    )
    life.on(15)
    before = life.all_that_counts()
    refused = life.stack.preview(owned(zone, "second", {}))
    assert refused.failed
    assert "unable to replace resource" in refused.printed
    assert life.all_that_counts() == before

    accepted = {"moved-host": "the bucket goes to another account"}
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        moved = life.stack.up(owned(zone, "second", accepted))
    assert not moved.failed, moved.printed
    assert watcher.misled == []
    assert [found["Key"] for found in s3.list_objects_v2(Bucket="second")["Contents"]] == [key]
    assert "Contents" not in s3.list_objects_v2(Bucket="first")
    assert not OWN & life.protected()

    written = list(life.cloud.log)
    again = life.stack.up(owned(zone, "second", accepted))
    assert ("warning", "accept-unused") in [
        (severity, words.partition(":")[0]) for severity, words in on_the_line(again)
    ]
    assert life.protected() >= OWN
    assert life.cloud.log == written
