"""CloudFront's edge: whom it answers, and how."""

from sandbox.aws import served
from sandbox.aws.backends import LOCK
from sandbox.certificates import Certificate
from sandbox.viewer_request import Cache, Request, Response, respond


class CloudFront:
    """The distributions, by their aliases, with what the edge keeps of them."""

    server = "CloudFront"

    def __init__(self) -> None:
        self._cache = Cache()

    def reset(self) -> None:
        self._cache.clear()

    def certificate(self, name: str) -> Certificate | None:
        distribution = served.distribution(name)
        return served.certificate(distribution.certificate_arn) if distribution else None

    def wants_1_3(self, host: str) -> bool:
        distribution = served.distribution(host)
        return distribution is not None and distribution.minimum_protocol.startswith("TLSv1.3")

    async def respond(self, request: Request, lag: float) -> Response:
        with LOCK:
            return respond(request, self._cache, lag)
