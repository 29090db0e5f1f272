"""What histories are played in: the clouds and the plugins, once a process."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mta_sts import place
from mta_sts.hosts import worker
from sandbox.cloud import Cloud
from tests.soak.engine import Plugins

SPREAD = 1.2
"""Seconds, in place of those that a Worker's edges need; an edge lags for less."""
HOLD = 1.0
"""Seconds for which a host stays that a name has left: longer than the TTL as resolvers have it."""


class World:
    """The clouds and the plugins."""

    def __init__(self, cloud: Cloud, plugins: Plugins) -> None:
        self.cloud = cloud
        self.plugins = plugins


@contextmanager
def world() -> Iterator[World]:
    """A world, with the waits of the real one made short."""
    patch = pytest.MonkeyPatch()
    patch.setattr(worker, "WORKER_SPREAD", SPREAD)
    patch.setattr(place, "RECORD_TTL", HOLD)
    before = dict(os.environ)
    try:
        with Cloud() as cloud:
            os.environ |= cloud.environment
            plugins = Plugins(cloud.environment)
            try:
                yield World(cloud, plugins)
            finally:
                plugins.stop()
    finally:
        patch.undo()
        os.environ.clear()
        os.environ |= before


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for one history."""
    with tempfile.TemporaryDirectory(prefix="history-") as name:
        yield Path(name)
