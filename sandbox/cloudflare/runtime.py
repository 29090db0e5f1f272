"""The Workers runtime of the sandbox, begun by the first upload."""

import threading

from sandbox.aws.backends import LOCK
from sandbox.aws.s3 import Stored
from sandbox.cloudflare import r2_buckets
from sandbox.viewer_request import Request, Response
from sandbox.workers import Script, Workers


class Runtime:
    """Runs each upload under a handle of its own. Nobody who calls it may hold LOCK."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: Workers | None = None

    def deploy(self, script: Script) -> str:
        """Run an upload; its handle. Raises what `Workers` raises."""
        with self._lock:
            if self._workers is None:
                self._workers = Workers(_stored, _keep)
            workers = self._workers
        return workers.deploy(script)

    def end(self, handle: str) -> None:
        if self._workers:
            self._workers.end(handle)

    async def respond(self, handle: str, request: Request) -> Response:
        if self._workers is None:
            raise RuntimeError(f"{handle} is not deployed")
        return await self._workers.respond(handle, request)

    def stop(self) -> None:
        """End all; the next upload begins anew."""
        with self._lock:
            workers, self._workers = self._workers, None
        if workers:
            workers.stop()


def _stored(bucket: str, key: str) -> Stored | None:
    with LOCK:
        return r2_buckets.stored(bucket, key)


def _keep(bucket: str, key: str, body: bytes, content_type: str) -> Stored:
    with LOCK:
        return r2_buckets.keep(bucket, key, body, content_type)


runtime = Runtime()
