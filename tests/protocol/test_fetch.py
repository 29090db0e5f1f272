"""A sender's fetch against servers that behave, and a table of those that do not."""

import asyncio
import contextlib
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.sender import Fetched, fetch
from tests.protocol.servers import (
    ADDRESS,
    DOMAIN,
    HOST,
    POLICY,
    DnsServer,
    Handler,
    HttpsServer,
    Trust,
    reply,
    sends,
    stalls,
    zone,
)

pytestmark = pytest.mark.timeout(15)

URL = f"https://{HOST}/.well-known/mta-sts.txt"


def run(trust: Trust, server: HttpsServer, **fields: object) -> Fetched:
    async def main() -> Fetched:
        async with DnsServer(zone(ADDRESS)).serving() as dns, server.serving() as https:
            return await fetch(DOMAIN, trust.vantage(dns, https, **fields))

    return asyncio.run(main())


def test_a_policy_comes_as_it_is_served(trust: Trust) -> None:
    server = HttpsServer(
        sends(reply(content_type="Text/Plain; charset=us-ascii")), trust.context(HOST)
    )
    fetched = run(trust, server)
    assert fetched.body == POLICY
    assert fetched.url == URL
    assert fetched.address == "127.0.0.1"
    assert fetched.content_type == "Text/Plain; charset=us-ascii"
    assert fetched.certificate.names == (HOST,)
    assert fetched.certificate.issuer == "Test CA"
    assert fetched.certificate.not_after > datetime.now(UTC)


def test_the_request_is_a_plain_get_of_the_real_name(trust: Trust) -> None:
    server = HttpsServer(sends(reply()), trust.context(HOST))
    seen: list[str] = []
    assert server.context
    server.context.sni_callback = lambda _socket, name, _context: seen.append(name)
    run(trust, server)
    line, *headers = server.requests[0].decode().strip().split("\r\n")
    assert line == "GET /.well-known/mta-sts.txt HTTP/1.1"
    assert sorted(headers) == [
        "Accept-Encoding: identity",
        "Accept: text/plain",
        "Connection: close",
        f"Host: {HOST}",
        "User-Agent: mta-sts",
    ]
    assert seen == [HOST]


GOOD: dict[str, Handler] = {
    "chunked": sends(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"%x\r\n%s\r\n0\r\n\r\n" % (len(POLICY), POLICY),
    ),
    "ended by the connection's end": sends(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + POLICY
    ),
    "HTTP/1.0": sends(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + POLICY),
    "after an interim answer": sends(b"HTTP/1.1 103 Early Hints\r\n\r\n" + reply()),
    "identity encoding": sends(reply(POLICY, "Content-Encoding: identity")),
    "byte by byte": sends(*(bytes([byte]) for byte in reply())),
    "cookies set": sends(reply(POLICY, "Set-Cookie: a=b")),
}


@pytest.mark.parametrize("handler", GOOD.values(), ids=GOOD)
def test_good(trust: Trust, handler: Handler) -> None:
    assert run(trust, HttpsServer(handler, trust.context(HOST))).body == POLICY


def test_a_body_of_64_kib_is_read_whole(trust: Trust) -> None:
    body = b"x" * 65536
    assert run(trust, HttpsServer(sends(reply(body)), trust.context(HOST))).body == body


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

