"""Runs CloudFront Functions for real, in a JavaScript engine."""

import json
from typing import Any

import quickjs  # type: ignore[import-untyped]

TIME_LIMIT = 1.0  # seconds; CloudFront's own limit is tighter, this one only ends endless loops
MOST_JOBS = 1000

GLUE = """
var __done, __failed;
function __run(event) {
  Promise.resolve().then(function () { return handler(JSON.parse(event)); }).then(
    function (value) { __done = JSON.stringify(value); },
    function (error) { __failed = String(error); }
  );
}
"""


class FunctionError(Exception):
    """The function threw, ran too long, or returned nothing CloudFront can use."""


def run(code: str, event: dict[str, Any]) -> dict[str, Any]:
    """What the function returns for an event: a request, or a response."""
    context = quickjs.Context()
    context.set_time_limit(TIME_LIMIT)
    try:
        context.eval(GLUE)
        context.eval(code)
        context.get("__run")(json.dumps(event))
        for _ in range(MOST_JOBS):
            if not context.execute_pending_job():
                break
    except quickjs.JSException as error:
        raise FunctionError(str(error)) from None
    failed, done = context.get("__failed"), context.get("__done")
    if failed is not None:
        raise FunctionError(str(failed))
    value = json.loads(done) if isinstance(done, str) else None
    if not isinstance(value, dict) or not ({"uri", "statusCode"} & value.keys()):
        raise FunctionError(f"returned {done}")
    return value


def event(
    *,
    distribution: tuple[str, str],
    method: str,
    uri: str,
    query: list[tuple[str, str]],
    headers: list[tuple[str, str]],
    cookies: dict[str, str],
    viewer: str,
) -> dict[str, Any]:
    """The event of a viewer request; `distribution` is its id and its host."""
    id_, host = distribution
    return {
        "version": "1.0",
        "context": {
            "distributionDomainName": host,
            "distributionId": id_,
            "eventType": "viewer-request",
            "requestId": "sandbox",
        },
        "viewer": {"ip": viewer},
        "request": {
            "method": method,
            "uri": uri,
            "querystring": _valued(query),
            "headers": _valued([(name.lower(), value) for name, value in headers]),
            "cookies": _valued(list(cookies.items())),
        },
    }


def _valued(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Names to values as CloudFront shows them, several values of one name under the first."""
    shown: dict[str, Any] = {}
    for name, value in pairs:
        if name not in shown:
            shown[name] = {"value": value}
            continue
        first = shown[name]
        first.setdefault("multiValue", [{"value": first["value"]}]).append({"value": value})
    return shown
