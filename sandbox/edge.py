"""The HTTPS edge of both clouds: TLS by server name, then what the name's cloud answers.

There is one address, so DNS says which cloud is asked: Cloudflare, where it has a proxied record
for the name, in a zone that is delegated to it; else CloudFront.
"""

import asyncio
import logging
import ssl
import tempfile
import time
from dataclasses import dataclass

from aiohttp import web

from sandbox.aws import served
from sandbox.aws.backends import LOCK
from sandbox.certificates import Authority, Certificate, covers
from sandbox.cloudflare import edge as cloudflare
from sandbox.cloudflare.served import Site, site
from sandbox.viewer_request import Cache, Request, respond

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


class Edge:
    """Serves the names of distributions, buckets and Workers while its event loop runs.

    CloudFront goes on serving what an object was `lag` seconds ago, Cloudflare what a Worker was;
    R2 has no lag.
    """

    def __init__(self, authority: Authority, lag: float) -> None:
        self.lag = lag
        self.port = 0
        self.requests: list[Seen] = []
        self._authority = authority
        self._lag_at_first = lag
        self._cache = Cache()
        self._contexts: dict[bytes, ssl.SSLContext] = {}
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None

    def reset(self) -> None:
        """Forget what is cached and what was asked."""
        self.lag = self._lag_at_first
        self.requests.clear()
        self._cache.clear()
        self._contexts.clear()

    async def start(self, port: int = 0) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = MINIMUM
        context.sni_callback = self._choose
        self._http = web.Server(self._answer, access_log=None)
        self._listener = await asyncio.get_running_loop().create_server(
            self._http, "127.0.0.1", port, ssl=context
        )
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._listener and self._http:
            self._listener.close()
            await self._http.shutdown(timeout=0)

    def _choose(
        self, connection: ssl.SSLSocket | ssl.SSLObject, name: str | None, _: ssl.SSLContext
    ) -> int | None:
        """Choose the certificate for a server name; an alert ends the handshake."""
        try:
            with LOCK:
                return self._configure(connection, (name or "").lower())
        except Exception:
            log.exception("TLS for %s", name)
            return int(ssl.ALERT_DESCRIPTION_INTERNAL_ERROR)

    def _configure(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str) -> int | None:
        at_cloudflare = site(name)
        requested = at_cloudflare.certificate() if at_cloudflare else _of_cloudfront(name)
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

    async def _answer(self, incoming: web.BaseRequest) -> web.Response:
        host = incoming.host.rpartition(":")[0] or incoming.host
        with LOCK:
            at_cloudflare = site(host.lower())
        if _too_old(incoming, host.lower(), at_cloudflare):
            if incoming.transport:
                incoming.transport.abort()
            return web.Response(status=421)
        request = Request(
            host=host.lower(),
            method=incoming.method,
            uri=incoming.rel_url.raw_path,
            query=list(incoming.query.items()),
            headers=list(incoming.headers.items()),
            cookies=dict(incoming.cookies),
            viewer=incoming.remote or "",
        )
        if at_cloudflare:
            response = await cloudflare.respond(at_cloudflare, request, self.lag)
        else:
            with LOCK:
                response = respond(request, self._cache, self.lag)
        self.requests.append(
            Seen(time.time(), request.host, request.uri, response.status, request.method)
        )
        return web.Response(
            status=response.status,
            reason=response.reason,
            headers={**response.headers, "server": "cloudflare" if at_cloudflare else "CloudFront"},
            body=response.body,
        )


def _of_cloudfront(name: str) -> Certificate | None:
    distribution = served.distribution(name)
    return served.certificate(distribution.certificate_arn) if distribution else None


def _too_old(incoming: web.BaseRequest, host: str, at_cloudflare: Site | None) -> bool:
    """Whether a newer TLS is wanted; what was agreed is known after the handshake."""
    with LOCK:
        if at_cloudflare:
            wants_1_3 = at_cloudflare.minimum_tls == "1.3"
        else:
            distribution = served.distribution(host)
            wants_1_3 = distribution is not None and distribution.minimum_protocol.startswith(
                "TLSv1.3"
            )
    connection = incoming.get_extra_info("ssl_object")
    return wants_1_3 and connection is not None and connection.version() != "TLSv1.3"
