"""The example of customers who keep their own DNS: one makes the records, the other never does."""

import asyncio
import json
import runpy

import pulumi
import pulumi.runtime

from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.engine.programs import Program
from tests.engine.stack import Run, Stack

QUICK, NEVER = "customer.example", "slow.example"
MX = ["mail.solarmora.com"]


def example(zone: str, *customers: str) -> Program:
    """The example, with its configuration."""

    def program() -> None:
        given = {"zone": zone, "customers": json.dumps(customers), "mx": json.dumps(MX)}
        project = pulumi.get_project()
        pulumi.runtime.set_all_config({f"{project}:{key}": each for key, each in given.items()})
        runpy.run_path(str(ROOT / "examples" / "zones_elsewhere" / "__main__.py"))

    return program


def test_one_makes_the_records_and_the_other_does_not(cloud: Cloud, stack: Stack) -> None:
    ours = cloud.create_zone("announce.example")
    theirs = {domain: cloud.create_zone(domain) for domain in (QUICK, NEVER)}
    for domain, zone in theirs.items():
        cloud.put_records(zone, [(domain, "MX", 300, [f"10 {MX[0]}."])])
    program = example(ours, QUICK, NEVER)

    def succeeds() -> Run:
        run = stack.up(program)
        assert not run.failed, run.printed
        return run

    told = succeeds().outputs["toMake"]
    # A hoster reads the text, and so does the customer's name server.
    rows = [row.split(maxsplit=4) for row in told.splitlines() if row and row[0] != ";"]
    cloud.put_records(
        theirs[QUICK],
        [
            (name.rstrip("."), kind, int(ttl), [data])
            for name, ttl, _, kind, data in rows
            if name.endswith(f".{QUICK}.")
        ],
    )
    succeeds()
    seen = {
        domain: asyncio.run(look(domain, Vantage.from_environment())) for domain in (QUICK, NEVER)
    }
    assert seen[QUICK].id_matches
    assert seen[NEVER].record is None
    assert succeeds().changes == []

    # The owner alone can point the name elsewhere: a host is not left by a line in a program.
    def moved() -> None:
        example(ours, NEVER)()
        from mta_sts import CloudFrontHost, MtaSts

        zone = {"external": {"route53": ours}}
        host = CloudFrontHost("others", {"domains": [{"domain": QUICK, "zone": zone}]})  # type: ignore[typeddict-item]
        given = {"target": host.target, "bucket": host.bucket}
        MtaSts(
            QUICK,
            {
                "domain": QUICK,
                "zone": zone,  # type: ignore[typeddict-item]
                "mode": "testing",
                "mx": [*MX],
                "host": {"cloudfront": given},  # type: ignore[typeddict-item]
            },
        )

    previewed = stack.preview(moved)
    assert previewed.failed
    (said,) = [words for _, name, words in previewed.messages if words.startswith("owner-host: ")]
    assert said.startswith("owner-host: the domain leaves the host policies, to which ")
