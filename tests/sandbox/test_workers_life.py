"""How Workers end: with the process that deployed them, whichever way that ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys, time
from sandbox.workers import Script, Workers
code = b"export default { fetch() { return new Response('here'); } };"
workers = Workers(lambda bucket, key: None)
script = Script("one", "a.js", {"a.js": ("application/javascript+module", code)}, "2026-11-01", [])
workers.deploy(script)
print(workers._processes["one@1"].port, flush=True)
if sys.argv[1] == "stop":
    workers.stop()
else:
    time.sleep(60)
"""


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_nothing_outlives_this_process(how: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as program:
        assert program.stdout
        port = int(program.stdout.readline())
        if how == "kill":
            assert listens(port)
            os.kill(program.pid, signal.SIGKILL)
        program.wait(20)
    until = time.monotonic() + 10
    while listens(port) or list(tmp_path.iterdir()):
        assert time.monotonic() < until
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
