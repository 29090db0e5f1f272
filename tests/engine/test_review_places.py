"""What a preview says of a move to another host or zone, on the domain's own line (P2, P3)."""

import pytest

from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from tests.engine.pairs import Pair, program, zone_of
from tests.engine.stack import Run, Stack

DOMAIN = "solarmora.com"
CLOUDFRONT, R2, WORKER, ROUTE = (
    Pair(host, "cloudflare") for host in ("cloudfront", "r2", "worker", "worker-route")
)
NOBODYS = (
    "senders cannot fetch the policy: those who hold it keep it, others deliver as if there was "
    "none"
)
MOVES = [
    (
        CLOUDFRONT,
        R2,
        "warning",
        "moved-host: the host moves from <host> to R2: R2 gets the name once it is off the old "
        f"one. Until the new one answers there, for minutes, {NOBODYS}",
    ),
    (
        R2,
        CLOUDFRONT,
        "warning",
        "moved-host: the host moves from the R2 bucket mta-sts-solarmora-com-b31c21af to "
        "CloudFront: CloudFront is seen to serve the policy, then gets the name once it is off "
        f"the old one. Until the new one answers there, for seconds, {NOBODYS}",
    ),
    (
        CLOUDFRONT,
        WORKER,
        "warning",
        "moved-host: the host moves from <host> to a Worker: a Worker gets the name once it is off "
        f"the old one. Until the new one answers there, for a minute or so, {NOBODYS}",
    ),
    (
        CLOUDFRONT,
        ROUTE,
        "info",
        "moved-host: the host moves from <host> to a Worker by a route: its mta-sts CNAME is "
        "changed in place. Senders may ask the old host for 5 min after that, the TTL of the "
        "CNAME: it serves until then",
    ),
    (
        ROUTE,
        CLOUDFRONT,
        "warning",
        "moved-host: the host moves from the Worker mta-sts-test-worker (by a route) to "
        "CloudFront: the policy is seen there before the mta-sts CNAME changes. Cloudflare then "
        "answers no more, and senders may hold its address for 5 min: those who do cannot fetch "
        "the policy. If they hold it they keep it, else they deliver as if there was none",
    ),
]
ALWAYS = ("mx-", "reports-missing")
"""How what the example's DNS is told begins, whatever moves."""


@pytest.fixture(autouse=True)
def shorter_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 0.2)


def on_the_line(run: Run, stack: Stack) -> list[tuple[str, str]]:
    targets = [
        str(each["outputs"]["domainName"])
        for each in stack.state()
        if each["type"] == "aws:cloudfront/distribution:Distribution"
    ]
    said = []
    for severity, name, words in run.messages:
        for target in targets:
            words = words.replace(target, "<host>")
        if name == DOMAIN and severity != "debug" and not words.startswith(ALWAYS):
            said.append((severity, words))
    return said


@pytest.mark.parametrize(
    ("old", "new", "severity", "words"), MOVES, ids=[f"{old}-{new}" for old, new, *_ in MOVES]
)
def test_another_host(
    cloud: Cloud, stack: Stack, old: Pair, new: Pair, severity: str, words: str
) -> None:
    zones = {DOMAIN: zone_of(cloud, old, DOMAIN)}
    first = stack.up(program(cloud, {DOMAIN: old}, zones))
    assert not first.failed, first.printed
    written = list(cloud.log)
    previewed = stack.preview(program(cloud, {DOMAIN: new}, zones, {DOMAIN: old}))
    assert not previewed.failed, previewed.printed
    assert on_the_line(previewed, stack) == [(severity, words)]
    assert cloud.log == written


def test_another_zone(cloud: Cloud, stack: Stack) -> None:
    old = Pair("cloudfront", "route53")
    first = stack.up(program(cloud, {DOMAIN: old}, {DOMAIN: zone_of(cloud, old, DOMAIN)}))
    assert not first.failed, first.printed
    zones = {DOMAIN: zone_of(cloud, CLOUDFRONT, DOMAIN)}
    previewed = stack.preview(program(cloud, {DOMAIN: CLOUDFRONT}, zones))
    assert not previewed.failed, previewed.printed
    assert on_the_line(previewed, stack) == [
        (
            "info",
            "moved-zone: the records move to another zone, and are in both: have the parent "
            "delegate to ada.ns.cloudflare.com, bob.ns.cloudflare.com, and run `pulumi up` then. "
            "Those in the old zone stay until the TTL of the old delegation has run out after that",
        )
    ]


def test_a_route_where_there_is_no_certificate(cloud: Cloud, stack: Stack) -> None:
    cloud.create_cloudflare_zone("com")
    zones = {DOMAIN: zone_of(cloud, ROUTE, "com")}
    previewed = stack.preview(program(cloud, {DOMAIN: ROUTE}, zones))
    assert previewed.failed
    ((severity, words),) = [
        each for each in on_the_line(previewed, stack) if each[1].startswith("route-")
    ]
    assert (severity, words) == (
        "error",
        "route-uncovered: mta-sts.solarmora.com lies more than one label below the zone com, and "
        "the certificate that a route answers with covers no such name: use host: worker. Or set "
        "accept: {route-uncovered: <reason>}",
    )
    assert "Traceback" not in previewed.printed
    assert cloud.log == []
