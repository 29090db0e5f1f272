"""P8: killed, and the commands that docs/trouble.md names finish the work.

The real command line, on a copy of the repository's own program: so there is a process to kill.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.demo import copy_of_the_project
from sandbox.faults import Fault
from sandbox.setting import DOMAIN, ROOT, Setting
from sandbox.watcher import Watcher
from tests.engine.ground import GROUNDS, WRITES_FILE, WRITES_RECORD
from tests.engine.pairs import Pair, zone_of
from tests.engine.programs import MX
from tests.engine.stack import Stack

LIMIT = 100  # seconds
LOST = 30.0  # seconds that a call which is lost is held: longer than it takes to kill
LAG = 6.0  # seconds: longer than it takes to see that the gate waits


PROGRAM = """
import runpy

from mta_sts.hosts import worker

worker.WORKER_SPREAD = 1.0
runpy.run_path("program.py")
"""
"""The repository's own, but for the time that a Worker's edges are given."""


class Deployment:
    """The example's stack on a pair of host and zone, by the command line."""

    def __init__(self, folder: Path, cloud: Cloud, pair: Pair) -> None:
        self.cloud = cloud
        self.pair = pair
        self.setting = Setting(folder, cloud)
        self.zone = zone_of(cloud, pair, DOMAIN)
        self.project = copy_of_the_project(folder)
        (self.project / "__main__.py").rename(self.project / "program.py")
        (self.project / "__main__.py").write_text(PROGRAM)
        self.number = 0
        self.policy = self.configure()
        self.setting.pulumi("stack", "select", "--create", "sandbox", cwd=self.project)
        if pair.host == "r2":
            key = cloud.cloudflare.secret_access_key
            self.setting.pulumi(
                "config", "set", "--secret", "mta-sts:secretAccessKey", key, cwd=self.project
            )

    def configure(self) -> Policy:
        """Change the configuration to a policy not had before."""
        self.number += 1
        file = self.project / "stacks" / "Pulumi.sandbox.yaml"
        configuration = yaml.safe_load(file.read_text())
        mx = [*MX, f"mx{self.number}.solarmora.com"]
        configuration["config"]["mta-sts:domains"] = {
            DOMAIN: {
                "mode": "testing", "mx": mx, "host": self.pair.host, "zone": dict(self.zone),
            }
        }  # fmt: skip
        if self.pair.host != "cloudfront":
            account = self.cloud.cloudflare
            configuration["config"]["mta-sts:cloudflare"] = {"accountId": account.account} | (
                {"accessKeyId": account.access_key_id} if self.pair.host == "r2" else {}
            )
        file.write_text(yaml.safe_dump(configuration))
        self.policy = Policy(mode="testing", mx=mx, max_age=604800)
        return self.policy

    def start(self) -> subprocess.Popen[str]:
        """`pulumi up` in the background."""
        return subprocess.Popen(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
            cwd=self.project, env=self.setting.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def up(self) -> subprocess.CompletedProcess[str]:
        """`pulumi up`, to its end."""
        process = self.start()
        try:
            printed, _ = process.communicate(timeout=LIMIT)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, printed, "")

    @property
    def wrote_the_file(self) -> list[float]:
        """When the policy was written, each time."""
        service, operation = WRITES_FILE[self.pair.host]
        return [
            call.time
            for call in self.cloud.log
            if (call.service, call.operation) == (service, operation)
        ]

    def is_unchanged(self) -> None:
        """A further run changes nothing."""
        again = self.up()
        assert re.search(r"Resources:\n +\d+ unchanged\n", again.stdout), again.stdout

    def clears_what_is_named(self, printed: str) -> bool:
        """Delete what the messages of a run say was left behind; whether they name anything."""
        records = {
            *re.findall(r"(\S+) already has the (\w+) record .* run that was killed", printed),
            *re.findall(r"DnsRecord \(name '(\S+)', type '(\w+)', .* is there already", printed),
        }
        if records:
            self.cloud.delete_records(str(self.zone["cloudflare"]), records)
        aliases = re.search(r"Distribution \(aliases \['(\S+)'\]\) is there already", printed)
        if aliases:
            cloudfront = self.cloud.client("cloudfront")
            (found,) = (
                each["Id"]
                for each in cloudfront.list_distributions()["DistributionList"]["Items"]
                if aliases[1] in each["Aliases"]["Items"]
            )
            read = cloudfront.get_distribution_config(Id=found)
            config = {**read["DistributionConfig"], "Enabled": False}
            changed = cloudfront.update_distribution(
                Id=found, IfMatch=read["ETag"], DistributionConfig=config
            )
            cloudfront.delete_distribution(Id=found, IfMatch=changed["ETag"])
        return bool(records or aliases)


