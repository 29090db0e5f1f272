"""The Worker that takes TLS reports, run by the runtime it is deployed to."""

import asyncio
import gzip
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from mta_sts import cloudflare, collector
from sandbox.aws.s3 import Stored
from sandbox.viewer_request import Request, Response
from sandbox.workers import Script, Workers

HOST, PATH = "tls-reports.example.com", "/v1/tlsrpt"
GZIP, JSON = "application/tlsrpt+gzip", "application/tlsrpt+json"
LIMIT = 10485760
SECONDS = 1
ALWAYS = {"content-type": "text/plain", "cache-control": "no-store"}
KEY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REPORT = gzip.compress(b'{"report-id": "1"}')
NO_DISK = b"no disk"


@dataclass(frozen=True)
class Kept:
    """What was put into the bucket."""

    bucket: str
    key: str
    body: bytes
    content_type: str


class Box:
    """A bucket that remembers what is put into it, and the Worker that is bound to it."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.workers = Workers(lambda bucket, key: None, self._keep)

    def _keep(self, bucket: str, key: str, body: bytes, content_type: str) -> Stored:
        if body == NO_DISK:
            raise OSError("no disk")
        self.kept.append(Kept(bucket, key, body, content_type))
        return Stored(body, '"0a1b"', content_type, None, "Sun, 01 Nov 2026 00:00:00 GMT")

    def ask(
        self,
        body: bytes = REPORT,
        content_type: str | None = GZIP,
        *,
        method: str = "POST",
        uri: str = PATH,
        host: str = HOST,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        given = (("Content-Type", content_type),) if content_type is not None else ()
        asked = Request(host, method, uri, headers=[*given, *headers], body=body)
        return asyncio.run(self.workers.respond("reports", asked))

    def say(self, text: bytes, *, then_close: bool) -> bytes:
        """Send these bytes as they are; what is answered, up to the end of the connection."""
        address = "127.0.0.1", self.workers.port("reports")
        with socket.create_connection(address, timeout=5) as connection:
            connection.sendall(text)
            if then_close:
                connection.shutdown(socket.SHUT_WR)
            return connection.recv(65536)


@pytest.fixture(scope="module")
def deployed() -> Iterator[Box]:
    box = Box()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(collector, "MOST_SECONDS", SECONDS)
        content = collector.script_for(HOST).encode()
    box.workers.deploy(
        Script(
            name="reports",
            main_module=collector.MODULE,
            modules={collector.MODULE: ("application/javascript+module", content)},
            compatibility_date=cloudflare.COMPATIBILITY_DATE,
            bindings=[{"type": "r2_bucket", "name": collector.BINDING, "bucket_name": "box"}],
        )
    )
    yield box
    box.workers.stop()


@pytest.fixture
def box(deployed: Box) -> Box:
    deployed.kept.clear()
    return deployed


def answer(status: int, reason: str, text: str, **more: str) -> Response:
    body = text.encode()
    length = {"content-length": str(len(body))}
    return Response(status, ALWAYS | length | more, body, reason)


STORED = answer(200, "OK", "Stored\n")
NOT_FOUND = answer(404, "Not Found", "Not found\n")
NOT_ALLOWED = answer(405, "Method Not Allowed", "Method not allowed\n", allow="POST")
TOO_LARGE = answer(413, "Payload Too Large", "More than 10485760 bytes\n")
WRONG_TYPE = answer(415, "Unsupported Media Type", f"Not {GZIP} or {JSON}\n")
NO_REPORT = answer(400, "Bad Request", "No report\n")


@pytest.mark.parametrize(
    ("body", "content_type", "kept_as"),
    [
        (REPORT, GZIP, GZIP),
        (b'{"report-id": "1"}', JSON, JSON),
        (b"{}", "Application/TLSRPT+JSON; charset=utf-8", JSON),  # RFC 9110 8.3.1
        (REPORT, JSON, JSON),  # what it is, the reader tells by its content
        (b"\x1f\x8b no gzip", GZIP, GZIP),  # nothing is unpacked
        (b"\x00\xff not JSON", JSON, JSON),  # nothing is parsed
        (gzip.compress(bytes(50_000_000)), GZIP, GZIP),  # a bomb: 50 KB that stay 50 KB
        (b"x", GZIP, GZIP),
        (bytes(LIMIT), GZIP, GZIP),  # the most there may be
    ],
    ids=range(9),
)
def test_a_report_is_kept_as_it_came(
    box: Box, body: bytes, content_type: str, kept_as: str
) -> None:
    before = datetime.now(UTC).date()
    assert box.ask(body, content_type) == STORED
    (kept,) = box.kept
    assert (kept.bucket, kept.body, kept.content_type) == ("box", body, kept_as)
    key = KEY.fullmatch(kept.key)
    assert key, kept.key
    assert before.isoformat() <= key["day"] <= datetime.now(UTC).date().isoformat()


def test_an_encoding_that_is_named_beside_is_not_undone(box: Box) -> None:
    assert box.ask(REPORT, JSON, headers=(("Content-Encoding", "gzip"),)) == STORED
    assert [kept.body for kept in box.kept] == [REPORT]


def test_nothing_of_a_request_goes_into_the_key(box: Box) -> None:
    """The same report twice, with all that a sender can name, is two objects of random names."""
    named = (
        ("Content-Disposition", 'attachment; filename="../2020-01-01/mine"'),
        ("Date", "Wed, 01 Jan 2020 00:00:00 GMT"),
        ("X-Amz-Meta-Key", "mine"),
    )
    assert [box.ask(headers=named) for _ in range(2)] == [STORED, STORED]
    first, second = box.kept
    assert first.key != second.key
    assert KEY.fullmatch(first.key)
    assert KEY.fullmatch(second.key)


@pytest.mark.parametrize("host", [f"{HOST}:8443", f"{HOST}.", HOST.upper()])
def test_a_host_name_in_another_spelling_is_the_same(box: Box, host: str) -> None:
    assert box.ask(host=host) == STORED
    assert len(box.kept) == 1


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        ({"uri": "/"}, NOT_FOUND),
        ({"uri": f"{PATH}/"}, NOT_FOUND),
        ({"uri": f"/{PATH}"}, NOT_FOUND),
        ({"uri": "/v1/TLSRPT"}, NOT_FOUND),
        ({"uri": f"{PATH}/2026-01-01"}, NOT_FOUND),
        ({"uri": "/.well-known/mta-sts.txt", "method": "GET"}, NOT_FOUND),
        ({"host": "example.com"}, NOT_FOUND),
        ({"host": "collector.account.workers.dev"}, NOT_FOUND),
        ({"host": f"{HOST}.evil.example"}, NOT_FOUND),
        ({"method": "GET", "body": b""}, NOT_ALLOWED),  # what is kept is never given out
        ({"method": "PUT"}, NOT_ALLOWED),
        ({"method": "PATCH"}, NOT_ALLOWED),
        ({"method": "DELETE"}, NOT_ALLOWED),
        ({"method": "OPTIONS"}, NOT_ALLOWED),  # no page of a browser may post here
        ({"content_type": None}, WRONG_TYPE),
        ({"content_type": ""}, WRONG_TYPE),
        ({"content_type": "application/json"}, WRONG_TYPE),
        ({"content_type": "application/gzip"}, WRONG_TYPE),
        ({"content_type": "application/tlsrpt"}, WRONG_TYPE),
        ({"content_type": f"{GZIP}x"}, WRONG_TYPE),
        ({"content_type": f"text/html, {GZIP}"}, WRONG_TYPE),
        ({"content_type": "text/html; x=application/tlsrpt+gzip"}, WRONG_TYPE),
        ({"body": b""}, NO_REPORT),
        ({"body": bytes(LIMIT + 1)}, TOO_LARGE),
        ({"body": bytes(3 * LIMIT)}, TOO_LARGE),
    ],
    ids=str,
)
def test_anything_else_is_refused_and_not_kept(
    box: Box, request_: dict[str, str | bytes | None], refusal: Response
) -> None:
    assert box.ask(**request_) == refusal  # type: ignore[arg-type]
    assert box.kept == []


def test_a_head_is_refused_without_a_body(box: Box) -> None:
    refused = box.ask(b"", method="HEAD")
    assert refused == Response(405, NOT_ALLOWED.headers, b"", "Method Not Allowed")
    assert box.kept == []


def chunked(*pieces: bytes, last: bool = True) -> bytes:
    sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return sent + b"0\r\n\r\n" if last else sent


NO_LENGTH = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("length", "sent", "then_close", "answered", "kept"),
    [
        # No length is said: what comes is counted.
        (NO_LENGTH, chunked(b"{", b"}"), False, b"200 OK", [b"{}"]),
        (NO_LENGTH, chunked(bytes(LIMIT)), False, b"200 OK", [bytes(LIMIT)]),
        (NO_LENGTH, chunked(bytes(LIMIT), b"x"), False, b"413 Payload Too Large", []),
        (NO_LENGTH, chunked(*[bytes(65536)] * 161), False, b"413 Payload Too Large", []),
        (NO_LENGTH, chunked(last=True), False, b"400 Bad Request", []),
        # Less is said than comes: the rest is no part of it.
        ("Content-Length: 2", b"{}{}", False, b"200 OK", [b"{}"]),
        # A small length is said beside none: none counts (RFC 9112 6.3).
        (
            f"Content-Length: 2\r\n{NO_LENGTH}",
            chunked(bytes(LIMIT), b"x"),
            False,
            b"413 Payload Too Large",
            [],
        ),
        # More is said than may be: refused at once.
        (f"Content-Length: {LIMIT + 1}", b"{}", False, b"413 Payload Too Large", []),
        ("Content-Length: 99999999999999", b"", False, b"413 Payload Too Large", []),
        # More is said than comes: what is not all there is not kept.
        ("Content-Length: 100", b"{}", True, b"", []),
        (NO_LENGTH, chunked(b"{}", last=False), True, b"", []),
        # Or it comes too slowly.
        ("Content-Length: 100", b"{}", False, b"408 Request Timeout", []),
        (NO_LENGTH, chunked(b"{}", last=False), False, b"408 Request Timeout", []),
    ],
    ids=range(13),
)
def test_the_length_that_is_said_counts_for_nothing(
    box: Box, length: str, sent: bytes, then_close: bool, answered: bytes, kept: list[bytes]
) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {JSON}\r\n{length}\r\n\r\n"
    said = box.say(head.encode() + sent, then_close=then_close)
    assert said.partition(b"\r\n")[0] == (b"HTTP/1.1 " + answered if answered else b"")
    assert [each.body for each in box.kept] == kept


def test_what_comes_too_slowly_is_told_how_long_it_had(box: Box) -> None:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {JSON}\r\nContent-Length: 9\r\n\r\n"
    )
    said = box.say(head.encode(), then_close=False)
    assert said.endswith(b"\r\n\r\nNot all there after 1 seconds\n")


def test_a_bucket_that_fails_is_no_success(box: Box) -> None:
    assert box.ask(NO_DISK).status == 500
    assert box.kept == []


def test_reports_that_come_at_the_same_time_are_all_kept(box: Box) -> None:
    bodies = [bytes([number]) * 200_000 for number in range(20)]

    async def post() -> list[Response]:
        asked = [
            Request(HOST, "POST", PATH, headers=[("Content-Type", GZIP)], body=body)
            for body in bodies
        ]
        return list(await asyncio.gather(*(box.workers.respond("reports", each) for each in asked)))

    assert asyncio.run(post()) == [STORED] * 20
    assert sorted(kept.body for kept in box.kept) == bodies
    assert len({kept.key for kept in box.kept}) == 20
