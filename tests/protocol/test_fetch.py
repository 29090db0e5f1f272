"""A sender's fetch against servers that behave, and a table of those that do not."""

import asyncio
import contextlib
import gzip
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.sender import Fetched, fetch
from mta_sts.protocol.vantage import Vantage, VantageError
from tests.protocol.servers import (
    ADDRESS,
    DOMAIN,
    HOST,
    POLICY,
    DnsServer,
    Handler,
    HttpsServer,
    Trust,
    one_handshake,
    reply,
    sends,
    server_context,
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
    assert fetched.certificate.issuer.startswith("trustme")
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


def test_a_wildcard_certificate_is_as_good(trust: Trust) -> None:
    server = HttpsServer(sends(reply()), trust.context(f"*.{DOMAIN}"))
    assert run(trust, server).certificate.names == (f"*.{DOMAIN}",)


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


def dated(begin: int, end: int) -> Callable[[Trust], ssl.SSLContext]:
    """A certificate valid from `begin` to `end`, in days from now."""
    now = datetime.now(UTC)
    begins, ends = now + timedelta(days=begin), now + timedelta(days=end)
    return lambda trust: server_context(
        trust.ca.issue_cert(HOST, not_before=begins, not_after=ends)
    )


BAD_TLS: list[tuple[str, Callable[[Trust], ssl.SSLContext], type[errors.FetchError]]] = [
    ("wrong name", lambda trust: trust.context("other.example"), errors.CertificateNameError),
    ("the domain's name", lambda trust: trust.context(DOMAIN), errors.CertificateNameError),
    ("a wildcard too high", lambda trust: trust.context("*.com"), errors.CertificateNameError),
    (
        "a common name only",
        lambda trust: server_context(trust.ca.issue_cert(common_name=HOST)),
        errors.CertificateNameError,
    ),
    (
        "untrusted",
        lambda _: server_context(trustme.CA().issue_cert(HOST)),
        errors.UntrustedCertificateError,
    ),
    ("expired", dated(-9, -1), errors.ExpiredCertificateError),
    ("not yet valid", dated(1, 9), errors.EarlyCertificateError),
]


@pytest.mark.parametrize(
    ("context", "kind"), [case[1:] for case in BAD_TLS], ids=[case[0] for case in BAD_TLS]
)
def test_bad_tls(
    trust: Trust,
    context: Callable[[Trust], ssl.SSLContext],
    kind: type[errors.FetchError],
) -> None:
    with pytest.raises(errors.FetchError) as raised:
        run(trust, HttpsServer(sends(reply()), context(trust)))
    assert type(raised.value) is kind
    assert raised.value.what == "certificate"
    assert raised.value.address is None


def old_tls(context: ssl.SSLContext) -> None:
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1


def no_certificate_for_the_name(context: ssl.SSLContext) -> None:
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME


@pytest.mark.parametrize(
    ("change", "kind", "found"),
    [
        (old_tls, errors.TlsVersionError, "tlsv1 alert protocol version"),
        (no_certificate_for_the_name, errors.TlsError, "tlsv1 unrecognized name"),
    ],
)
def test_refused_handshakes(
    trust: Trust,
    change: Callable[[ssl.SSLContext], None],
    kind: type[errors.FetchError],
    found: str,
) -> None:
    context = trust.context(HOST)
    change(context)
    with one_handshake(context) as port, pytest.raises(errors.FetchError) as raised:
        asyncio.run(fetch_on(trust, port, ADDRESS))
    assert type(raised.value) is kind
    assert raised.value.found == found


async def fetch_on(trust: Trust, https_port: int, *records: str) -> Fetched:
    async with DnsServer(zone(*records)).serving() as dns:
        return await fetch(DOMAIN, trust.vantage(dns, https_port))


def test_a_name_without_address(trust: Trust) -> None:
    with pytest.raises(errors.NoAddressError, match="no such name"):
        asyncio.run(fetch_on(trust, 9))
    with pytest.raises(errors.NoAddressError, match="no address"):
        asyncio.run(fetch_on(trust, 9, f'{HOST}. 60 IN TXT "hello"'))


def test_a_closed_port(trust: Trust) -> None:
    with pytest.raises(errors.ConnectError, match="no connection"):
        asyncio.run(fetch_on(trust, 9, ADDRESS))


def test_plain_http_on_the_port(trust: Trust) -> None:
    async def main() -> None:
        handler = sends(b"HTTP/1.1 400 Bad Request\r\n\r\n", pause=1)
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        async with server:
            await fetch_on(trust, server.sockets[0].getsockname()[1], ADDRESS)

    with pytest.raises(errors.TlsError, match="wrong version number"):
        asyncio.run(main())


def test_a_server_that_never_speaks_tls(trust: Trust) -> None:
    async def main() -> None:
        server = await asyncio.start_server(stalls, "127.0.0.1", 0)
        async with server:
            await fetch_on(trust, server.sockets[0].getsockname()[1], ADDRESS)

    with pytest.raises(errors.FetchTimeoutError, match="no connection after"):
        asyncio.run(main())


def test_a_server_that_hangs_up_in_the_handshake(trust: Trust) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
        async with server:
            await fetch_on(trust, server.sockets[0].getsockname()[1], ADDRESS)

    with pytest.raises(errors.ConnectError):
        asyncio.run(main())


def test_the_second_address_is_tried(trust: Trust) -> None:
    async def main() -> Fetched:
        server = HttpsServer(sends(reply()), trust.context(HOST))
        async with server.serving() as https:
            return await fetch_on(trust, https, f"{HOST}. 60 IN AAAA ::1", ADDRESS)

    assert asyncio.run(main()).address == "127.0.0.1"


def test_a_ca_file_that_cannot_be_read() -> None:
    async def main(ca_file: str) -> None:
        async with DnsServer(zone(ADDRESS)).serving() as dns:
            await fetch(DOMAIN, Vantage(dns=("127.0.0.1", dns), ca_file=ca_file))

    with pytest.raises(VantageError, match="ca_file: found '/nowhere'"):
        asyncio.run(main("/nowhere"))
    with pytest.raises(VantageError, match="ca_file"):
        asyncio.run(main(__file__))


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