@pytest.fixture(scope="module", params=GROUNDS, ids=str)
def deployment(
    request: pytest.FixtureRequest, shared_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    shared_cloud.reset()
    deployment = Deployment(tmp_path_factory.mktemp("crash"), shared_cloud, request.param)
    first = deployment.up()
    assert first.returncode == 0, first.stdout
    yield deployment
    deployment.is_unchanged()
    shared_cloud.reset()


Point = Callable[[Deployment], tuple[Callable[[], bool], Callable[[], None]]]
"""Makes a run stop somewhere: whether it is there, and what lets go on."""


def at_the_file(deployment: Deployment) -> tuple[Callable[[], bool], Callable[[], None]]:
    service, operation = WRITES_FILE[deployment.pair.host]
    faults = deployment.cloud.faults
    return _hit(deployment, faults.add(service=service, operation=operation, how="hang"))


def at_the_file_done(deployment: Deployment) -> tuple[Callable[[], bool], Callable[[], None]]:
    service, operation = WRITES_FILE[deployment.pair.host]
    fault = deployment.cloud.faults.add(
        service=service, operation=operation, how="lose", seconds=LOST
    )
    return _hit(deployment, fault)


def at_the_gate(deployment: Deployment) -> tuple[Callable[[], bool], Callable[[], None]]:
    # Not so long that the edge would have nothing to serve yet, nor that it would go back to what
    # was there before the last change.
    written = deployment.wrote_the_file
    if written:
        time.sleep(max(0.0, LAG - (time.time() - written[-1])))
    deployment.cloud.edge.lag = min([LAG, *(time.time() - each - 1 for each in written[:1])])

    def waiting() -> bool:
        return len(deployment.wrote_the_file) > len(written)

    def over() -> None:
        deployment.cloud.edge.lag = 0.0

    return waiting, over


def at_the_record(deployment: Deployment) -> tuple[Callable[[], bool], Callable[[], None]]:
    service, operation = WRITES_RECORD[deployment.pair.zone]
    fault = deployment.cloud.faults.add(
        service=service, operation=operation, how="hang", match="v=STSv1"
    )
    return _hit(deployment, fault)


def at_the_record_done(deployment: Deployment) -> tuple[Callable[[], bool], Callable[[], None]]:
    service, operation = WRITES_RECORD[deployment.pair.zone]
    fault = deployment.cloud.faults.add(
        service=service, operation=operation, how="lose", seconds=LOST, match="v=STSv1"
    )
    return _hit(deployment, fault)


def _hit(deployment: Deployment, fault: Fault) -> tuple[Callable[[], bool], Callable[[], None]]:
    return fault.hit.is_set, deployment.cloud.faults.clear


POINTS = [at_the_file, at_the_file_done, at_the_gate, at_the_record, at_the_record_done]


Victim = Callable[[Deployment, subprocess.Popen[str], Point], int]


def the_engine(_: Deployment, process: subprocess.Popen[str], __: Point) -> int:
    return process.pid


def the_plugin(deployment: Deployment, process: subprocess.Popen[str], point: Point) -> int:
    """That which makes the call at that point; at the gate, which would make the next."""
    pair = deployment.pair
    writes_file = point in (at_the_file, at_the_file_done)
    service, _ = WRITES_FILE[pair.host] if writes_file else WRITES_RECORD[pair.zone]
    package = "cloudflare" if service == "cloudflare" else "aws"
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid), "-f", f"sandbox.plugin {package}"],
        capture_output=True, text=True, timeout=LIMIT, check=True,
    )  # fmt: skip
    return int(found.stdout.split()[0])


