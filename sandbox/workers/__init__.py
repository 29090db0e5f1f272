"""Workers on the real runtime: the very script that is deployed, run by workerd."""

import itertools
import threading
from typing import Literal
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from sandbox.background import Background
from sandbox.viewer_request import Request, Response
from sandbox.workers import runtime
from sandbox.workers.process import Process
from sandbox.workers.r2 import Find, Gateway, Keep
from sandbox.workers.script import PROTO_HEADER, Script, ScriptError

__all__ = ["NoWorkerError", "Script", "ScriptError", "Workers"]

ANSWER_TIMEOUT = aiohttp.ClientTimeout(total=10)  # seconds
ADDED_BY_CLIENT = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
NOT_PASSED_ON = {
    "connection", "content-length", "host", "keep-alive", "transfer-encoding", "upgrade",
    PROTO_HEADER.lower(),
}  # fmt: skip


class NoWorkerError(Exception):
    """No Worker, or no version of one, goes by this name: it was never deployed, or was removed."""


class Workers:
    """Each version of each Worker is a process of its own, until it is ended.

    All methods may be called from any thread.
    """

    def __init__(self, r2: Find, keep: Keep | None = None) -> None:
        """Begin without a Worker.

        Args:
            r2: what a bucket holds under a key; called in a thread.
            keep: puts an object into a bucket, likewise. None: buckets are only read.

        Raises:
            RuntimeMissingError: workerd is not there and could not be installed.
        """
        self._program = runtime.ensure()
        self._lock = threading.Lock()
        self._counter = itertools.count(1)
        self._processes: dict[str, Process] = {}
        self._newest: dict[str, str] = {}
        self._background = Background("sandbox-r2")
        self._gateway = Gateway(r2, keep)
        self._background.run(self._gateway.start())

    def deploy(self, script: Script) -> str:
        """Serve a new version; its handle. Older versions are served until they are ended.

        Raises:
            ScriptError: it does not compile; nothing has changed.
            TimeoutError: workerd did not start; nothing has changed.
        """
        process = Process(self._program, script, self._gateway.address)
        with self._lock:
            handle = f"{script.name}@{next(self._counter)}"
            self._processes[handle] = process
            self._newest[script.name] = handle
        return handle

    def end(self, handle: str) -> None:
        """Serve a version no longer."""
        with self._lock:
            process = self._processes.pop(handle, None)
            name = handle.rpartition("@")[0]
            if self._newest.get(name) == handle:
                del self._newest[name]
        if process:
            process.end()

    def remove(self, name: str) -> None:
        """Serve no version of a Worker any longer."""
        with self._lock:
            handles = [each for each in self._processes if each.rpartition("@")[0] == name]
        for handle in handles:
            self.end(handle)

    def stop(self) -> None:
        """End everything."""
        with self._lock:
            handles = list(self._processes)
        for handle in handles:
            self.end(handle)
        self._background.run(self._gateway.stop())
        self._background.stop()

    def port(self, name: str) -> int:
        """Where, on 127.0.0.1, a Worker listens for HTTP: its newest version, or that of a handle.

        Raises:
            NoWorkerError: there is none.
        """
        with self._lock:
            process = self._processes.get(self._newest.get(name, name))
        if process is None:
            raise NoWorkerError(f"there is no Worker {name}")
        return process.port

    async def respond(
        self, name: str, request: Request, scheme: Literal["http", "https"] = "https"
    ) -> Response:
        """The response of a Worker's newest version, or of the version whose handle is given.

        Nobody who waits here may hold a lock that `r2` takes.

        Raises:
            NoWorkerError: there is none.
            aiohttp.ClientError, TimeoutError: workerd did not answer, such as one ended meanwhile.
        """
        query = f"?{urlencode(request.query)}" if request.query else ""
        url = URL(f"http://127.0.0.1:{self.port(name)}{request.uri}{query}", encoded=True)
        passed = [each for each in request.headers if each[0].lower() not in NOT_PASSED_ON]
        async with (
            aiohttp.ClientSession(
                timeout=ANSWER_TIMEOUT, auto_decompress=False, skip_auto_headers=ADDED_BY_CLIENT
            ) as session,
            session.request(
                request.method,
                url,
                headers=[*passed, ("Host", request.host), (PROTO_HEADER, scheme)],
                data=request.body or None,
                allow_redirects=False,
            ) as answer,
        ):
            body = await answer.read()
            headers: dict[str, str] = {}
            for header, value in answer.headers.items():
                known = headers.get(header.lower())
                headers[header.lower()] = value if known is None else f"{known}, {value}"
        for header in ("connection", "transfer-encoding"):
            headers.pop(header, None)
        return Response(answer.status, headers, body, answer.reason)
