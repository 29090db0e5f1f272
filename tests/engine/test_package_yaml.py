"""The package, from a program in YAML: P2, P3 and P7 hold in it as they do in Python."""

from pathlib import Path

import pytest

from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.setting import MX as RECORDED_MX
from sandbox.watcher import Watcher
from tests.engine.project import Project
from tests.engine.stack import Run, Step

COM, NET = "solarmora.com", "solarmora.net"
MX = ["mail.solarmora.com", "*.solarmora.net", "backupmx.solarmora.com"]
FIRST = Policy(mode="testing", mx=MX, max_age=604800)
SECOND = Policy(mode="testing", mx=[*MX, "mx4.solarmora.org"], max_age=604800)
OF_NET = Policy(
    mode="testing", mx=["mail.solarmora.com", "mx1.solarmora.net", MX[2]], max_age=604800
)
LAG = 1.5  # seconds that the edge lags


@pytest.fixture
def project(cloud: Cloud, engine_environment: dict[str, str], tmp_path: Path) -> Project:
    zones = {domain: cloud.create_zone(domain) for domain in (COM, NET)}
    for domain, zone in zones.items():
        cloud.put_records(zone, [(domain, "MX", 300, list(RECORDED_MX))])
    project = Project("yaml", tmp_path, engine_environment)
    project.configure(zoneOfCom=zones[COM], zoneOfNet=zones[NET])
    return project


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_the_life_of_a_policy(cloud: Cloud, project: Project) -> None:
    with Watcher(COM, Vantage.from_environment()) as watcher:
        first = succeeded(project.up())
    assert first.outputs == {"ids": {COM: FIRST.id, NET: OF_NET.id}}
    assert [(event.what, event.id) for event in watcher.events] == [
        ("file", FIRST.id),
        ("record", FIRST.id),
    ]
    types = {each["urn"].split("::")[2].split("$")[-1] for each in project.state()}
    assert {"mta-sts:index:MtaSts", "mta-sts:index:CloudFrontHost"} <= types

    assert succeeded(project.up()).changes == []

    cloud.edge.lag = LAG
    project.program["resources"][COM]["properties"]["mx"].append("mx4.solarmora.org")
    project.write()
    previewed = succeeded(project.preview())
    assert [each for each in previewed.messages if each[1] == COM] == []
    with Watcher(COM, Vantage.from_environment()) as watcher:
        changed = succeeded(project.up())
    assert changed.changes == [
        Step("update", "mta-sts:index:MtaSts", COM),
        Step("update", "aws:s3/bucketObjectv2:BucketObjectv2", f"{COM}-policy"),
        Step("update", "aws:route53/record:Record", f"{COM}-txt"),
    ]
    assert watcher.events[-1].id == SECOND.id
    assert watcher.misled == []
