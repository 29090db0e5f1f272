"""A Worker as it goes over the wire: one part for each module, and one that describes them."""

import io
import json
import uuid
from typing import Any

from werkzeug.wrappers import Request

from sandbox.cloudflare.envelope import Call, Plain, Refused
from sandbox.workers import Script

METADATA = "metadata"
OLDEST_DATE = "2021-11-02"


def parse(call: Call) -> tuple[Script, list[str]]:
    """The script that is uploaded, and its compatibility flags.

    Raises:
        Refused: it is not a module Worker.
    """
    request = Request({**call.environ, "wsgi.input": io.BytesIO(call.body)})
    metadata = _metadata(request)
    modules = {
        str(file.filename or name): (file.content_type or "application/octet-stream", file.read())
        for name, file in request.files.items(multi=True)
        if name != METADATA
    }
    main_module = metadata.get("main_module")
    if main_module not in modules:
        raise invalid(f"No such module {main_module!r}: the metadata's main_module must be a part.")
    script = Script(
        name=call.parameters["script"],
        main_module=str(main_module),
        modules=modules,
        compatibility_date=str(metadata.get("compatibility_date") or OLDEST_DATE),
        bindings=list(metadata.get("bindings") or []),
    )
    return script, list(metadata.get("compatibility_flags") or [])


def _metadata(request: Request) -> dict[str, Any]:
    file = request.files.get(METADATA)
    text = file.read() if file else request.form.get(METADATA, "")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise invalid("The upload has no part named metadata that is a JSON object.")
    return found


def invalid(message: str) -> Refused:
    return Refused(400, 10021, message)


def modules(script: Script) -> Plain:
    """The modules, as the API gives them back."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, (content_type, content) in script.modules.items():
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            f"Content-Type: {content_type}\r\n\r\n"
        )
        body += head.encode() + content + b"\r\n"
    headers = [
        ("Content-Type", f"multipart/form-data; boundary={boundary}"),
        ("cf-entrypoint", script.main_module),
    ]
    return Plain(body + f"--{boundary}--\r\n".encode(), headers)
