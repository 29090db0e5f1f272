"""P8: the engine or the plugin is killed, and the commands that the README names finish the work.

The real command line, on a copy of the repository's own program: so there is a process to kill.
"""

import os
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
from sandbox.setting import DOMAIN, Setting
from sandbox.watcher import Watcher
from tests.engine.programs import MX

LIMIT = 100  # seconds
LAG = 30.0  # seconds: longer than it takes to see that the gate waits


class Deployment:
    """The example's stack, by the command line."""

    def __init__(self, setting: Setting, project: Path) -> None:
        self.setting = setting
        self.project = project
        self.number = 0
        self.policy = self.configure()
        setting.pulumi("stack", "select", "--create", "sandbox", cwd=project)

    def configure(self) -> Policy:
        """Change the configuration to a policy not had before."""
        self.number += 1
        file = self.project / "stacks" / "Pulumi.sandbox.yaml"
        configuration = yaml.safe_load(file.read_text())
        mx = [*MX, f"mx{self.number}.solarmora.com"]
        configuration["config"]["mta-sts:domains"][DOMAIN]["mx"] = mx
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


@pytest.fixture(scope="module")
def deployment(
    shared_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    shared_cloud.reset()
    folder = tmp_path_factory.mktemp("crash")
    setting = Setting(folder, shared_cloud)
    setting.seed()
    deployment = Deployment(setting, copy_of_the_project(folder))
    first = deployment.up()
    assert first.returncode == 0, first.stdout
    yield deployment
    shared_cloud.reset()


def at_the_file(cloud: Cloud) -> tuple[Callable[[], bool], Callable[[], None]]:
    fault = cloud.faults.add(service="s3", operation="PutObject", how="hang")
    return _hit(cloud, fault)


def at_the_file_done(cloud: Cloud) -> tuple[Callable[[], bool], Callable[[], None]]:
    fault = cloud.faults.add(service="s3", operation="PutObject", how="lose", seconds=LAG)
    return _hit(cloud, fault)


def at_the_gate(cloud: Cloud) -> tuple[Callable[[], bool], Callable[[], None]]:
    # Not so long that the edge would have nothing to serve yet.
    files = [call.time for call in cloud.log if call.operation == "PutObject"]
    cloud.edge.lag = min([LAG, *(time.time() - each - 1 for each in files[:1])])
    writes = len(cloud.log)
    began = time.monotonic()

    def waiting() -> bool:
        written = any(call.operation == "PutObject" for call in cloud.log[writes:])
        return written and time.monotonic() - began > 1

    def over() -> None:
        cloud.edge.lag = 0.0

    return waiting, over


def at_the_record(cloud: Cloud) -> tuple[Callable[[], bool], Callable[[], None]]:
    fault = cloud.faults.add(
        service="route53", operation="ChangeResourceRecordSets", how="hang", match="v=STSv1"
    )
    return _hit(cloud, fault)


def at_the_record_done(cloud: Cloud) -> tuple[Callable[[], bool], Callable[[], None]]:
    fault = cloud.faults.add(
        service="route53",
        operation="ChangeResourceRecordSets",
        how="lose",
        seconds=LAG,
        match="v=STSv1",
    )
    return _hit(cloud, fault)


def _hit(cloud: Cloud, fault: Fault) -> tuple[Callable[[], bool], Callable[[], None]]:
    return fault.hit.is_set, cloud.faults.clear


POINTS = [at_the_file, at_the_file_done, at_the_gate, at_the_record, at_the_record_done]


def the_engine(process: subprocess.Popen[str]) -> int:
    return process.pid


def the_plugin(process: subprocess.Popen[str]) -> int:
    found = subprocess.run(
        ["pgrep", "-P", str(process.pid), "-f", "sandbox.plugin"],
        capture_output=True, text=True, timeout=LIMIT, check=True,
    )  # fmt: skip
    return int(found.stdout.split()[0])


@pytest.mark.parametrize("victim", [the_engine, the_plugin])
@pytest.mark.parametrize("point", POINTS)
def test_killed_during_a_change(
    shared_cloud: Cloud,
    deployment: Deployment,
    point: Callable[[Cloud], tuple[Callable[[], bool], Callable[[], None]]],
    victim: Callable[[subprocess.Popen[str]], int],
) -> None:
    vantage = Vantage.from_environment(deployment.setting.environment)
    policy = deployment.configure()
    with Watcher(DOMAIN, vantage) as watcher:
        reached, over = point(shared_cloud)
        process = deployment.start()
        try:
            watcher.wait_for(lambda: reached() or process.poll() is not None, timeout=60)
            assert process.poll() is None, process.stdout
            os.kill(victim(process), signal.SIGKILL)
            process.communicate(timeout=LIMIT)
            assert process.returncode != 0
        finally:
            process.kill()
            over()
        if victim is the_engine:
            locked = deployment.up()
            assert locked.returncode != 0
            assert "pulumi cancel" in locked.stdout
            deployment.setting.pulumi("cancel", "--yes", cwd=deployment.project)
        again = deployment.up()
        assert again.returncode == 0, again.stdout
        watcher.wait_for(lambda: watcher.held is not None and watcher.held.policy == policy)
    assert watcher.misled == []
    once_more = deployment.up()
    assert "16 unchanged" in once_more.stdout, once_more.stdout


@pytest.mark.parametrize("point", [at_the_file_done, at_the_gate, at_the_record_done])
def test_the_engine_is_killed_during_the_first_deploy(
    cloud: Cloud,
    tmp_path: Path,
    point: Callable[[Cloud], tuple[Callable[[], bool], Callable[[], None]]],
) -> None:
    """What was made and not recorded is made again or taken over."""
    setting = Setting(tmp_path, cloud)
    setting.seed()
    deployment = Deployment(setting, copy_of_the_project(tmp_path))
    with Watcher(DOMAIN, Vantage.from_environment(setting.environment)) as watcher:
        reached, over = point(cloud)
        process = deployment.start()
        try:
            watcher.wait_for(lambda: reached() or process.poll() is not None, timeout=60)
            assert process.poll() is None, process.stdout
            process.kill()
            process.communicate(timeout=LIMIT)
        finally:
            process.kill()
            over()
        setting.pulumi("cancel", "--yes", cwd=deployment.project)
        again = deployment.up()
        assert again.returncode == 0, again.stdout
        watcher.wait_for(
            lambda: watcher.held is not None and watcher.held.policy == deployment.policy
        )
    assert watcher.misled == []
    assert "16 unchanged" in deployment.up().stdout
