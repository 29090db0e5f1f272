"""Cloudflare's API: which call a request is, who may make it, and what it answers."""

import logging
import re
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from sandbox.aws.backends import LOCK
from sandbox.calls import read_body
from sandbox.cloudflare import (
    dns_records,
    permissions,
    r2_buckets,
    r2_domains,
    r2_lifecycle,
    scripts,
    worker_routing,
    zones,
)
from sandbox.cloudflare.envelope import Call, Handler, Refused, failure, success
from sandbox.cloudflare.state import control
from sandbox.faults import Fault
from sandbox.front import Answer, Front

log = logging.getLogger(__name__)

BASE = "/client/v4"
ROUTES: list[tuple[str, str, str, Handler]] = [
    *zones.ROUTES,
    *dns_records.ROUTES,
    *r2_buckets.ROUTES,
    *r2_domains.ROUTES,
    *r2_lifecycle.ROUTES,
    *scripts.ROUTES,
    *worker_routing.ROUTES,
]
RULES = Map(
    [
        Rule(f"{BASE}{path}", methods=[method], endpoint=(operation, handler))
        for method, path, operation, handler in ROUTES
    ]
)
IDENTIFIER = re.compile(r"[0-9a-f]{32}")
RATE_LIMIT = 971, "Please wait and consider throttling your request speed"


def unknown(call: Call) -> Any:
    raise Refused(400, 7000, "No route for that URI")


class CloudflareFront(Front[Call]):
    """Answers in Cloudflare's envelope."""

    def identify(self, environ: dict[str, Any]) -> Call:
        body = read_body(environ)
        query = environ.get("QUERY_STRING", "")
        operation, parameters = "", {}
        rules = RULES.bind_to_environ(environ)
        try:
            (operation, handler), found = rules.match()
            parameters = {key: str(value) for key, value in found.items()}
        except HTTPException:
            handler = unknown
        return Call(
            operation=operation,
            path=environ["PATH_INFO"] + (f"?{query}" if query else ""),
            body=body,
            environ=environ,
            query=Request(environ).args,
            parameters=parameters,
            handler=handler,
        )

    def refuse(self, call: Call, fault: Fault) -> Answer:
        if fault.code.isdigit():
            code, message = int(fault.code), "The sandbox was told to fail this call."
        elif fault.status == 429:
            code, message = RATE_LIMIT
        else:
            code, message = 10013, "An unknown error has occurred."
        return failure(Refused(fault.status, code, message))

    def answer(self, call: Call, environ: dict[str, Any]) -> Answer:
        """As any front, but a script is tried first: that takes long, and nobody should wait."""
        if not call.operation.startswith("workers.scripts."):
            return super().answer(call, environ)
        with scripts.uploads:
            if call.operation == scripts.UPLOAD and _allowed(call):
                call = scripts.tried(call)
            answer = super().answer(call, environ)
            scripts.retire()
        return answer

    def apply(self, call: Call, environ: dict[str, Any]) -> Answer:
        try:
            _authenticate(call)
            _permit(call)
            return success(call.handler(call))
        except Refused as refused:
            return failure(refused)
        except Exception:
            log.exception("%s", call.operation)
            return failure(Refused(500, 10013, "The sandbox failed: see its log."))


def _allowed(call: Call) -> bool:
    try:
        with LOCK:
            _authenticate(call)
            _permit(call)
    except Refused:
        return False
    return True


def _authenticate(call: Call) -> None:
    """Refuse a wrong token, and what is not the token's."""
    said = call.environ.get("HTTP_AUTHORIZATION")
    if said is None:
        raise Refused(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
    if said != f"Bearer {control.token}":
        if call.operation == "user.tokens.verify":
            raise Refused(401, 1000, "Invalid API Token")
        raise Refused(403, 10000, "Authentication error")
    for name, found in call.parameters.items():
        if name in ("zone_id", "account_id", "record_id") and not IDENTIFIER.fullmatch(found):
            path = call.path.partition("?")[0].removeprefix(BASE)
            raise Refused(
                404,
                7003,
                f"Could not route to {path}, perhaps your object identifier is invalid?",
            )
    zone = control.zones.get(call.parameters.get("zone_id", ""))
    if "zone_id" in call.parameters and (zone is None or zone.account != control.account):
        if call.operation == "zones.get":
            raise Refused(403, 9109, "Unauthorized to access requested resource")
        raise Refused(403, 10000, "Authentication error")
    if call.parameters.get("account_id", control.account) != control.account:
        raise Refused(403, 10000, "Authentication error")


def _permit(call: Call) -> None:
    """Refuse what the token's permission groups do not let it do."""
    groups = permissions.needed(call.operation)
    if groups:
        given = control.permissions.intersection(groups)
        if not given:
            raise Refused(403, 10000, "Authentication error")
        control.used |= given
