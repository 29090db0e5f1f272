"""The sandbox's cloud, the plugin and an engine, once for each module."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mta_sts.hosts import worker
from sandbox import engine
from sandbox.cloud import Cloud
from sandbox.plugin.aws import AWS
from sandbox.plugin.cloudflare import CLOUDFLARE
from sandbox.plugin.server import serve_in_process
from tests.engine.ground import GROUNDS, SPREAD, Ground
from tests.engine.reviewed import Deployment
from tests.engine.stack import Stack

# A program that the engine cancels cannot tell it so any more, which the Automation API logs.
logging.getLogger("grpc._server").setLevel(logging.CRITICAL)

LONGEST_CALL = 100  # seconds, of one call of the engine


@pytest.fixture(scope="module")
def engine_environment(
    shared_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """What the engine needs around it, with a limit on the time of every call."""
    folder = tmp_path_factory.mktemp("engine")
    limited = folder / "bin" / "pulumi"
    limited.parent.mkdir()
    limited.write_text(
        f'#!/bin/sh\nexec timeout -s KILL {LONGEST_CALL} "{engine.ensure()}/pulumi" "$@"\n'
    )
    limited.chmod(0o755)
    with serve_in_process(AWS) as aws, serve_in_process(CLOUDFLARE) as cloudflare:
        yield {
            "PATH": os.pathsep.join([str(limited.parent), os.environ["PATH"]]),
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DEBUG_PROVIDERS": f"aws:{aws},cloudflare:{cloudflare}",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **shared_cloud.environment,
        }


@pytest.fixture
def cloud(
    cloud: Cloud, engine_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Cloud:
    """An empty cloud, which this process's own look-ups see too."""
    for name, value in engine_environment.items():
        monkeypatch.setenv(name, value)
    return cloud


@pytest.fixture
def stack(cloud: Cloud, engine_environment: dict[str, str], tmp_path: Path) -> Stack:
    """A new stack."""
    return Stack(tmp_path, engine_environment)


@pytest.fixture(params=GROUNDS, ids=str)
def ground(request: pytest.FixtureRequest, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """Each pair of host and zone by turns."""
    monkeypatch.setattr(worker, "WORKER_SPREAD", SPREAD)
    return Ground(cloud, request.param)


@pytest.fixture(scope="module")
def deployed(shared_cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    shared_cloud.reset()
    return Deployment(shared_cloud, tmp_path_factory.mktemp("review"))


@pytest.fixture
def deployment(deployed: Deployment) -> Iterator[Deployment]:
    deployed.configure({})
    deployed.restore()
    before = len(deployed.cloud.log), deployed.resources
    yield deployed
    deployed.restore()
    assert (len(deployed.cloud.log), deployed.resources) == before, "it has written"
