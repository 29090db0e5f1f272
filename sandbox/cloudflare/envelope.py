"""How Cloudflare's API answers: the envelope, its errors, its pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from werkzeug.datastructures import MultiDict

from sandbox.front import Answer

MOST_PER_PAGE = 5_000_000


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    operation: str
    path: str
    body: bytes
    environ: dict[str, Any]
    query: MultiDict[str, str]
    parameters: dict[str, str]
    handler: "Handler"
    service: str = "cloudflare"

    @property
    def writes(self) -> bool:
        return self.operation.rpartition(".")[2] not in ("list", "get", "verify")

    @property
    def text(self) -> str:
        """The path and the body, to look for words in."""
        return f"{self.path}\n{self.body.decode(errors='replace')}"

    @property
    def fields(self) -> dict[str, Any]:
        """The body, which is a JSON object."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused(400, 6003, "Request body must be a JSON object.")
        return found


@dataclass(frozen=True)
class Reply:
    """What a call that succeeded answers."""

    result: Any = None
    info: dict[str, Any] | None = None


@dataclass(frozen=True)
class Plain:
    """An answer without the envelope."""

    body: bytes
    headers: list[tuple[str, str]]


Handler = Callable[[Call], Reply | Plain]


class Refused(Exception):  # noqa: N818 -- a word of the sandbox's other clouds too
    """An error in Cloudflare's words. `chain` says what exactly was wrong."""

    def __init__(
        self, status: int, code: int, message: str, chain: tuple[int, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.chain = status, code, chain


def success(reply: Reply | Plain) -> Answer:
    if isinstance(reply, Plain):
        length = ("Content-Length", str(len(reply.body)))
        return "200 OK", [*reply.headers, length], [reply.body]
    content = {"success": True, "errors": [], "messages": [], "result": reply.result}
    if reply.info is not None:
        content["result_info"] = reply.info
    return _json(200, content)


def failure(refused: Refused) -> Answer:
    error: dict[str, Any] = {"code": refused.code, "message": str(refused)}
    if refused.chain:
        error["error_chain"] = [{"code": refused.chain[0], "message": refused.chain[1]}]
    content = {"success": False, "errors": [error], "messages": [], "result": None}
    return _json(refused.status, content)


def page(items: list[Any], call: Call, per_page: int) -> Reply:
    """The page that is asked for; one after the last is empty."""
    number = _number(call, "page", 1)
    size = _number(call, "per_page", per_page)
    shown = items[(number - 1) * size : number * size]
    info = {
        "page": number,
        "per_page": size,
        "count": len(shown),
        "total_count": len(items),
        "total_pages": ceil(len(items) / size),
    }
    return Reply(shown, info)


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    try:
        number = int(float(text))
    except ValueError:
        number = 0
    if not 0 < number <= MOST_PER_PAGE:
        raise Refused(400, 1001, f"Invalid value {text!r} of {name}.")
    return number


def _json(status: int, content: dict[str, Any]) -> Answer:
    body = json.dumps(content).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return f"{status} {HTTPStatus(status).phrase}", headers, [body]
