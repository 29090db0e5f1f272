"""Distribution tenants: what a domain costs, what holds it up, and how names come and go."""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mta_sts import place, tenancy
from mta_sts.hosts import unmade_tenant, worker
from mta_sts.hosts.recorded import DISTRIBUTION_TENANT
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.examples import example
from tests.engine.life import DAY, DELEGATION_DAYS, ENFORCE, SKIPS_TESTING, Life
from tests.engine.life import policy as life_policy
from tests.engine.pairs import Pair, program, zone_of
from tests.engine.programs import MORE_MX, MX
from tests.engine.stack import Run, Stack, Step
from tests.engine.typed import Typed

DOMAIN, OTHER = "solarmora.com", "solarmora.net"
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=MORE_MX, max_age=604800)
TENANT = Pair("tenant", "route53")
AT_CLOUDFLARE = Pair("tenant", "cloudflare")
SLOW = 4.0  # seconds
CNAME_TENANT_TXT = {
    Step("create", "aws:route53/record:Record", f"{OTHER}-cname"),
    Step("create", DISTRIBUTION_TENANT, f"{OTHER}-tenant"),
    Step("create", "aws:route53/record:Record", f"{OTHER}-txt"),
}


@pytest.fixture(autouse=True)
def shorter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 0.5)
    monkeypatch.setattr(place, "RECORD_TTL", 1.0)
    monkeypatch.setattr(unmade_tenant, "PAUSE", 0.2)
    monkeypatch.setattr(unmade_tenant, "RECORD_TTL", 1.0)


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def seen(domain: str = DOMAIN) -> tuple[str | None, Policy | None]:
    sight = asyncio.run(look(domain, Vantage.from_environment()))
    return sight.record.id if sight.record else None, sight.policy


def types_of(stack: Stack) -> set[str]:
    return {str(resource["type"]) for resource in stack.state()}


