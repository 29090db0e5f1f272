"""Serving the provider: as a process of its own, or inside this one for tests."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.plugin.aws import AWS
from sandbox.plugin.core import Provider
from sandbox.plugin.errors import Translator
from sandbox.plugin.package import Package

THREADS = 64  # a waiting create holds one
LARGEST_MESSAGE = 400 * 1024 * 1024  # bytes, as in the SDK
PARENT_LOOK = 1.0  # seconds
PR_SET_PDEATHSIG = 1


def _started(package: Package) -> tuple[Any, int]:
    server = grpc.server(
        ThreadPoolExecutor(THREADS, thread_name_prefix="provider"),
        interceptors=[Translator(package.name)],
        options=[
            ("grpc.max_receive_message_length", LARGEST_MESSAGE),
            ("grpc.max_send_message_length", LARGEST_MESSAGE),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(package), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@contextmanager
def serve_in_process(package: Package = AWS) -> Iterator[int]:
    """A provider in this process, for `PULUMI_DEBUG_PROVIDERS=<name>:<port>`."""
    server, port = _started(package)
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


def serve(package: Package) -> None:
    """Serve until killed; the port is all that goes to standard output."""
    die_with_parent()
    server, port = _started(package)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    stopped = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stopped.set())  # so the engine ends its plugins
    stopped.wait()
    server.stop(grace=None)


def die_with_parent() -> None:
    """End with the engine, even one that was killed: it would leave its plugins behind."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_LOOK)
    os._exit(1)
