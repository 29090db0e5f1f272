"""The package, from a program in YAML: P2, P3 and P7 hold in it as they do in Python."""

from pathlib import Path
from typing import Any

import pytest

from mta_sts.package import INSIDE_SCRIPT
from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.setting import MX as RECORDED_MX
from sandbox.watcher import Watcher
from tests.engine.programs import shared_host
from tests.engine.project import Project
from tests.engine.stack import PROJECT, Run, Stack, Step

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
    project.properties(COM)["mx"].append("mx4.solarmora.org")
    project.write()
    previewed = succeeded(project.preview())
    change = f"mx + mx4.solarmora.org, id {FIRST.id[:4]}… -> {SECOND.id[:4]}…"
    assert ("info", COM, change) in previewed.messages
    with Watcher(COM, Vantage.from_environment()) as watcher:
        changed = succeeded(project.up())
    assert changed.changes == [
        Step("update", "mta-sts:index:MtaSts", COM),
        Step("update", "aws:s3/bucketObjectv2:BucketObjectv2", f"{COM}-policy"),
        Step("update", "aws:route53/record:Record", f"{COM}-txt"),
    ]
    assert watcher.events[-1].id == SECOND.id
    assert watcher.misled == []


def test_an_error_of_one_domain_stops_the_preview_and_the_update(
    cloud: Cloud, project: Project
) -> None:
    """Each by a call of its own to the package, and yet they wait for one another's review."""
    project.properties(NET)["mode"] = "enforce"
    project.write()
    previewed = project.preview()
    assert previewed.failed
    of_net = [
        words for severity, name, words in previewed.messages if (severity, name) == ("error", NET)
    ]
    assert [words.partition(":")[0] for words in of_net] == ["mode-skips-testing"]
    assert (
        "info",
        COM,
        f"new: testing, 3 mx, max_age 7d, id {FIRST.id[:4]}…",
    ) in previewed.messages
    assert f"the review found an error in {NET}; nothing was changed" in previewed.printed
    for internal in ("Traceback", "<class", '.py", line'):
        assert internal not in previewed.printed

    # A review that takes long: those of other domains, which are done, wait for it.
    cloud.dns.misbehave(NET, "delay", seconds=0.5)
    updated = project.up()
    assert updated.failed
    assert "the review found errors; nothing was changed:\n" in updated.printed
    made = {each["type"] for each in project.state()}
    assert not made & {"mta-sts:index:MtaSts", "aws:s3/bucketObjectv2:BucketObjectv2"}


def test_each_with_a_host_of_its_own(cloud: Cloud, project: Project) -> None:
    """All register the same hook with the engine, which takes a name but once."""
    del project.program["resources"]["policies"]
    for domain in (COM, NET):
        del project.properties(domain)["host"]
    project.write()
    assert succeeded(project.up()).outputs == {"ids": {COM: FIRST.id, NET: OF_NET.id}}


def test_wrong_input_is_one_message(cloud: Cloud, project: Project) -> None:
    project.properties(COM).update(mx=["192.0.2.1"], maxAge=5)
    project.write()
    previewed = project.preview()
    assert previewed.failed
    assert previewed.said("error") == [
        f"mta-sts:index:MtaSts resource '{COM}' has a problem: MtaSts {COM} has 2 mistakes; "
        "nothing was changed:\n"
        "  mx[0]: found '192.0.2.1'; mx is a host name, or '*.' and a host name (RFC 8461 3.2); "
        "a host name is no IP address (RFC 1123 2.1)\n"
        "  maxAge: found 5.0; allowed: a whole number of seconds from 86400 to 31557600 "
        "(less than a day)"
    ]


def test_what_is_there_already_is_named(cloud: Cloud, project: Project) -> None:
    """By a hook that one component registered with the engine, and another uses."""
    hosted = project.properties("policies")["domains"]
    project.program["outputs"] = {}
    project.program["resources"] = {
        name: {"type": "mta-sts:CloudFrontHost", "properties": {"domains": [*domains]}}
        for name, domains in (("one", hosted[:1]), ("two", hosted[1:]))
    }
    project.write()
    succeeded(project.up())
    project.forget()
    again = project.up(continue_on_error=True)
    assert again.failed
    for domain in (COM, NET):
        assert f"Distribution (aliases ['mta-sts.{domain}']) is there already" in again.printed


