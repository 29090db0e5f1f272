"""The HTTPS edges of both clouds: TLS by server name, then what the cloud answers.

Each has an address of its own, on one port. So the address that a sender connects to says which
cloud answers, not what DNS says of the name at that moment.
"""

import asyncio
import logging
import ssl
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from aiohttp import web

from sandbox import loopback
from sandbox.aws.backends import LOCK
from sandbox.aws.edge import CloudFront
from sandbox.certificates import Authority, Certificate, covers
from sandbox.cloudflare.edge import Cloudflare
from sandbox.viewer_request import Request, Response

log = logging.getLogger(__name__)

MINIMUM = ssl.TLSVersion.TLSv1_2


@dataclass(frozen=True)
class Seen:
    """A request, as it was answered."""

    time: float
    host: str
    path: str
    status: int
    method: str


class Side(Protocol):
    """The edge of one cloud. LOCK is held, except for `respond`."""

    server: str

    def reset(self) -> None: ...

    def certificate(self, name: str) -> Certificate | None:
        """The certificate for a name, if it is served here."""

    def wants_1_3(self, host: str) -> bool: ...

    async def respond(self, request: Request, lag: float) -> Response: ...


class Edge:
    """Serves the names of distributions, buckets and Workers while its event loop runs.

    Both go on serving what an object, or a Worker, was `lag` seconds ago.
    """

    def __init__(self, authority: Authority, lag: float) -> None:
        self.lag = lag
        self.port = 0
        self.requests: list[Seen] = []
        self._authority = authority
        self._lag_at_first = lag
        self._sides: tuple[Side, Side] = CloudFront(), Cloudflare()
        self._contexts: dict[bytes, ssl.SSLContext] = {}
        self._listeners: list[tuple[asyncio.Server, web.Server]] = []

    def reset(self) -> None:
        """Forget what is cached and what was asked."""
        self.lag = self._lag_at_first
        self.requests.clear()
        for side in self._sides:
            side.reset()
        self._contexts.clear()

    async def start(self, port: int = 0) -> None:
        """Listen. Raises what `loopback.listen` raises."""
        loop = asyncio.get_running_loop()
        sockets = loopback.listen(port)
        self.port = sockets[0].getsockname()[1]
        for side, socket in zip(self._sides, sockets, strict=True):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = MINIMUM
            context.sni_callback = partial(self._choose, side)
            http = web.Server(partial(self._answer, side), access_log=None)
            listener = await loop.create_server(http, sock=socket, ssl=context)
            self._listeners.append((listener, http))

    async def stop(self) -> None:
        for listener, http in self._listeners:
            listener.close()
            await http.shutdown(timeout=0)

    def _choose(
        self,
        side: Side,
        connection: ssl.SSLSocket | ssl.SSLObject,
        name: str | None,
        _: ssl.SSLContext,
    ) -> int | None:
        """Choose the certificate for a server name; an alert ends the handshake."""
        try:
            with LOCK:
                return self._configure(side, connection, (name or "").lower())
        except Exception:
            log.exception("TLS for %s", name)
            return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)

    def _configure(
        self, side: Side, connection: ssl.SSLSocket | ssl.SSLObject, name: str
    ) -> int | None:
        requested = side.certificate(name)
        if requested is None or not covers(requested.names, name):
            return int(ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME)
        connection.context = self._context(self._authority.wrong(name) or requested)
        return None

    def _context(self, certificate: Certificate) -> ssl.SSLContext:
        if certificate.pem not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = MINIMUM
            with tempfile.NamedTemporaryFile() as file:
                file.write(certificate.key + certificate.pem)
                file.flush()
                context.load_cert_chain(file.name)
            self._contexts[certificate.pem] = context
        return self._contexts[certificate.pem]

    async def _answer(self, side: Side, incoming: web.BaseRequest) -> web.Response:
        host = (incoming.host.rpartition(":")[0] or incoming.host).lower()
        if _too_old(incoming, host, side):
            if incoming.transport:
                incoming.transport.abort()
            return web.Response(status=421)
        request = Request(
            host=host,
            method=incoming.method,
            uri=incoming.rel_url.raw_path,
            query=list(incoming.query.items()),
            headers=list(incoming.headers.items()),
            cookies=dict(incoming.cookies),
            viewer=incoming.remote or "",
            body=await incoming.content.read(),
        )
        response = await side.respond(request, self.lag)
        self.requests.append(
            Seen(time.time(), request.host, request.uri, response.status, request.method)
        )
        return web.Response(
            status=response.status,
            reason=response.reason,
            headers={**response.headers, "server": side.server},
            body=response.body,
        )


def _too_old(incoming: web.BaseRequest, host: str, side: Side) -> bool:
    """Whether a newer TLS is wanted; what was agreed is known after the handshake."""
    with LOCK:
        wants_1_3 = side.wants_1_3(host)
    connection = incoming.get_extra_info("ssl_object")
    return wants_1_3 and connection is not None and connection.version() != "TLSv1.3"
