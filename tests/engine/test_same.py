"""P7: nothing changes when nothing changes, and P1: however it is spelled."""

from collections.abc import Callable

import pulumi
import pytest

from sandbox.cloud import Cloud
from tests.engine.programs import MX, shared_host
from tests.engine.stack import Stack, Step

DOMAIN = "solarmora.com"


def outputs(stack: Stack) -> dict[str, object]:
    return {resource["urn"]: resource.get("outputs") for resource in stack.state()}


SPELLINGS = {
    "as before": MX,
    "in another order": list(reversed(MX)),
    "upper case": [name.upper() for name in MX],
    "with a trailing dot": [f"{name}." for name in MX],
    "twice": [*MX, *MX],
}


def test_a_second_up_writes_nothing_however_it_is_spelled(cloud: Cloud, stack: Stack) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    assert not stack.up(shared_host({DOMAIN: {}}, zones)).failed
    before, writes = outputs(stack), len(cloud.log)
    for spelling, mx in SPELLINGS.items():
        run = stack.up(shared_host({DOMAIN: {"mx": mx}}, zones), expect_no_changes=True)
        assert not run.failed, (spelling, run.printed)
        assert run.changes == [], spelling
    assert cloud.log[writes:] == []
    assert outputs(stack) == before


@pytest.mark.parametrize("wrap", [pulumi.Output.from_input, pulumi.Output.secret])
def test_outputs_and_secrets_give_the_same_as_plain_values(
    cloud: Cloud, stack: Stack, wrap: Callable[[object], pulumi.Output[object]]
) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    assert not stack.up(shared_host({DOMAIN: {}}, zones)).failed

    def wrapped() -> None:
        shared_host(
            {DOMAIN: {"mode": wrap("testing"), "mx": wrap(MX), "max_age": wrap(604800.0)}}, zones
        )()

    run = stack.up(wrapped, expect_no_changes=True)
    assert not run.failed, run.printed


def test_a_wrong_output_is_refused_in_words(cloud: Cloud, stack: Stack) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}

    def wrong() -> None:
        shared_host({DOMAIN: {"mx": pulumi.Output.from_input(["192.0.2.1"])}}, zones)()

    run = stack.up(wrong)
    assert run.failed
    assert "solarmora.com has a mistake; nothing was changed:" in run.printed
    assert "mx[0]: found '192.0.2.1'" in run.printed
    assert "Traceback" not in run.printed


def test_a_changed_file_behind_our_back_is_mended_by_a_refresh(cloud: Cloud, stack: Stack) -> None:
    zones = {DOMAIN: cloud.create_zone(DOMAIN)}
    assert not stack.up(shared_host({DOMAIN: {}}, zones)).failed
    s3 = cloud.client("s3")
    bucket = s3.list_buckets()["Buckets"][0]["Name"]
    key = f"mta-sts.{DOMAIN}/.well-known/mta-sts.txt"
    before = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=b"version: STSv1\n")
    run = stack.up(shared_host({DOMAIN: {}}, zones), refresh=True)
    assert not run.failed, run.printed
    assert Step("update", "aws:s3/bucketObjectv2:BucketObjectv2", f"{DOMAIN}-policy") in run.changes
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == before