BAD_ANSWERS: list[tuple[str, Handler, type[errors.FetchError], str]] = [
    ("one byte over 64 KiB", sends(reply(b"x" * 65537)), errors.BodyTooLargeError, "65536 bytes"),
    (
        "a body without end",
        sends(HEAD + b"\r\n", b"x" * 9000, again=True),
        errors.BodyTooLargeError,
        "65536 bytes",
    ),
    (
        "slow drip",
        sends(reply(length=999), b"x", pause=0.1, again=True),
        errors.FetchTimeoutError,
        "body",
    ),
    ("stall before headers", stalls, errors.FetchTimeoutError, "no answer"),
    ("headers without end", sends(HEAD, b"X-A: b\r\n", again=True), errors.HttpError, ""),
    ("a header without end", sends(HEAD + b"X-A: ", b"b" * 9000, again=True), errors.HttpError, ""),
    (
        "interim answers without end",
        sends(b"HTTP/1.1 103 Early Hints\r\n\r\n", pause=0.01, again=True),
        errors.FetchTimeoutError,
        "no answer",
    ),
    (
        "redirect",
        sends(reply(b"", "Location: https://elsewhere.example/", status="301 Moved")),
        errors.RedirectError,
        "https://elsewhere.example/",
    ),
    ("redirect to nowhere", sends(reply(b"", status="302 Found")), errors.RedirectError, "nowhere"),
    ("404", sends(reply(status="404 Not Found")), errors.StatusError, "404"),
    ("403 of another", sends(reply(status="403 Forbidden")), errors.StatusError, "403"),
    (
        "a block of Cloudflare",
        sends(reply(b"error code: 1010", "Server: cloudflare", status="403 Forbidden")),
        errors.ChallengeError,
        "status 403, a check of Cloudflare's in place of the policy",
    ),
    (
        "a challenge of Cloudflare",
        sends(reply(b"<html>", "cf-mitigated: challenge", status="503 Oh")),
        errors.ChallengeError,
        "status 503, a check of Cloudflare's in place of the policy",
    ),
    ("no content", sends(reply(b"", status="204 No Content", length=0)), errors.StatusError, "204"),
    ("partial", sends(reply(status="206 Partial Content")), errors.StatusError, "206"),
    ("500", sends(reply(status="500 Oh")), errors.StatusError, "500"),
    ("HTML", sends(reply(content_type="text/html")), errors.MediaTypeError, "text/html"),
    ("no type", sends(reply(content_type=None)), errors.MediaTypeError, "none"),
    (
        "text/plain as a prefix",
        sends(reply(content_type="text/plainer")),
        errors.MediaTypeError,
        "text/plainer",
    ),
    (
        "gzip",
        sends(reply(gzip.compress(POLICY), "Content-Encoding: gzip")),
        errors.EncodingError,
        "gzip",
    ),
    (
        "gzip in name only",
        sends(reply(POLICY, "Content-Encoding: gzip")),
        errors.EncodingError,
        "gzip",
    ),
    ("cut short", sends(reply(length=len(POLICY) + 9)), errors.HttpError, ""),
    (
        "cut short in a chunk",
        sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\nversion"),
        errors.HttpError,
        "",
    ),
    (
        "a chunk of no size",
        sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        errors.HttpError,
        "",
    ),
    ("closed without an answer", sends(), errors.HttpError, ""),
    ("not HTTP", sends(b"220 mail.example ESMTP\r\n"), errors.HttpError, ""),
    ("a negative length", sends(reply(length=-1)), errors.HttpError, ""),
    (
        "two lengths",
        sends(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        errors.HttpError,
        "",
    ),
]


@pytest.mark.parametrize(
    ("handler", "kind", "found"),
    [case[1:] for case in BAD_ANSWERS],
    ids=[case[0] for case in BAD_ANSWERS],
)
def test_bad_answers(
    trust: Trust, handler: Handler, kind: type[errors.FetchError], found: str
) -> None:
    with pytest.raises(errors.FetchError) as raised:
        run(trust, HttpsServer(handler, trust.context(HOST)))
    assert type(raised.value) is kind
    assert found in raised.value.found
    assert str(raised.value) == f"{URL}: found {raised.value.found}; {kind.rule}"
    assert raised.value.address == "127.0.0.1"
    assert raised.value.certificate
    assert raised.value.certificate.names == (HOST,)


PIECES = st.sampled_from(
    [
        HEAD,
        reply(),
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/9.9 ",
        b"\r\n",
        b"\n",
        b"0\r\n\r\n",
        b"Content-Length: 5\r\n",
        b"Content-Length: x\r\n",
        b"Content-Type: \xff\r\n",
        b"Content-Encoding: br\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
        b"Location: //[\r\n",
    ]
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(parts=st.lists(PIECES | st.binary(max_size=30), max_size=8))
def test_any_answer_is_fetched_or_a_fetch_error(trust: Trust, parts: list[bytes]) -> None:
    with contextlib.suppress(errors.FetchError):
        run(trust, HttpsServer(sends(*parts), trust.context(HOST)), timeout=0.5)


def test_a_redirect_is_not_followed(trust: Trust) -> None:
    location = f"https://{HOST}/elsewhere"
    server = HttpsServer(
        sends(reply(b"", f"Location: {location}", status="301 Moved")), trust.context(HOST)
    )
    with pytest.raises(errors.RedirectError) as raised:
        run(trust, server)
    assert raised.value.location == location
    assert len(server.requests) == 1


def test_cancelling_is_let_through(trust: Trust) -> None:
    async def main() -> None:
        server = HttpsServer(stalls, trust.context(HOST))
        async with DnsServer(zone(ADDRESS)).serving() as dns, server.serving() as https:
            task = asyncio.create_task(fetch(DOMAIN, trust.vantage(dns, https, timeout=60.0)))
            await asyncio.sleep(0.3)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
