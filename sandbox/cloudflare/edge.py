"""Cloudflare's edge: whom it answers, and how, a Worker being asked without any lock."""

import logging

import aiohttp

from sandbox.aws.backends import LOCK
from sandbox.certificates import Certificate
from sandbox.cloudflare.runtime import runtime
from sandbox.cloudflare.served import refusal, site
from sandbox.viewer_request import Request, Response
from sandbox.workers import NoWorkerError

log = logging.getLogger(__name__)


class Cloudflare:
    """The names that are proxied in the active zones."""

    server = "cloudflare"

    def reset(self) -> None:
        """It keeps nothing."""

    def certificate(self, name: str) -> Certificate | None:
        found = site(name)
        return found.certificate() if found else None

    def wants_1_3(self, host: str) -> bool:
        found = site(host)
        return found is not None and found.minimum_tls == "1.3"

    async def respond(self, request: Request, lag: float) -> Response:
        """The response to a request.

        For `lag` seconds after an upload, the new Worker and the one before answer by turns; what a
        bucket serves is as old as that, as where a rule of the zone caches everything.
        """
        with LOCK:
            found = site(request.host)
            if found is None:
                return refusal(403, "Nothing is served at this name.")
            worker = found.worker(request.uri)
            if worker is None:
                return found.respond(request, lag)
            handle = worker.turn(lag).handle
        try:
            return await runtime.respond(handle, request)
        except (aiohttp.ClientError, NoWorkerError, TimeoutError):
            log.exception("the Worker %s", handle)
            return Response(500, {"content-type": "text/plain"}, b"error code: 1101")
