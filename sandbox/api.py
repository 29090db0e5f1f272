"""The AWS APIs on loopback: moto behind a log, the faults, and one lock."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server

from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.calls import Call, error, identify
from sandbox.faults import Fault, Faults

log = logging.getLogger(__name__)

POLL = 0.02  # seconds, between looks whether to stop

StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], Iterable[bytes]]
ACTIONS = {"HeadObject": "GetObject", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket"}


@dataclass(frozen=True)
class Write:
    """A call that changes something, as it was answered."""

    time: float
    service: str
    operation: str
    path: str
    status: int


@lru_cache
def _moto() -> DomainDispatcherApplication:
    """Shared: it holds no state, and is slow to build."""
    return DomainDispatcherApplication(create_backend_app)


class Front:
    """The WSGI application: what happens to a call before and after moto."""

    def __init__(self, faults: Faults) -> None:
        self._moto = _moto()
        self._faults = faults
        self.log: list[Write] = []

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        call = identify(environ)
        fault = self._faults.take(call.service, call.operation, call.text)
        if fault is None:
            status, headers, body = self._answer(call, environ)
        else:
            status, headers, body = self._suffer(fault, call, environ)
        start_response(status, headers)
        return body

    def _suffer(self, fault: Fault, call: Call, environ: dict[str, Any]) -> Answer:
        if fault.how == "fail":
            fault.hit.set()
            return error(call, fault.status, fault.code, "The sandbox was told to fail this call.")
        answer = self._answer(call, environ) if fault.how == "lose" else None
        fault.hit.set()
        go_on = fault.hold(lambda: _gone(environ["werkzeug.socket"]))
        if fault.how == "lose" or not go_on:
            _drop(environ["werkzeug.socket"])
        return answer or self._answer(call, environ)

    def _answer(self, call: Call, environ: dict[str, Any]) -> Answer:
        with LOCK:
            status, headers, body = self._apply(call, environ)
            if call.writes:
                self.log.append(
                    Write(time.time(), call.service, call.operation, call.path, int(status[:3]))
                )
        return status, headers, body

    def _apply(self, call: Call, environ: dict[str, Any]) -> Answer:
        if call.service == "s3" and not call.signed and not _open_to_anybody(call):
            return error(call, 403, "AccessDenied", "Access Denied")
        started: list[Any] = []
        try:
            body = self._moto(environ, lambda *response: started.extend(response))
            return started[0], started[1], [b"".join(body)]
        except Exception as unexpected:  # what moto does not know, it raises in many ways
            log.exception("%s %s", call.service, call.operation)
            message = f"{call.operation}: {unexpected!r}"
            return error(call, 501, "NotImplemented", message)


def _open_to_anybody(call: Call) -> bool:
    """Whether a bucket's policy lets everybody do this; the names of some actions are others."""
    action = f"s3:{ACTIONS.get(call.operation, call.operation)}"
    return bool(call.bucket) and backends.s3().open_to_anybody(action, call.bucket, call.key)


def _gone(connection: socket.socket) -> bool:
    """Whether the other side has closed its connection."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _drop(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("dropped on demand")


class _Handler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        """The front keeps the log."""


class Api:
    """The server of the AWS APIs, in a thread."""

    def __init__(self, faults: Faults, port: int = 0) -> None:
        self._front = Front(faults)
        self._server = make_server(
            "127.0.0.1", port, self._front, threaded=True, request_handler=_Handler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), name="sandbox-api", daemon=True
        )
        self._thread.start()

    @property
    def log(self) -> list[Write]:
        return self._front.log

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
