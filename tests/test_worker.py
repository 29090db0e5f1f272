"""The Worker, run by the runtime it is deployed to: policies inside its script, or in a bucket."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

import mta_sts.hosts
from mta_sts.hosts.recorded import file_key, script_with
from sandbox.aws.s3 import Stored
from sandbox.viewer_request import Request, Response
from sandbox.workers import Script, Workers

PATH = "/.well-known/mta-sts.txt"
ONE, OTHER = "mta-sts.example.com", "mta-sts.other.example.net"
POLICIES = {
    ONE: "version: STSv1\nmode: testing\nmx: mail.example.com\nmax_age: 604800\n",
    OTHER: "version: STSv1\nmode: none\nmax_age: 86400\n",
}
ALWAYS = {"content-type": "text/plain", "cache-control": "no-store, no-transform"}
NOT_FOUND = b"Not found\n"

Ask = Callable[..., Response]


def stored(bucket: str, key: str) -> Stored | None:
    """A bucket with the policies of both, stored with other headers than a policy has."""
    files = {file_key(name.removeprefix("mta-sts.")): text for name, text in POLICIES.items()}
    if bucket != "policies" or key not in files:
        return None
    modified = "Sun, 01 Nov 2026 00:00:00 GMT"
    return Stored(files[key].encode(), '"0a1b"', "text/html", "max-age=3600", modified)


@pytest.fixture(scope="module", params=["inside", "bucket"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Ask the Worker in one of its forms."""
    inside = request.param == "inside"
    code = Path(mta_sts.hosts.__path__[0], "worker.js").read_text(encoding="ascii")
    content = script_with(POLICIES if inside else None, code).encode()
    script = Script(
        name="policies",
        main_module="worker.js",
        modules={"worker.js": ("application/javascript+module", content)},
        compatibility_date="2026-11-01",
        bindings=[]
        if inside
        else [{"type": "r2_bucket", "name": "POLICIES", "bucket_name": "policies"}],
    )
    workers = Workers(stored)
    workers.deploy(script)

    def ask(
        host: str,
        uri: str = PATH,
        method: str = "GET",
        query: tuple[tuple[str, str], ...] = (),
        scheme: Literal["http", "https"] = "https",
    ) -> Response:
        asked = Request(host, method, uri, list(query))
        return asyncio.run(workers.respond("policies", asked, scheme))

    yield ask
    workers.stop()


def length(body: str | bytes) -> dict[str, str]:
    return {"content-length": str(len(body))}


def found(host: str) -> Response:
    text = POLICIES[host]
    return Response(200, ALWAYS | length(text), text.encode(), "OK")


NO_POLICY = Response(404, ALWAYS | length(NOT_FOUND), NOT_FOUND, "Not Found")


@pytest.mark.parametrize("host", [ONE, OTHER])
def test_each_domain_gets_its_own_bytes(ask: Ask, host: str) -> None:
    assert ask(host) == found(host)


def test_a_head_has_the_headers_of_a_get_and_no_body(ask: Ask) -> None:
    assert ask(ONE, method="HEAD") == Response(200, found(ONE).headers, b"", "OK")
    assert ask("unknown.example", method="HEAD") == Response(
        404, NO_POLICY.headers, b"", "Not Found"
    )


@pytest.mark.parametrize(
    "host",
    [
        "MTA-STS.Example.COM",
        "mta-sts.example.com.",
        "mta-sts.example.com:443",
        "mta-sts.example.com:8443",
        "MTA-STS.EXAMPLE.COM.:8443",
    ],
)
def test_a_host_name_in_another_spelling_is_the_same(ask: Ask, host: str) -> None:
    assert ask(host) == found(ONE)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "mta-sts.unknown.example",  # no object in the bucket either
        "mta-sts.sub.mta-sts.example.com",
        "xmta-sts.example.com",
        "mta-sts.example.com..",
        "mta-sts.example.com.evil.example",
        "127.0.0.1",
        "[::1]",
        "constructor",
        "__proto__",
        "toString",
        "hasOwnProperty",
        "a." * 120 + "example",
    ],
)
def test_an_unknown_host_is_not_found(ask: Ask, host: str) -> None:
    assert ask(host) == NO_POLICY


@pytest.mark.parametrize(
    "uri",
    [
        "/",
        "/.well-known/mta-sts.txt/",
        "//.well-known/mta-sts.txt",
        "/.well-known//mta-sts.txt",
        "/.well-known/",
        "/.well-known/mta-sts",
        "/.well-known/mta-sts.txt.bak",
        "/.well-known/MTA-STS.txt",
        "/.well-known/mta-sts.txt%20",
        "/.well-known/mta-sts%2Etxt",
        "/mta-sts.txt",
        "/mta-sts.example.com/.well-known/mta-sts.txt",
        "/constructor",
    ],
)
def test_another_path_is_not_found_and_nothing_redirects(ask: Ask, uri: str) -> None:
    assert ask(ONE, uri) == NO_POLICY


def test_a_query_changes_nothing(ask: Ask) -> None:
    assert ask(ONE, query=(("a", "b"), ("host", OTHER))) == found(ONE)


def test_plain_http_is_answered_and_not_redirected(ask: Ask) -> None:
    assert ask(ONE, scheme="http") == found(ONE)
    assert ask(ONE, f"{PATH}/", scheme="http") == NO_POLICY


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(("host", "uri"), [(ONE, PATH), ("unknown.example", "/")])
def test_other_methods_are_not_allowed(ask: Ask, method: str, host: str, uri: str) -> None:
    body = b"Method not allowed\n"
    headers = ALWAYS | length(body) | {"allow": "GET, HEAD"}
    assert ask(host, uri, method) == Response(405, headers, body, "Method Not Allowed")
