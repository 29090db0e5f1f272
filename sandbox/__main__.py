"""`python -m sandbox start | stop | serve`: the local cloud as a background process."""

import os
import shutil
import signal
import subprocess
import sys
import time

import click

from sandbox.cloud import Cloud
from sandbox.loopback import NoAddressError
from sandbox.setting import ROOT, Setting

DIRECTORY = ROOT / ".sandbox"
START_TIMEOUT = 60.0  # seconds
STOP_TIMEOUT = 15.0  # seconds

STACKS = ("sandbox", "sandbox-pairs")

HOW_TO = """\
The sandbox is running. In this folder:

  . .sandbox/env                       what pulumi and mta-sts need to work against it
  pulumi up --stack sandbox            deploys stacks/Pulumi.sandbox.yaml
  mta-sts check solarmora.com          looks as a sending mail server does
  pulumi preview --stack sandbox       after a change of stacks/Pulumi.sandbox.yaml
  pulumi destroy --stack sandbox

The stack sandbox-pairs has a domain on each pair of host and zone, on AWS and Cloudflare.
make sandbox-stop ends it and forgets what was deployed.
"""


@click.group()
def main() -> None:
    """The local cloud."""


@main.command()
@click.option(
    "--edge-lag", type=float, default=0.0, help="Seconds the edge lags behind the bucket."
)
def start(edge_lag: float) -> None:
    """Start the sandbox in the background; return when it answers."""
    if _running() is None:
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        DIRECTORY.mkdir()
        with (DIRECTORY / "log").open("wb") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "sandbox", "serve", "--edge-lag", str(edge_lag)],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT
        while not (DIRECTORY / "env").exists():
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                raise click.ClickException(
                    f"the sandbox did not start:\n{(DIRECTORY / 'log').read_text()}"
                )
            time.sleep(0.1)
    click.echo(HOW_TO)


@main.command()
def stop() -> None:
    """Stop the sandbox, and what it started."""
    pid = _running()
    if pid is None:
        click.echo("The sandbox is not running.")
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while _running() is not None:
        if time.monotonic() > deadline:
            raise click.ClickException(f"process {pid} has not ended after {STOP_TIMEOUT:g} s")
        time.sleep(0.1)
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    click.echo("The sandbox has stopped.")


@main.command()
@click.option("--edge-lag", type=float, default=0.0)
def serve(edge_lag: float) -> None:
    """Serve until SIGTERM (what `start` runs)."""
    stopped = False

    def ask_to_stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    (DIRECTORY / "pid").write_text(str(os.getpid()))
    try:
        with Cloud(directory=DIRECTORY / "cloud", edge_lag=edge_lag) as cloud:
            setting = Setting(DIRECTORY, cloud)
            setting.seed()
            for stack in STACKS:
                setting.pulumi("stack", "init", stack)
            setting.write_exports(DIRECTORY / "env")
            while not stopped:
                time.sleep(0.2)
    except NoAddressError as error:
        raise click.ClickException(str(error)) from error


def _running() -> int | None:
    """The process id of the sandbox of this folder, if it is running."""
    try:
        pid = int((DIRECTORY / "pid").read_text())
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid


if __name__ == "__main__":
    main()
