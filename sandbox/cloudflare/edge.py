"""How Cloudflare's edge answers a request, a Worker being asked without any lock."""

import logging

import aiohttp

from sandbox.aws.backends import LOCK
from sandbox.cloudflare.runtime import runtime
from sandbox.cloudflare.served import Site
from sandbox.viewer_request import Request, Response
from sandbox.workers import NoWorkerError

log = logging.getLogger(__name__)


async def respond(site: Site, request: Request, lag: float) -> Response:
    """The response to a request for a site.

    For `lag` seconds after an upload, the new Worker and the one before answer by turns.
    """
    with LOCK:
        worker = site.worker(request.uri)
        if worker is None:
            return site.respond(request)
        handle = worker.turn(lag).handle
    try:
        return await runtime.respond(handle, request)
    except (aiohttp.ClientError, NoWorkerError, TimeoutError):
        log.exception("the Worker %s", handle)
        return Response(500, {"content-type": "text/plain"}, b"error code: 1101")