@pytest.mark.parametrize("pair", [TENANT, AT_CLOUDFLARE], ids=str)
def test_a_deploy_a_change_and_none(cloud: Cloud, stack: Stack, pair: Pair) -> None:
    zones = {DOMAIN: zone_of(cloud, pair, DOMAIN)}
    succeeded(stack.preview(program(cloud, {DOMAIN: pair}, zones)))
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones)))
        assert seen() == (FIRST.id, FIRST)
        succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
        watcher.wait_for(lambda: watcher.held is not None and watcher.held.policy == SECOND)
    assert watcher.misled == []
    written = list(cloud.log)
    again = stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX), expect_no_changes=True)
    assert succeeded(again).changes == []
    assert cloud.log == written
    refreshed = succeeded(stack.refresh(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX)))
    assert [step for step in refreshed.changes if step.op == "update"] == []
    assert succeeded(stack.up(program(cloud, {DOMAIN: pair}, zones, mx=MORE_MX))).changes == []
    succeeded(stack.destroy(lambda: None))
    assert seen() == (None, None)
    assert cloud.client("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0


def test_a_further_domain_and_its_removal(cloud: Cloud, stack: Stack) -> None:
    """It makes four things, and changes nothing of the other domain, nor of what serves both."""
    zones = {domain: zone_of(cloud, TENANT, domain) for domain in (DOMAIN, OTHER)}
    alone = program(cloud, {DOMAIN: TENANT}, zones)
    succeeded(stack.up(alone))
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        came = succeeded(stack.up(program(cloud, dict.fromkeys(zones, TENANT), zones)))
        assert seen(OTHER) == (FIRST.id, FIRST)
        gone = succeeded(stack.up(alone))
    assert watcher.misled == []
    in_state = {
        Step("create", "mta-sts:index:MtaSts", OTHER),
        Step("create", "pulumi:index:Stash", f"{OTHER}-tenant-place"),
        Step("update", "mta-sts:index:TenantHost", "tenants"),
    }
    own = {
        Step("create", "aws:s3/bucketObjectv2:BucketObjectv2", f"{OTHER}-tenant-policy"),
        *CNAME_TENANT_TXT,
    }
    assert set(came.changes) - in_state == own
    assert {step.name for step in gone.changes} == {step.name for step in own | in_state}
    assert seen(OTHER) == (None, None)


def moves(
    cloud: Cloud, stack: Stack, old: Pair, new: Pair, **arguments: Any
) -> tuple[Watcher, Run]:
    """Deploy, move, and forget the old host; the run that moves, and who watched it."""
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    moving = program(cloud, {DOMAIN: new}, zones, {DOMAIN: old}, **arguments)
    succeeded(stack.up(program(cloud, {DOMAIN: old}, zones, **arguments)))
    told = succeeded(stack.preview(moving)).said("warning")
    within = {old.host, new.host} == {"cloudfront", "tenant"}
    for slow in ("UpdateDistribution", "DeleteDistributionTenant") if within else ():
        # What lets go of the name takes longer than all else.
        cloud.faults.add(service="cloudfront", operation=slow, how="hang", seconds=SLOW)
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        moved = succeeded(stack.up(moving))
        watcher.wait_for(lambda: watcher.held is not None)
    assert watcher.held is not None
    assert watcher.held.policy == FIRST
    # Never an older policy, and never a failure, but in a gap that the preview told.
    assert [each for each in watcher.misled if each.found.startswith("the policy")] == []
    is_gap = (old.host, new.host) != ("tenant", "worker-route")
    assert len([words for words in told if words.startswith("moved-host: ")]) == is_gap
    if not is_gap:
        assert watcher.misled == [], moved.printed
    succeeded(stack.up(program(cloud, {DOMAIN: new}, zones, **arguments)))
    written = list(cloud.log)
    assert succeeded(stack.up(program(cloud, {DOMAIN: new}, zones, **arguments))).changes == []
    assert cloud.log == written
    assert seen() == (FIRST.id, FIRST)
    gap = [event.at for event in watcher.events if event.what == "file"]
    lasted = sum((there - gone for gone, there in pairwise(gap[1:])), timedelta())
    print(f"{old} -> {new}: {lasted.total_seconds():.2f} s without an answer")
    return watcher, moved


BUT_FOR_ZONE = {
    "tenant": DISTRIBUTION_TENANT,
    "cloudfront": "aws:cloudfront/distribution:Distribution",
    "r2": "cloudflare:index/r2CustomDomain:R2CustomDomain",
    "worker": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
    "worker-route": "cloudflare:index/workersRoute:WorkersRoute",
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (Pair("cloudfront", "route53"), TENANT),
        (TENANT, Pair("cloudfront", "route53")),
        (Pair("worker", "cloudflare"), AT_CLOUDFLARE),
        (AT_CLOUDFLARE, Pair("worker", "cloudflare")),
        (Pair("worker-route", "cloudflare"), AT_CLOUDFLARE),
        (AT_CLOUDFLARE, Pair("worker-route", "cloudflare")),
    ],
    ids=lambda pair: f"{pair.host}-{pair.zone}",
)
def test_to_another_host(cloud: Cloud, stack: Stack, old: Pair, new: Pair) -> None:
    moves(cloud, stack, old, new)
    left = types_of(stack)
    assert {host for host, kind in BUT_FOR_ZONE.items() if kind in left} == {new.host}


def fails_in_between(cloud: Cloud, operation: str) -> None:
    cloud.faults.add(service="cloudfront", operation=operation, status=400, code="AccessDenied")


