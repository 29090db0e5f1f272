"""What CloudFront does with one request: behaviour, function, cache, origin."""

import fnmatch
import re
import threading
import time
from base64 import b64decode
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from sandbox import viewer_function
from sandbox.aws import served

S3_ORIGIN = re.compile(r"(?P<bucket>.+?)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com")
ERROR_TTL = 10
DIRECTIVE = re.compile(r"(s-maxage|max-age|no-store|no-cache|private)(?:=\"?(\d+))?", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    host: str
    method: str
    uri: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: list[tuple[str, str]] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    viewer: str = "127.0.0.1"
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    status: int
    headers: dict[str, str]
    body: bytes
    reason: str | None = None


class Cache:
    """What the edge keeps, by distribution and path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], tuple[float, float, Response]] = {}

    def get(self, distribution_id: str, uri: str) -> Response | None:
        with self._lock:
            since, until, response = self._kept.get((distribution_id, uri), (0.0, 0.0, None))
        if response is None or time.monotonic() >= until:
            return None
        for when, paths in served.invalidations(distribution_id):
            if when >= since and any(fnmatch.fnmatchcase(uri, path) for path in paths):
                return None
        return response

    def keep(self, distribution_id: str, uri: str, response: Response, seconds: float) -> None:
        now = time.monotonic()
        with self._lock:
            self._kept[distribution_id, uri] = now, now + seconds, response

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def respond(request: Request, cache: Cache, lag: float) -> Response:
    """The response of the distribution that has the request's host as an alias."""
    distribution = served.distribution(request.host)
    if distribution is None:
        return _refusal(403, "Bad request. There is no distribution for this host.")
    behavior = _behavior(distribution, request.uri)
    if request.method not in behavior.methods:
        return _refusal(
            403, "This distribution is not configured to allow the HTTP request method."
        )
    if behavior.viewer_request:
        try:
            result = _run(behavior.viewer_request, distribution, request)
        except viewer_function.FunctionError as error:
            return _refusal(503, f"The CloudFront function failed: {error}")
        if isinstance(result, Response):
            return result
        request = result
    uri = request.uri
    if uri == "/" and distribution.root_object:
        uri = f"/{distribution.root_object}"
    return _cached(distribution, behavior, uri, cache, lag)


def _behavior(distribution: served.Distribution, uri: str) -> served.Behavior:
    default, *others = distribution.behaviors
    for behavior in others:
        if behavior.pattern and fnmatch.fnmatchcase(uri.lstrip("/"), behavior.pattern.lstrip("/")):
            return behavior
    return default


def _run(arn: str, distribution: served.Distribution, request: Request) -> Request | Response:
    code = served.live_code(arn)
    if code is None:
        raise viewer_function.FunctionError("it is not published")
    result = viewer_function.run(
        code,
        viewer_function.event(
            distribution=(distribution.id, distribution.host),
            method=request.method,
            uri=request.uri,
            query=request.query,
            headers=request.headers,
            cookies=request.cookies,
            viewer=request.viewer,
        ),
    )
    if "statusCode" in result:
        return _from_function(result)
    uri = str(result["uri"])
    if not uri.startswith("/"):
        raise viewer_function.FunctionError(f"the uri {uri!r} does not begin with /")
    return replace(request, uri=uri)


def _from_function(result: dict[str, Any]) -> Response:
    body = result.get("body") or ""
    if isinstance(body, dict):
        data = body.get("data", "")
        content = b64decode(data) if body.get("encoding") == "base64" else str(data).encode()
    else:
        content = str(body).encode()
    headers = {name: str(value["value"]) for name, value in result.get("headers", {}).items()}
    return Response(
        int(result["statusCode"]),
        {**headers, "x-cache": "FunctionGeneratedResponse from cloudfront"},
        content,
        result.get("statusDescription"),
    )


def _cached(
    distribution: served.Distribution, behavior: served.Behavior, uri: str, cache: Cache, lag: float
) -> Response:
    if kept := cache.get(distribution.id, uri):
        word = "Hit" if kept.status < 400 else "Error"
        return replace(kept, headers={**kept.headers, "x-cache": f"{word} from cloudfront"})
    response = _fetch(distribution, behavior.origin, uri, lag)
    if response.status < 400:
        seconds = _ttl(behavior.ttl, response.headers.get("cache-control", ""))
        word = "Miss"
    else:
        rule = distribution.errors.get(response.status, served.ErrorRule(ERROR_TTL, "", None))
        if rule.page:
            page = _fetch(distribution, behavior.origin, rule.page, lag)
            response = replace(page, status=rule.status or response.status)
        seconds = rule.min_ttl
        word = "Error"
    if seconds > 0:
        cache.keep(distribution.id, uri, response, seconds)
    return replace(response, headers={**response.headers, "x-cache": f"{word} from cloudfront"})


def _ttl(ttl: served.Ttl, cache_control: str) -> float:
    """How long CloudFront keeps an object whose origin sends this Cache-Control."""
    said = {name.lower(): value for name, value in DIRECTIVE.findall(cache_control)}
    if said.keys() & {"no-store", "no-cache", "private"}:
        return ttl.least
    age = said.get("s-maxage") or said.get("max-age")
    return max(ttl.least, min(int(age), ttl.most)) if age else max(ttl.least, ttl.default)


def _fetch(distribution: served.Distribution, origin_id: str, uri: str, lag: float) -> Response:
    """The origin's answer, an S3 bucket's as it was `lag` seconds ago."""
    origin = distribution.origins[origin_id]
    found = S3_ORIGIN.fullmatch(origin.domain)
    if not found:
        return _refusal(502, "CloudFront wasn't able to connect to the origin.")
    bucket, key = found["bucket"], unquote(f"{origin.path}{uri}").removeprefix("/")
    if not served.bucket_exists(bucket):
        return _s3_error(404, "NoSuchBucket", "The specified bucket does not exist")
    who = distribution.arn if origin.signed else None
    if not served.allowed("s3:GetObject", bucket, key, who):
        return _s3_error(403, "AccessDenied", "Access Denied")
    stored = served.stored(bucket, key, lag)
    if stored is None:
        if served.allowed("s3:ListBucket", bucket, "", who):
            return _s3_error(404, "NoSuchKey", "The specified key does not exist.")
        return _s3_error(403, "AccessDenied", "Access Denied")
    return Response(200, stored.headers, stored.body)


def _s3_error(status: int, code: str, message: str) -> Response:
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    )
    return Response(status, {"content-type": "application/xml"}, body.encode())


def _refusal(status: int, message: str) -> Response:
    body = f"<HTML><BODY><H1>{status} ERROR</H1>{message}</BODY></HTML>"
    headers = {"content-type": "text/html", "x-cache": "Error from cloudfront"}
    return Response(status, headers, body.encode())
