"""Cloudflare's API under one provider's configuration."""

import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from sandbox.plugin.errors import Refused
from sandbox.plugin.wire import Props, has_unknown

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 60.0  # seconds
RETRIES = 2
"""After 408, 409, 429 (when Retry-After says), 5xx and a lost connection. The real provider's
client does the same up to 10 times, which takes it a minute to fail."""

Files = list[tuple[str, tuple[str | None, bytes, str]]]
"""Name of a part, its file name, content and type."""


@dataclass
class Cloudflare:
    """A provider's configuration, and the client made from it."""

    settings: Props = field(default_factory=dict)
    cancelled: threading.Event = field(default_factory=threading.Event)
    _client: Any = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def configured(cls, args: Props) -> "Cloudflare":
        for key in ("apiKey", "apiUserServiceKey", "email"):
            if key in args:
                raise Refused(f"the sandbox's cloudflare provider takes an apiToken only, no {key}")
        return cls(args)

    def call(
        self,
        method: str,
        *path: str,
        body: Any = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The `result` of the answer."""
        response = self.send(method, *path, body=body, query=query, headers=headers)
        return response.json()["result"] if response.content else None

    def send(
        self,
        method: str,
        *path: str,
        body: Any = None,
        files: Files | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The whole answer. The client's own methods, one for each call of the API, would read its
        thousands of types first, and drop what they do not know."""
        import httpx

        sent = {**self._authorization(), **(headers or {})}
        given: dict[str, Any] = {"options": {"params": query or {}, "headers": sent}}
        if files is not None:
            given["files"] = files
            sent["Content-Type"] = "multipart/form-data"
        elif body is not None:
            given["body"] = body
        url = "/" + "/".join(quote(segment, safe="") for segment in path)
        return getattr(self._made(), method)(url, cast_to=httpx.Response, **given)

    def _made(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._new()
            return self._client

    def _new(self) -> Any:
        import cloudflare
        import httpx

        if has_unknown(self.settings):
            raise Refused("the provider's configuration is not known yet")
        return cloudflare.Cloudflare(
            base_url=self.settings.get("baseUrl"),  # None: from the environment
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            max_retries=RETRIES,
        )

    def _authorization(self) -> dict[str, Any]:
        """Said with each call, if only that there is none: the client would refuse to call then,
        and lets an e-mail address in the environment win over a token."""
        from cloudflare import Omit

        token = self.settings.get("apiToken") or os.environ.get("CLOUDFLARE_API_TOKEN")
        return {"Authorization": f"Bearer {token}" if token else Omit()}