def test_a_worker_with_a_bucket_and_the_collector_of_reports(
    cloud: Cloud, project: Project, tmp_path: Path
) -> None:
    account = cloud.cloudflare
    zone = {"cloudflare": cloud.create_cloudflare_zone("solarmora.org")}
    worker = {
        "accountId": account.account,
        "script": "${worker.script}",
        "bucket": "${worker.bucket}",
        "accessKeyId": account.access_key_id,
        "secretAccessKey": {"fn::secret": account.secret_access_key},
    }
    domains = [{"domain": "solarmora.org", "zone": zone}]
    resources: dict[str, Any] = {
        "worker": {
            "type": "mta-sts:WorkerHost",
            "properties": {"accountId": account.account, "domains": domains, "inBucket": True},
        },
        "solarmora.org": {
            "type": "mta-sts:MtaSts",
            "properties": {
                **domains[0],
                "mode": "testing",
                "mx": MX,
                "reports": ["${collector.url}"],
                "host": {"worker": worker},
            },
        },
        "collector": {
            "type": "mta-sts:ReportCollector",
            "properties": {
                "accountId": account.account,
                "host": "tls-reports.solarmora.org",
                "zone": zone,
            },
        },
    }
    project.program |= {
        "resources": resources,
        "outputs": {"id": '${["solarmora.org"].policyId}'},
    }
    project.write()
    assert succeeded(project.up()).outputs == {"id": FIRST.id}
    kept = [file.read_text() for file in (tmp_path / "state").rglob("*.json*")]
    assert any(FIRST.id in each for each in kept)
    assert not any(account.secret_access_key in each for each in kept)
    assert succeeded(project.up()).changes == []

    del resources["worker"]["properties"]["inBucket"]
    project.write()
    refused = project.preview()
    assert refused.failed
    assert f"WorkerHost worker: {INSIDE_SCRIPT}" in refused.printed


def test_groups(project: Project) -> None:
    """Each domain is given the target of its group, and a move is told."""
    of_net = project.properties("policies")["domains"][1]
    cloudfront = project.properties(NET)["host"]["cloudfront"]
    of_net["group"], cloudfront["target"] = "b", '${policies.targets["b"]}'
    project.program["outputs"] = {"targets": "${policies.targets}"}
    project.write()
    targets = succeeded(project.up()).outputs["targets"]
    assert [*targets] == ["b", "default"]
    cnames = {
        each["inputs"]["name"]: each["inputs"]["records"]
        for each in project.state()
        if each["type"] == "aws:route53/record:Record" and each["urn"].endswith("-cname")
    }
    assert cnames == {
        f"mta-sts.{COM}": [targets["default"]],
        f"mta-sts.{NET}": [targets["b"]],
    }
    of_net["group"], cloudfront["target"] = "c", '${policies.targets["c"]}'
    project.write()
    told = succeeded(project.preview()).said("warning")
    assert [words for words in told if "moves from group b to group c" in words]


def test_a_stack_goes_from_python_to_yaml(
    cloud: Cloud, project: Project, engine_environment: dict[str, str], tmp_path: Path
) -> None:
    """Types and names are the same, and so the state is."""
    zone = project.program["config"]["zoneOfCom"]["value"]
    in_python = Stack(tmp_path, engine_environment)
    succeeded(in_python.up(shared_host({COM: {}}, {COM: zone})))
    resources = project.program["resources"]
    resources["shared"] = resources.pop("policies")
    del resources["shared"]["properties"]["domains"][1], resources[NET]
    del project.properties(COM)["reports"]
    host = {"target": "${shared.target}", "bucket": "${shared.bucket}"}
    project.properties(COM)["host"] = {"cloudfront": host}
    project.program |= {"name": PROJECT, "outputs": {}}
    project.write()
    assert succeeded(project.up()).changes == [
        Step("create", "pulumi:providers:mta-sts", "default")
    ]
