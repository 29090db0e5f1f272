"""What Cloudflare refuses reaches the user in words, and the next `up` finishes the work (P8)."""

import asyncio
from typing import Any

import pytest

from mta_sts import MtaSts
from mta_sts.arguments import Zone
from mta_sts.hosts import worker
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from tests.engine.pairs import Pair, program, zone_of
from tests.engine.programs import policy
from tests.engine.stack import Stack

DOMAIN = "solarmora.com"
R2, WORKER = Pair("r2", "cloudflare"), Pair("worker", "cloudflare")


@pytest.fixture(autouse=True)
def shorter_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WORKER_SPREAD", 0.5)


def finishes(cloud: Cloud, stack: Stack, pair: Pair, zone: Zone) -> None:
    run = stack.up(program(cloud, {DOMAIN: pair}, {DOMAIN: zone}))
    assert not run.failed, run.printed
    assert asyncio.run(look(DOMAIN, Vantage.from_environment())).policy is not None


@pytest.mark.parametrize("pair", [R2, WORKER], ids=str)
def test_a_wrong_token(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, pair: Pair
) -> None:
    zone = zone_of(cloud, pair, DOMAIN)
    with monkeypatch.context() as wrong:
        wrong.setenv("CLOUDFLARE_API_TOKEN", "wrong")
        run = stack.up(program(cloud, {DOMAIN: pair}, {DOMAIN: zone}))
    assert run.failed
    assert "Authentication error" in run.printed
    assert "Traceback" not in run.printed
    assert cloud.log == []
    finishes(cloud, stack, pair, zone)


@pytest.mark.parametrize("pair", [R2, WORKER], ids=str)
def test_a_name_that_is_taken(cloud: Cloud, stack: Stack, pair: Pair) -> None:
    zone = zone_of(cloud, pair, DOMAIN)
    name = f"mta-sts.{DOMAIN}"
    cloud.put_records(str(zone["cloudflare"]), [(name, "A", 300, ["192.0.2.1"])])
    run = stack.up(program(cloud, {DOMAIN: pair}, {DOMAIN: zone}))
    assert run.failed
    assert (
        f"{DOMAIN}: {name} already has the A record '192.0.2.1', which this stack did not "
        "make. It was left as it is, and nothing was announced. Delete the A record of "
        f"{name}, and run `pulumi up` again"
    ) in run.printed
    assert "Traceback" not in run.printed
    cloud.delete_records(str(zone["cloudflare"]), [(name, "A")])
    finishes(cloud, stack, pair, zone)


@pytest.mark.parametrize("operation", ["dns_records.create", "workers.domains.update"])
def test_a_rate_limit_is_waited_for(cloud: Cloud, stack: Stack, operation: str) -> None:
    zone = zone_of(cloud, WORKER, DOMAIN)
    limit = cloud.faults.add(
        service="cloudflare", operation=operation, status=429, retry_after=1, times=1
    )
    finishes(cloud, stack, WORKER, zone)
    assert limit.hits == 1


@pytest.mark.parametrize("operation", ["r2.buckets.create", "r2.domains.create"])
def test_a_call_that_fails(cloud: Cloud, stack: Stack, operation: str) -> None:
    zone = zone_of(cloud, R2, DOMAIN)
    fault = cloud.faults.add(service="cloudflare", operation=operation, status=400, times=None)
    run = stack.up(program(cloud, {DOMAIN: R2}, {DOMAIN: zone}))
    assert run.failed
    assert "Traceback" not in run.printed
    cloud.faults.remove(fault)
    finishes(cloud, stack, R2, zone)


def test_a_zone_of_another_account(cloud: Cloud, stack: Stack) -> None:
    zone = Zone(cloudflare=cloud.create_cloudflare_zone(DOMAIN, account="f" * 32))
    run = stack.up(program(cloud, {DOMAIN: WORKER}, {DOMAIN: zone}))
    assert run.failed
    assert "Traceback" not in run.printed
    assert asyncio.run(look(DOMAIN, Vantage.from_environment())).record is None


@pytest.mark.parametrize("host", ["r2", "worker"])
def test_nothing_to_write_to_r2_with(cloud: Cloud, stack: Stack, host: str) -> None:
    """The default provider of AWS would write to a bucket of that name in AWS."""
    account = cloud.cloudflare.account
    given: dict[str, Any] = {
        "r2": {"account_id": account},
        "worker": {"account_id": account, "script": "mta-sts", "bucket": "policies"},
    }
    zone = zone_of(cloud, R2, DOMAIN)

    def program() -> None:
        MtaSts(
            DOMAIN,
            {"domain": DOMAIN, "zone": zone, "host": {host: given[host]}, **policy()},  # type: ignore[typeddict-item]
        )

    run = stack.up(program)
    assert run.failed
    assert (
        f"{DOMAIN}: host: a policy in R2 is written through its S3 API, and there is nothing to "
        "write it with: give access_key_id and secret_access_key, or give the component the aws "
        "provider whose s3 endpoint is the account's R2 endpoint"
    ) in run.printed
    assert not [call for call in cloud.log if call.service in ("s3", "r2")]
