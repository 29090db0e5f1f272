"""The policy as it is served: one GET over HTTPS, done as RFC 8461 3.3 has it."""

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.http_exceptions import HttpProcessingError

from mta_sts.protocol.lines import LONGEST
from mta_sts.protocol.names import host_name
from mta_sts.protocol.policy import WELL_KNOWN, policy_url
from mta_sts.protocol.resolve import AddressAnswer, addresses
from mta_sts.protocol.sender_errors import (
    BodyTooLargeError,
    Certificate,
    CertificateNameError,
    ChallengeError,
    ConnectError,
    EarlyCertificateError,
    EncodingError,
    ExpiredCertificateError,
    FetchError,
    FetchTimeoutError,
    HttpError,
    MediaTypeError,
    NoAddressError,
    RedirectError,
    StatusError,
    TlsError,
    TlsVersionError,
    UntrustedCertificateError,
)
from mta_sts.protocol.tls import FaultKind, certificate_of, fault, told
from mta_sts.protocol.vantage import Vantage

_HEADERS = {"Accept": "text/plain", "Accept-Encoding": "identity", "User-Agent": "mta-sts"}
_FAULTS: dict[FaultKind, type[FetchError]] = {
    "connection": ConnectError,
    "version": TlsVersionError,
    "handshake": TlsError,
    "untrusted": UntrustedCertificateError,
    "expired": ExpiredCertificateError,
    "early": EarlyCertificateError,
    "name": CertificateNameError,
}
_FAILURES = (aiohttp.ClientError, HttpProcessingError, OSError, EOFError, ValueError)


@dataclass(frozen=True)
class Fetched:
    """A policy's bytes, as a sender would take them, and how they came.

    Attributes:
        body: the bytes, at most 65536.
        url: what was asked for.
        address: where the connection led.
        content_type: the whole header field, with its parameters.
        certificate: what the server proved its name with.
        seconds: what connecting, asking and reading took.
        from_cache: whether a cache of CloudFront's answered, by the header X-Cache.
    """

    body: bytes
    url: str
    address: str
    content_type: str
    certificate: Certificate
    seconds: float
    from_cache: bool = False


async def fetch(domain: str, vantage: Vantage) -> Fetched:
    """Fetch the policy of the mail domain `domain` as a sending mail server does.

    The addresses come from `vantage`; TLS and the request bear the host's real name.

    Raises:
        HostNameError: `domain` is no domain.
        DnsError: DNS cannot be asked for the addresses.
        FetchError: no policy came; the subclass says why.
        VantageError: the CA file cannot be read.
    """
    return await fetch_from(await addresses(f"mta-sts.{host_name(domain)}", vantage), vantage)


async def fetch_from(host: AddressAnswer, vantage: Vantage) -> Fetched:
    """Fetch the policy from its host `mta-sts.<domain>`, whose addresses are known.

    Raises:
        FetchError, VantageError: as `fetch` does.
    """
    url = policy_url(host.name.removeprefix("mta-sts."))
    if not host.addresses:
        raise NoAddressError(url, "no address" if host.exists else "no such name")
    connector = _Connector(resolver=_Known(host.addresses), ssl=vantage.tls, force_close=True)
    try:
        async with asyncio.timeout(vantage.timeout):
            return await _get(url, host.name, connector, vantage.https_port)
    except TimeoutError:
        found = f"{connector.stage} after {vantage.timeout:g} seconds"
        raise FetchTimeoutError(url, found, **connector.facts) from None
    except _FAILURES as error:
        if connector.address is None:
            why = fault(error)
            raise _FAULTS[why.kind](url, why.found) from error
        raise HttpError(url, _unread(error), **connector.facts) from error


async def _get(url: str, name: str, connector: "_Connector", port: int) -> Fetched:
    began = asyncio.get_running_loop().time()
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        auto_decompress=False,
    )
    async with (
        session,
        session.get(
            f"https://{name}:{port}{WELL_KNOWN}",
            headers=_HEADERS | {"Host": name},
            allow_redirects=False,  # RFC 8461 3.3
        ) as response,
    ):
        connector.stage = "only a part of the body"
        _check(url, response, connector)
        body = await _read(url, response, connector)
        return Fetched(
            body=body,
            url=url,
            address=str(connector.address),
            content_type=response.headers["Content-Type"],
            certificate=connector.certificate,
            seconds=asyncio.get_running_loop().time() - began,
            from_cache=response.headers.get("X-Cache", "").startswith("Hit from"),
        )


def _check(url: str, response: aiohttp.ClientResponse, connector: "_Connector") -> None:
    facts = connector.facts
    if 300 <= response.status < 400:
        location = response.headers.get("Location", "")
        found = f"status {response.status} to {location[:200] or 'nowhere'}"
        raise RedirectError(url, found, location=location, **facts)  # RFC 8461 3.3
    if _is_challenge(response):
        found = f"status {response.status}, a check of Cloudflare's in place of the policy"
        raise ChallengeError(url, found, **facts)
    if response.status != 200:
        raise StatusError(url, response.status, **facts)  # RFC 8461 3.3
    media_type = response.headers.get("Content-Type", "")
    if media_type.partition(";")[0].strip().lower() != "text/plain":  # RFC 8461 3.2
        raise MediaTypeError(url, media_type[:200] or "none", **facts)
    encoding = response.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise EncodingError(url, encoding[:200], **facts)


def _is_challenge(response: aiohttp.ClientResponse) -> bool:
    """Whether Cloudflare answers for the host: with a challenge page, which says that it is one, or
    with the 403 of what it takes for a bot."""
    is_refused = response.status == 403 and response.headers.get("Server") == "cloudflare"
    return is_refused or response.headers.get("cf-mitigated") == "challenge"


async def _read(url: str, response: aiohttp.ClientResponse, connector: "_Connector") -> bytes:
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LONGEST:  # RFC 8461 3.3
            raise BodyTooLargeError(url, f"more than {LONGEST} bytes", **connector.facts)
    return body


def _unread(error: Exception) -> str:
    """What came in place of a whole answer, where reading it failed with `error`."""
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "a closed connection"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "only a part of the answer"
    if isinstance(error, aiohttp.ClientResponseError | HttpProcessingError):
        return " ".join(error.message.split())[:200]
    return told(error)


class _Connector(aiohttp.TCPConnector):
    """Notes how far a fetch has come: whom the connection reached, once TLS accepted it."""

    stage = "no connection"
    address: str | None = None
    certificate: Certificate

    @property
    def facts(self) -> dict[str, Any]:
        if self.address is None:
            return {}
        return {"address": self.address, "certificate": self.certificate}

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(*args, **kwargs)
        transport = connection.transport
        if transport is None:
            raise ConnectionResetError("closed by the server")
        self.certificate = certificate_of(transport.get_extra_info("peercert"))
        self.address = (transport.get_extra_info("peername") or ("unknown",))[0]
        self.stage = "no answer"
        return connection


class _Known(AbstractResolver):
    """The addresses that DNS gave before, whatever name they are asked for."""

    def __init__(self, known: tuple[str, ...]) -> None:
        self._known = known

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._known
        ]

    async def close(self) -> None:
        """There is nothing to close."""
