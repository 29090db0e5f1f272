"""What the emulated APIs have in common: a server each, the faults, one log of writes, one lock."""

import contextlib
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from sandbox.aws.backends import LOCK
from sandbox.faults import Fault, Faults

POLL = 0.02  # seconds, between looks whether to stop

StartResponse = Callable[..., Any]
Answer = tuple[str, list[tuple[str, str]], Iterable[bytes]]


@dataclass(frozen=True)
class Write:
    """A call that changes something, as it was answered."""

    time: float
    service: str
    operation: str
    path: str
    status: int


class Identified(Protocol):
    """What is known of a call before it is answered."""

    @property
    def service(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def text(self) -> str:
        """The path and the body, to look for words in."""

    @property
    def writes(self) -> bool: ...


C = TypeVar("C", bound=Identified)


class Front(ABC, Generic[C]):
    """The WSGI application: what happens to a call before and after it is applied."""

    def __init__(self, faults: Faults, log: list[Write]) -> None:
        self._faults = faults
        self._log = log

    @abstractmethod
    def identify(self, environ: dict[str, Any]) -> C:
        """The call that a request makes. Its body is read, and put back."""

    @abstractmethod
    def apply(self, call: C, environ: dict[str, Any]) -> Answer:
        """Do what the call says; LOCK is held."""

    @abstractmethod
    def refuse(self, call: C, fault: Fault) -> Answer:
        """The error of a fault, in the API's protocol."""

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        call = self.identify(environ)
        fault = self._faults.take(call.service, call.operation, call.text, writes=call.writes)
        if fault is None:
            status, headers, body = self.answer(call, environ)
        else:
            status, headers, body = self._suffer(fault, call, environ)
        start_response(status, headers)
        return body

    def _suffer(self, fault: Fault, call: C, environ: dict[str, Any]) -> Answer:
        if fault.how == "fail":
            fault.hit.set()
            status, headers, body = self.refuse(call, fault)
            wait = [] if fault.retry_after is None else [("Retry-After", str(fault.retry_after))]
            return status, headers + wait, body
        answer = self.answer(call, environ) if fault.how == "lose" else None
        fault.hit.set()
        go_on = fault.hold(lambda: _gone(environ["werkzeug.socket"]))
        if fault.how == "lose" or not go_on:
            _drop(environ["werkzeug.socket"])
        return answer or self.answer(call, environ)

    def answer(self, call: C, environ: dict[str, Any]) -> Answer:
        """Apply the call, and remember it if it writes."""
        with LOCK:
            status, headers, body = self.apply(call, environ)
            if call.writes:
                self._log.append(
                    Write(time.time(), call.service, call.operation, call.path, int(status[:3]))
                )
        return status, headers, body


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


class Server:
    """Serves one front on 127.0.0.1, in a thread."""

    def __init__(self, front: Front[Any], port: int = 0) -> None:
        self._server = make_server(
            "127.0.0.1", port, front, threaded=True, request_handler=_Handler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(POLL,),
            name=type(front).__name__,
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
