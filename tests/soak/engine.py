"""The engine with a history's program in this process, fast, and so that it can be killed."""

import logging
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pulumi import automation
from pulumi.automation._stack import StackInitMode  # not exported, and its values are wanted

from sandbox import engine
from sandbox.cloud import Cloud
from sandbox.plugin.packages import PACKAGES
from sandbox.plugin.server import die_with_parent, serve_in_process
from tests.engine.stack import PROJECT, Run, run

LONGEST_CALL = 100.0  # seconds, of one call of the engine
SIZE = 48 * 1024 * 1024  # bytes, of the disk for the state
BIN = str(Path(sys.executable).parent)
PRELOADED = ["sandbox.plugin.packages", "boto3", "cloudflare", "httpx"]
WRAPPER = '#!/bin/sh\necho $$ > "{pid}"\nexec "{pulumi}" "$@"\n'
"""So that it is known which process is the engine."""

Program = Callable[[], None]

# A program whose engine was killed cannot tell it so any more, which the Automation API logs.
logging.getLogger("grpc._server").setLevel(logging.CRITICAL)


class _Stack(automation.Stack):
    """Does not ask, after every update, for outputs and history: each is a process of its own."""

    def outputs(self) -> automation.OutputMap:
        return {}

    def info(self, show_secrets: bool | None = None) -> automation.UpdateSummary:
        return automation.UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


class Plugins:
    """The stand-ins of the provider plugins, each a process, so that it can be killed.

    They come from a process that has read all they need, else each would take seconds to start.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)
        self._running: dict[str, tuple[BaseProcess, int]] = {}
        for name in PACKAGES:
            self._start(name)

    @property
    def ports(self) -> str:
        """As the engine is told of them."""
        return ",".join(f"{name}:{port}" for name, (_, port) in self._running.items())

    def kill(self, name: str) -> None:
        """Kill one; another is there for the next run."""
        self.stop(name)
        self._start(name)

    def _start(self, name: str) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(name, self._environment, theirs), daemon=True
        )
        process.start()
        if not ours.poll(LONGEST_CALL):
            raise TimeoutError(f"the plugin {name} has not started")
        self._running[name] = process, ours.recv()

    def stop(self, *names: str) -> None:
        for name in names or tuple(self._running):
            process, _ = self._running.pop(name)
            process.kill()
            process.join()


def _serve(name: str, environment: Mapping[str, str], told: Connection) -> None:
    die_with_parent()
    os.environ |= environment
    with serve_in_process(PACKAGES[name]) as port:
        told.send(port)
        threading.Event().wait()


class Engine:
    """One stack, whose state lies on `disk`."""

    def __init__(self, directory: Path, disk: "Disk", cloud: Cloud, plugins: Plugins) -> None:
        self.disk = disk
        self._directory = directory
        self._plugins = plugins
        self._pid = directory / "pid"
        wrapper = directory / "bin" / "pulumi"
        wrapper.parent.mkdir()
        wrapper.write_text(WRAPPER.format(pid=self._pid, pulumi=f"{engine.ensure()}/pulumi"))
        wrapper.chmod(0o755)
        self._environment = {
            "PATH": os.pathsep.join([str(wrapper.parent), BIN, os.environ["PATH"]]),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **cloud.environment,
        }
        workspace = automation.LocalWorkspace(
            work_dir=str(directory),
            env_vars=self._environment,
            pulumi_command=automation.PulumiCommand(str(directory)),
            project_settings=automation.ProjectSettings(
                name=PROJECT,
                runtime="python",
                backend=automation.ProjectBackend(url=f"file://{self.disk.folder}"),
            ),
        )
        self._attach()
        self._stack = _Stack("test", workspace, StackInitMode.CREATE_OR_SELECT)

    def run(self, program: Program, what: str, **options: Any) -> Run:
        """Have the engine do that; it ends within `LONGEST_CALL`."""
        self._attach()
        self._pid.unlink(missing_ok=True)
        self._stack.workspace.program = program
        clock = threading.Timer(LONGEST_CALL, self.signal, [signal.SIGKILL])
        clock.start()
        try:
            return run(self._stack, what, **options)
        finally:
            clock.cancel()
            self._pid.unlink(missing_ok=True)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the engine, if it runs."""
        try:
            os.kill(int(self._pid.read_text()), number)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return

    def command(self, *words: str) -> str:
        """`pulumi`, as a user types it, in the stack's folder; what it prints, if it fails."""
        self._attach()
        done = subprocess.run(
            ["pulumi", *words, "--stack", "test", "--non-interactive"],
            cwd=self._directory, env={**os.environ, **self._environment}, timeout=LONGEST_CALL,
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return done.stdout if done.returncode else ""

    def state(self) -> dict[str, Any]:
        """The stack's state: `resources`, `pending_operations`."""
        return dict(self._stack.export_stack().deployment or {})

    def _attach(self) -> None:
        self._environment["PULUMI_DEBUG_PROVIDERS"] = self._plugins.ports


class Disk:
    """A folder on a small disk of its own, where this process may mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.is_own = (
            os.geteuid() == 0
            and shutil.which("mount") is not None
            and _mount("-t", "tmpfs", "-o", f"size={SIZE}", "state", str(folder))
        )

    def fill(self) -> None:
        """Leave no byte free; where the disk is not the folder's own, it stays as it is."""
        if not self.is_own:
            return
        with (self.folder / "filler").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1024 * 1024)):
                    pass
            except OSError:
                return

    def free(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.is_own:
            subprocess.run(["umount", "-l", str(self.folder)], check=True, timeout=30)


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], check=False, timeout=30).returncode == 0
