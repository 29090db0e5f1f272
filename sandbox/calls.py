"""Which AWS operation an HTTP request is, and how an AWS error looks in its protocol."""

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

from sandbox.aws.backends import LOCK

READS = ("Get", "List", "Describe", "Head", "Search", "Test")
REST = {"s3", "route53", "cloudfront"}


@dataclass(frozen=True)
class Call:
    """One request to the AWS APIs."""

    service: str
    operation: str
    path: str
    body: bytes
    signed: bool
    bucket: str = ""
    key: str = ""

    @property
    def writes(self) -> bool:
        return not self.operation.startswith(READS) and self.service != "sts"

    @property
    def text(self) -> str:
        """The path and the body, to look for words in."""
        return f"{self.path}\n{self.body.decode(errors='replace')}"


def identify(environ: dict[str, Any]) -> Call:
    """The call that a WSGI request makes. Its body is read, and put back."""
    body = read_body(environ)
    query = environ.get("QUERY_STRING", "")
    path = environ.get("PATH_INFO", "/") + (f"?{query}" if query else "")
    credential = _credential(environ, query)
    service = credential.split("/")[3] if credential.count("/") >= 4 else "s3"
    operation = ""
    parameters: dict[str, str] = {}
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        operation = target.rpartition(".")[2]
    elif service in REST:
        operation, parameters = _route(service, environ)
    else:
        operation = parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return Call(
        service=service,
        operation=operation,
        path=path,
        body=body,
        signed=bool(credential),
        bucket=parameters.get("Bucket", ""),
        key=parameters.get("Key", ""),
    )


def read_body(environ: dict[str, Any]) -> bytes:
    """The body of a request, which is put back for whoever reads it next."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("wsgi.input_terminated", None)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return bytes(body)


def _credential(environ: dict[str, Any], query: str) -> str:
    """The credential of the signature in the header, or in a presigned address."""
    _, found, rest = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
    if found:
        return str(rest.partition(",")[0])
    asked = parse_qs(query)
    if "AWSAccessKeyId" in asked:  # the older signature, of S3 alone
        return f"{asked['AWSAccessKeyId'][0]}/date/region/s3/aws_request"
    return asked.get("X-Amz-Credential", [""])[0]


def access_key_id(environ: dict[str, Any]) -> str:
    """Whose signature a request has; empty: nobody's."""
    return _credential(environ, environ.get("QUERY_STRING", "")).partition("/")[0]


def _route(service: str, environ: dict[str, Any]) -> tuple[str, dict[str, str]]:
    try:
        with LOCK:  # moto builds the router as it answers, and its own calls use the same
            operation, parameters = get_service_router(service).match(Request(environ))
    except (HTTPException, NotImplementedError):
        return "", {}
    return str(operation.name), dict(parameters)


def error(
    call: Call, status: int, code: str, message: str
) -> tuple[str, list[tuple[str, str]], Iterable[bytes]]:
    """An error in the call's protocol: status line, headers and body."""
    if call.service in REST or call.service == "sts":
        kind, text = "application/xml", _xml(call.service, code, message)
    else:
        kind = "application/x-amz-json-1.1"
        text = json.dumps({"__type": code, "message": message})
    body = text.encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    return f"{status} {code}", headers, [body]


def _xml(service: str, code: str, message: str) -> str:
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if service == "s3":
        inner = f"<Error>{inner}<RequestId>SANDBOX</RequestId></Error>"
    else:
        inner = (
            f"<ErrorResponse><Error><Type>Sender</Type>{inner}</Error>"
            "<RequestId>sandbox</RequestId></ErrorResponse>"
        )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{inner}'