def kill(
    deployment: Deployment,
    watcher: Watcher,
    point: Point,
    victim: Victim,
) -> None:
    """Kill a run when it is there."""
    reached, over = point(deployment)
    process = deployment.start()
    try:
        watcher.wait_for(lambda: reached() or process.poll() is not None, timeout=60)
        assert process.poll() is None, process.stdout
        os.kill(victim(deployment, process, point), signal.SIGKILL)
        process.communicate(timeout=LIMIT)
        assert process.returncode != 0
    finally:
        process.kill()
        over()


@pytest.mark.timeout(300)  # six runs
@pytest.mark.parametrize("victim", [the_engine, the_plugin])
def test_killed_during_a_change(deployment: Deployment, victim: Victim) -> None:
    """At each point in turn: each run gets further than the one before, the last one to the end."""
    policy = deployment.configure()
    with Watcher(DOMAIN, Vantage.from_environment(deployment.setting.environment)) as watcher:
        for point in POINTS:
            kill(deployment, watcher, point, victim)
            if victim is the_engine:
                deployment.setting.pulumi("cancel", "--yes", cwd=deployment.project)
        again = deployment.up()
        assert again.returncode == 0, again.stdout
        watcher.wait_for(lambda: watcher.held is not None and watcher.held.policy == policy)
    assert watcher.misled == []


def test_a_lock_that_a_killed_engine_left_is_named(deployment: Deployment) -> None:
    with Watcher(DOMAIN, Vantage.from_environment(deployment.setting.environment)) as watcher:
        deployment.configure()
        kill(deployment, watcher, at_the_file, the_engine)
    locked = deployment.up()
    assert locked.returncode != 0
    assert "pulumi cancel" in locked.stdout
    deployment.setting.pulumi("cancel", "--yes", cwd=deployment.project)
    assert deployment.up().returncode == 0


def test_attributes_of_a_state_file_that_a_killed_engine_left_empty(
    stack: Stack, tmp_path: Path
) -> None:
    """Which the engine writes after the file, to where it is: so it may be killed in between."""
    assert not stack.up(lambda: None).failed
    folder = tmp_path / "state"
    (attributes,) = folder.rglob("test.json.attrs")
    attributes.write_text("")
    assert "failed to load checkpoint: EOF" in stack.preview(lambda: None).printed
    way_on = f"find {folder} -name '*.attrs' -size 0 -delete"
    assert (
        way_on.replace(str(folder), "<folder of the state>")
        in (ROOT / "docs" / "trouble.md").read_text()
    )
    subprocess.run(way_on, shell=True, timeout=LIMIT, check=True)  # noqa: S602 -- as users type it
    assert not stack.preview(lambda: None).failed


@pytest.mark.parametrize("point", [at_the_file_done, at_the_gate, at_the_record_done])
@pytest.mark.parametrize("pair", GROUNDS, ids=str)
def test_the_engine_is_killed_during_the_first_deploy(
    cloud: Cloud, tmp_path: Path, pair: Pair, point: Point
) -> None:
    """What was made and not recorded is made again or taken over; or else the message names it."""
    deployment = Deployment(tmp_path, cloud, pair)
    with Watcher(DOMAIN, Vantage.from_environment(deployment.setting.environment)) as watcher:
        kill(deployment, watcher, point, the_engine)
        deployment.setting.pulumi("cancel", "--yes", cwd=deployment.project)
        again = deployment.up()
        while again.returncode != 0 and deployment.clears_what_is_named(again.stdout):
            again = deployment.up()
        assert again.returncode == 0, again.stdout
        watcher.wait_for(
            lambda: watcher.held is not None and watcher.held.policy == deployment.policy
        )
    assert watcher.misled == []
    deployment.is_unchanged()
