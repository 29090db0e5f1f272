"""The AWS APIs: moto behind what is done to every call."""

import logging
from functools import lru_cache
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from sandbox.aws import backends
from sandbox.aws.iam import KEY_ID, keys
from sandbox.calls import Call, access_key_id, error, identify
from sandbox.faults import Fault
from sandbox.front import Answer, Front

log = logging.getLogger(__name__)

ACTIONS = {"HeadObject": "GetObject", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket"}


@lru_cache
def moto() -> DomainDispatcherApplication:
    """Shared: it holds no state, and is slow to build."""
    return DomainDispatcherApplication(create_backend_app)


class AwsFront(Front[Call]):
    """Answers in each service's protocol."""

    def identify(self, environ: dict[str, Any]) -> Call:
        return identify(environ)

    def refuse(self, call: Call, fault: Fault) -> Answer:
        return error(call, fault.status, fault.code, "The sandbox was told to fail this call.")

    def apply(self, call: Call, environ: dict[str, Any]) -> Answer:
        if call.service == "s3" and not call.signed and not _open_to_anybody(call):
            return error(call, 403, "AccessDenied", "Access Denied")
        if access_key_id(environ) == KEY_ID and (why := keys.refused(call)):
            code = "AccessDenied" if call.service != "acm" else "AccessDeniedException"
            return error(call, 403, code, why)
        return ask_moto(call, environ)


def ask_moto(call: Call, environ: dict[str, Any]) -> Answer:
    """moto's answer; what it does not know is an error of its own."""
    started: list[Any] = []
    try:
        body = moto()(environ, lambda *response: started.extend(response))
        return started[0], started[1], [b"".join(body)]
    except Exception as unexpected:  # what moto does not know, it raises in many ways
        log.exception("%s %s", call.service, call.operation)
        return error(call, 501, "NotImplemented", f"{call.operation}: {unexpected!r}")


def _open_to_anybody(call: Call) -> bool:
    """Whether a bucket's policy lets everybody do this; the names of some actions are others."""
    action = f"s3:{ACTIONS.get(call.operation, call.operation)}"
    return bool(call.bucket) and backends.s3().open_to_anybody(action, call.bucket, call.key)
