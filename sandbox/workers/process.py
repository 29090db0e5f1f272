"""One workerd, which serves one version of one Worker."""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, cast

from sandbox.workers import runtime
from sandbox.workers.script import Script, ScriptError, write

START_TIMEOUT = 15.0  # seconds
END_TIMEOUT = 10.0  # seconds

KEEPER = '"$@" 3>&1 >&2 </dev/null & exec >&-; read -r _; kill -9 $!; rm -r "$0"'
"""A shell that ends workerd, and removes its folder, when this process ends in whatever way: then
its standard input closes. workerd tells on descriptor 3 where it listens."""


class Process:
    """Serves from its construction on until `end`.

    Raises:
        ScriptError: the script does not compile, or is more than workerd knows.
    """

    def __init__(self, program: Path, script: Script, r2: str) -> None:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="worker-")))
            config = write(script, folder, r2)
            self._errors = folder / "stderr"
            command = [str(program), "serve", str(config), "--socket-addr", "http=127.0.0.1:0"]
            with self._errors.open("wb") as errors:
                self._keeper = subprocess.Popen(
                    ["sh", "-c", KEEPER, str(folder), *command, "--control-fd", "3"],
                    env=runtime.environment(),
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                    start_new_session=True,
                )  # fmt: skip
            stack.callback(self._kill)
            self.port = self._listening(script.name)
            self._end = stack.pop_all()

    def end(self) -> None:
        self._end.close()

    def _listening(self, name: str) -> int:
        """The port, once workerd listens."""
        control = cast(IO[bytes], self._keeper.stdout)
        said, until = b"", time.monotonic() + START_TIMEOUT
        with selectors.DefaultSelector() as selector:
            selector.register(control, selectors.EVENT_READ)
            while not said.endswith(b"\n"):
                left = until - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise TimeoutError(f"{name}: workerd did not start in {START_TIMEOUT:.0f} s")
                more = os.read(control.fileno(), 4096)
                if not more:
                    raise ScriptError(self._words())
                said += more
        return int(json.loads(said)["port"])

    def _words(self) -> str:
        """What workerd said, without its own name for the script."""
        lines = self._errors.read_text(errors="replace").strip().splitlines()
        return "\n".join(line.removeprefix("service script: ") for line in lines)

    def _kill(self) -> None:
        with self._keeper:  # closes the pipes
            os.killpg(self._keeper.pid, signal.SIGKILL)
            self._keeper.wait(END_TIMEOUT)
