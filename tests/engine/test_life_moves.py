"""What replaces a protected part works, misleads no sender, and is protected again (P2, P6)."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from mta_sts import CloudFrontHost, MtaSts, place
from mta_sts.hosts.recorded import file_key
from mta_sts.protocol.sender import Vantage
from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.life import (
    DAY,
    DELEGATION_DAYS,
    DOMAIN,
    ENFORCE,
    HOST,
    OTHER,
    OWN,
    SKIPS_TESTING,
    TESTING,
    Life,
    on_the_line,
    policy,
)
from tests.engine.programs import GATE_TIMEOUT, Program
from tests.engine.stack import Run, Stack, Step

THIRD = "solarmora.org"
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


def types_in(life: Life, zone: str) -> set[str]:
    """The types of the records in a zone, but for those that every zone has."""
    with LOCK:
        if zone in life.cloud.cloudflare.zones:
            found = {each.type for each in life.cloud.cloudflare.zones[zone].records.values()}
        else:
            zones = backends.route53()
            found = {str(each.type) for each in zones.get_hosted_zone(zone).rrsets}
    return found - {"NS", "SOA"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("route53", "route53"), ("route53", "cloudflare"), ("cloudflare", "route53")],
)
def test_another_zone(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """Both zones have the records until nobody is sent to the old one."""
    life = Life(cloud, stack, monkeypatch, old)
    life.deploys(14, SKIPS_TESTING)
    (left,) = life.zones[DOMAIN].values()
    arrived = life.gets_zone(DOMAIN, new)
    life.on(15)
    first = life.preview(ENFORCE)
    assert not first.failed, first.printed
    if old != new:  # the sandbox's zones of one cloud have the same name servers
        assert any("have the parent delegate to" in words for words in first.said("info"))
    both = life.up(ENFORCE)
    assert not both.failed, both.printed
    assert types_in(life, left) == types_in(life, arrived) == {"MX", "CNAME", "TXT"}
    cloud.delegate(DOMAIN, arrived, DELEGATION_DAYS * DAY)
    moved = life.up(ENFORCE)
    assert not moved.failed, moved.printed
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))
    assert types_in(life, left) == {"MX", "CNAME", "TXT"}
    life.on(15 + DELEGATION_DAYS - 0.1)
    kept = life.up(ENFORCE)
    assert not kept.failed, kept.printed
    assert types_in(life, left) == {"MX", "CNAME", "TXT"}
    life.on(15 + DELEGATION_DAYS)
    gone = life.up(ENFORCE)
    assert not gone.failed, gone.printed
    assert types_in(life, left) == {"MX"}
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))
    written = list(cloud.log)
    assert life.up(ENFORCE).changes == []
    assert cloud.log == written


@pytest.mark.parametrize(("old", "new"), [("cloudfront", "r2"), ("r2", "cloudfront")])
def test_another_kind_of_host(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """Stopped while protected; one `up` lifts the protection, the next moves, the next protects."""
    monkeypatch.setattr(place, "RECORD_TTL", 1.0)
    life = Life(cloud, stack, monkeypatch, "cloudflare")
    here, there = {**ENFORCE, "host": old}, {**ENFORCE, "host": new}
    life.deploys(14, {**SKIPS_TESTING, "host": old}, alone=True)
    protected = {name for name in life.protected() if name.startswith(DOMAIN)}
    assert {DOMAIN, f"{DOMAIN}-txt"} <= protected
    life.on(15)

    def runs(given: Mapping[str, Any], *, previewed: bool = False) -> Run:
        domains = life.configuration(given)
        del domains[OTHER]
        program = life.program(domains)
        return stack.preview(program) if previewed else stack.up(program)

    before = life.all_that_counts()
    for stopped in (runs(there, previewed=True), runs(there)):
        assert stopped.failed
        assert any(
            "moved-host: the host moves" in words
            and "With the host as it was, set accept: {moved-host: <reason>}" in words
            for words in stopped.said("error")
        )
    assert life.all_that_counts() == before
    accept = {"accept": {"moved-host": "the account is closed"}}
    lifted = runs({**here, **accept})
    assert not lifted.failed, lifted.printed
    assert not protected & life.protected()
    told = runs({**there, **accept}, previewed=True).said("warning")
    assert any(words.startswith("moved-host: the host moves from") for words in told)
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        moved = runs({**there, **accept})
        assert not moved.failed, moved.printed
        watcher.wait_for(lambda: watcher.held is not None)
    assert [each for each in watcher.misled if each.found.startswith("the policy")] == []
    assert life.seen() == (policy(ENFORCE).id, policy(ENFORCE))
    for _ in range(2):
        again = runs(there)
        assert not again.failed, again.printed
    assert again.changes == []
    assert {DOMAIN, f"{DOMAIN}-txt"} <= life.protected()


@pytest.mark.parametrize(("old", "new"), [("worker-route", "cloudfront"), ("r2", "worker")])
def test_another_kind_of_host_before_protection_is_lifted(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    """The first run after the time may not move what the state has protected: it says so."""
    monkeypatch.setattr(place, "RECORD_TTL", 1.0)
    life = Life(cloud, stack, monkeypatch, "cloudflare")
    life.deploys(0, {**SKIPS_TESTING, "host": old}, alone=True)
    life.deploys(1, {**TESTING, "host": old}, alone=True)
    life.on(30)
    domains = life.configuration({**TESTING, "host": new})
    del domains[OTHER]
    before = life.all_that_counts()
    for stopped in (stack.preview(life.program(domains)), stack.up(life.program(domains))):
        assert stopped.failed
        assert any(
            "moved-host: the host moves" in words
            and "With the host as it was, `pulumi up`: that lifts the protection." in words
            for words in stopped.said("error")
        )
    assert life.all_that_counts() == before
    life.deploys(30, {**TESTING, "host": old}, alone=True)
    life.deploys(30, {**TESTING, "host": new}, alone=True)
    assert life.seen() == (policy(TESTING).id, policy(TESTING))


def test_another_list_of_names(life: Life) -> None:
    """A third domain comes, and one that is not in force goes."""
    life.deploys(14, SKIPS_TESTING)
    life.on(15)
    for change in ("comes", "goes"):
        if change == "comes":
            life.gets_zone(THIRD)
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


@pytest.mark.usefixtures("administrator")
def test_another_bucket(life: Life) -> None:
    """The user copies the file there first; then no sender finds it missing."""
    s3 = life.cloud.client("s3")
    for name in ("first", "second"):
        s3.create_bucket(Bucket=name)
    life.on(14)
    (zone,) = life.zones[DOMAIN].values()
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