@pytest.mark.parametrize(
    ("old", "new", "operation"),
    [
        (Pair("cloudfront", "route53"), TENANT, "CreateDistributionTenant"),
        (TENANT, Pair("cloudfront", "route53"), "CreateDistributionWithTags"),
    ],
    ids=["to a tenant", "from a tenant"],
)
def test_a_move_that_fails_in_between(
    cloud: Cloud, stack: Stack, old: Pair, new: Pair, operation: str
) -> None:
    """The name is off the one, and not on the other. The next `up` finishes."""
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    moving = program(cloud, {DOMAIN: new}, zones, {DOMAIN: old})
    succeeded(stack.up(program(cloud, {DOMAIN: old}, zones)))
    fails_in_between(cloud, operation)
    assert stack.up(moving).failed
    succeeded(stack.up(moving))
    assert seen() == (FIRST.id, FIRST)
    succeeded(stack.up(program(cloud, {DOMAIN: new}, zones)))
    assert seen() == (FIRST.id, FIRST)


def test_a_distribution_that_is_no_more_in_the_program(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would let go of the name only after the tenant was made: so the name stays there."""
    monkeypatch.setattr(tenancy, "PATIENCE", 1.0)
    old = Pair("cloudfront", "route53")
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    succeeded(stack.up(program(cloud, {DOMAIN: old}, zones)))
    for refused in (
        stack.preview(program(cloud, {DOMAIN: TENANT}, zones)),
        stack.up(program(cloud, {DOMAIN: TENANT}, zones)),
    ):
        assert refused.failed
        assert "Keep its CloudFrontHost" in refused.printed
        assert "Traceback" not in refused.printed
    assert seen() == (FIRST.id, FIRST)


def once_there_is_a_tenant(cloud: Cloud, then: Callable[[], None]) -> threading.Thread:
    """Do this once CloudFront has a tenant."""

    def wait() -> None:
        while not any(write.operation == "CreateDistributionTenant" for write in list(cloud.log)):
            time.sleep(0.05)
        then()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_certificate_that_stays_pending(
    cloud: Cloud, stack: Stack, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    """The provider forgets the tenant. The run names it, and how it comes back; the other domain is
    not held up."""
    zones = {domain: zone_of(cloud, TENANT, domain) for domain in (DOMAIN, OTHER)}
    succeeded(stack.up(program(cloud, {OTHER: TENANT}, zones)))
    both = program(cloud, dict.fromkeys(zones, TENANT), zones)
    cloud.acm.pending = True
    cloud.log.clear()
    given_up = once_there_is_a_tenant(cloud, cloud.give_up_certificates)
    held_up = stack.up(both)
    given_up.join(10)
    assert held_up.failed
    assert f"no certificate for mta-sts.{DOMAIN} yet" in held_up.printed
    assert seen(OTHER) == (FIRST.id, FIRST)
    assert seen() == (None, None)
    cloud.acm.pending = False
    again = stack.up(both)
    assert again.failed
    assert f"a tenant mta-sts.{DOMAIN} is there already" in again.printed
    (command,) = set(re.findall(r"pulumi import .*", held_up.printed))
    Typed(tmp_path, engine_environment)(command)
    succeeded(stack.up(both))
    assert seen() == (FIRST.id, FIRST)
    assert succeeded(stack.up(both)).changes == []


def test_a_name_that_cloudfront_does_not_see_yet(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, and not without end."""
    zones = {DOMAIN: zone_of(cloud, TENANT, DOMAIN)}
    monkeypatch.setattr(unmade_tenant, "NOT_SEEN", "The sandbox was told to fail this call")
    fault = cloud.faults.add(
        service="cloudfront",
        operation="CreateDistributionTenant",
        times=None,
        status=400,
        code="InvalidArgument",
    )
    unseen = stack.up(program(cloud, {DOMAIN: TENANT}, zones))
    assert unseen.failed
    assert f"CloudFront does not see yet that mta-sts.{DOMAIN} leads to it" in unseen.printed
    assert fault.hits == 1.0 / 0.2
    cloud.faults.clear()
    cloud.faults.add(
        service="cloudfront",
        operation="CreateDistributionTenant",
        times=2,
        status=400,
        code="InvalidArgument",
    )
    succeeded(stack.up(program(cloud, {DOMAIN: TENANT}, zones)))
    assert seen() == (FIRST.id, FIRST)


def test_more_than_the_quota(cloud: Cloud, stack: Stack) -> None:
    zones = {domain: zone_of(cloud, TENANT, domain) for domain in (DOMAIN, OTHER)}
    cloud.cloudfront.most_tenants = 1
    run = stack.up(program(cloud, dict.fromkeys(zones, TENANT), zones))
    assert run.failed
    assert "as many distribution tenants as its quota allows" in run.printed
    cloud.cloudfront.most_tenants = 2
    succeeded(stack.up(program(cloud, dict.fromkeys(zones, TENANT), zones)))
    assert seen() == seen(OTHER) == (FIRST.id, FIRST)


def test_a_move_under_enforce(cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository's own program: stopped while protected; one `up` lifts the protection, the
    next moves, the next protects."""
    life = Life(cloud, stack, monkeypatch)
    here, there = {**ENFORCE, "host": "tenant"}, {**ENFORCE, "host": "cloudfront"}
    life.deploys(14, {**SKIPS_TESTING, "host": "tenant"}, alone=True)
    protected = {"tenants", "tenants-distribution", "tenants-connection-group", "tenants-bucket"}
    protected |= {f"{DOMAIN}-{part}" for part in ("tenant-policy", "cname", "tenant", "txt")}
    assert protected <= life.protected()
    life.on(15)

    def runs(given: Mapping[str, Any]) -> Run:
        domains = life.configuration(given)
        del domains[OTHER]
        return stack.up(life.program(domains))

    before = life.all_that_counts()
    stopped = runs(there)
    assert stopped.failed
    assert "With the host as it was, set accept: {moved-host: <reason>}" in stopped.printed
    assert life.all_that_counts() == before
    accept = {"accept": {"moved-host": "the account has few domains now"}}
    succeeded(runs({**here, **accept}))
    assert not {f"{DOMAIN}-{part}" for part in ("tenant", "txt")} & life.protected()
    succeeded(runs({**there, **accept}))
    assert life.seen() == (life_policy(ENFORCE).id, life_policy(ENFORCE))
    for _ in range(2):
        again = succeeded(runs(there))
    assert again.changes == []
    assert {DOMAIN, f"{DOMAIN}-txt", "cloudfront-distribution"} <= life.protected()
    assert DISTRIBUTION_TENANT not in types_of(stack)


def test_the_example(cloud: Cloud, stack: Stack) -> None:
    zones = {domain: zone_of(cloud, TENANT, domain)["route53"] for domain in (DOMAIN, OTHER)}
    program = example("tenants", domains=list(zones), zones=zones)
    succeeded(stack.preview(program))
    succeeded(stack.up(program))
    assert seen()[0] is not None
    assert seen(OTHER)[1] == Policy(mode="testing", mx=[f"mail.{OTHER}"], max_age=604800)
    assert succeeded(stack.up(program)).changes == []


def test_another_zone(cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both zones lead to the tenant until nobody is sent to the old one."""
    life = Life(cloud, stack, monkeypatch)
    testing = {**ENFORCE, "mode": "testing", "host": "tenant"}

    def up() -> None:
        domains = life.configuration(testing)
        del domains[OTHER]
        with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
            succeeded(stack.up(life.program(domains)))
        assert watcher.misled == []

    life.deploys(1, testing, alone=True)
    (left,) = life.zones[DOMAIN].values()
    arrived = life.gets_zone(DOMAIN)
    up()
    life.cloud.delegate(DOMAIN, arrived, DELEGATION_DAYS * DAY)
    up()
    life.on(1 + DELEGATION_DAYS)
    up()
    assert {
        each["type"] for each in stack.state() if each.get("outputs", {}).get("zoneId") == left
    } == set()
    assert life.seen()[0] == life_policy(testing).id
