"""R2 as a Worker's binding reaches it: the gateway that workerd asks for `get`, `head` and `put`.

What is asked is JSON: in a header, or before the object in the body of a PUT, where a header tells
its size. The answer is JSON too, of an object that is got with its size in a header and the object
after it.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from aiohttp import web

from sandbox.aws.s3 import Stored
from sandbox.workers.script import BUCKET_HEADER

log = logging.getLogger(__name__)

NO_SUCH_KEY, INTERNAL_ERROR, NOT_IMPLEMENTED = 10007, 10001, 10063
MOST_OF_A_HEADER = 64 * 1024
SIZE_HEADER = "CF-R2-Metadata-Size"
NO_KIND = "application/octet-stream"

Find = Callable[[str, str], Stored | None]
"""What a bucket holds under a key."""
Keep = Callable[[str, str, bytes, str], Stored]
"""Keep in a bucket, under a key, an object of this content type; what it holds then."""


class Gateway:
    """Serves all buckets on 127.0.0.1 while its event loop runs."""

    def __init__(self, find: Find, keep: Keep | None) -> None:
        self.address = ""
        self._find = find
        self._keep = keep
        self._http: web.Server | None = None
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        self._http = web.Server(self._answer, access_log=None, max_field_size=MOST_OF_A_HEADER)
        self._listener = await asyncio.get_running_loop().create_server(self._http, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._listener and self._http:
            self._listener.close()
            await self._http.shutdown(timeout=0)

    async def _answer(self, incoming: web.BaseRequest) -> web.Response:
        body = await incoming.content.read()
        size = int(incoming.headers.get(SIZE_HEADER, "0"))
        asked = json.loads(incoming.headers.get("CF-R2-Request") or body[:size])
        method, key = asked["method"], asked.get("object", "")
        bucket = incoming.headers[BUCKET_HEADER]
        try:
            match method:
                case "get" | "head":
                    stored = await asyncio.to_thread(self._find, bucket, key)
                case "put" if self._keep:
                    kind = asked.get("httpFields", {}).get("contentType", NO_KIND)
                    stored = await asyncio.to_thread(self._keep, bucket, key, body[size:], kind)
                case _:
                    return _error(501, NOT_IMPLEMENTED, f"The sandbox does not know {method} here.")
        except Exception:
            log.exception("%s of %s in %s", method, key, bucket)
            return _error(500, INTERNAL_ERROR, "The sandbox failed.")
        if stored is None:
            return _error(404, NO_SUCH_KEY, "The specified key does not exist.")
        metadata = json.dumps(_metadata(key, stored)).encode()
        return web.Response(
            body=metadata + (stored.body if method == "get" else b""),
            headers={SIZE_HEADER: str(len(metadata))},
        )


def _metadata(key: str, stored: Stored) -> dict[str, object]:
    etag = stored.etag.strip('"')
    fields = {"contentType": stored.content_type}
    if stored.cache_control:
        fields["cacheControl"] = stored.cache_control
    uploaded = parsedate_to_datetime(stored.modified).timestamp()
    return {
        "name": key,
        "version": etag,
        "size": str(len(stored.body)),
        "etag": etag,
        "uploaded": str(int(uploaded * 1000)),
        "httpFields": fields,
        "storageClass": "Standard",
    }


def _error(status: int, code: int, message: str) -> web.Response:
    said = json.dumps({"version": 0, "v4code": code, "message": message})
    return web.Response(status=status, headers={"CF-R2-Error": said})
