"""Workers on the real runtime: versions, bindings, requests and R2."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.aws.s3 import Stored
from sandbox.viewer_request import Request, Response
from sandbox.workers import NoWorkerError, Script, ScriptError, Workers, process

JAVASCRIPT = "application/javascript+module"
MODIFIED = "Sun, 01 Nov 2026 00:00:00 GMT"

ECHO = """
import held from "held.json";
import text from "notes.txt";
export default {
  async fetch(request, env) {
    const headers = Object.fromEntries(request.headers);
    return Response.json({ url: request.url, method: request.method, headers, env, held, text });
  },
};
"""
R2 = """
const shown = (object) => object && {
  key: object.key, size: object.size, etag: object.httpEtag, uploaded: object.uploaded,
  http: object.httpMetadata,
};
export default {
  async fetch(request, env) {
    const { bucket, key } = Object.fromEntries(new URL(request.url).searchParams);
    try {
      const got = await env[bucket].get(key);
      const head = await env[bucket].head(key);
      return Response.json({ got: shown(got), text: got && await got.text(), head: shown(head) });
    } catch (error) {
      return new Response(error.message, { status: 500 });
    }
  },
};
"""


def constant(text: str) -> str:
    return f"export default {{ fetch() {{ return new Response({json.dumps(text)}); }} }};"


def script(code: str, *, name: str = "one", date: str = "2026-11-01", bindings: Any = ()) -> Script:
    return Script(name, "main.js", {"main.js": (JAVASCRIPT, code.encode())}, date, list(bindings))


def held(bucket: str, key: str) -> Stored | None:
    if bucket == "broken":
        raise OSError("no disk")
    if (bucket, key) == ("box", "a/b ü"):
        return Stored("grüße".encode(), '"0a1b"', "text/plain", "no-store", MODIFIED)
    return None


@pytest.fixture(scope="module")
def shared_workers() -> Iterator[Workers]:
    workers = Workers(held)
    yield workers
    workers.stop()


@pytest.fixture
def workers(shared_workers: Workers) -> Iterator[Workers]:
    yield shared_workers
    for name in ("one", "other"):
        shared_workers.remove(name)


def respond(workers: Workers, name: str, **request: Any) -> Response:
    asked = Request(**{"host": "worker.example", "method": "GET", "uri": "/", **request})
    return asyncio.run(workers.respond(name, asked))


def body(workers: Workers, name: str) -> str:
    return respond(workers, name).body.decode()


def test_a_new_version_takes_over_and_the_old_one_answers_by_its_handle(workers: Workers) -> None:
    first = workers.deploy(script(constant("first")))
    other = workers.deploy(script(constant("other"), name="other"))
    second = workers.deploy(script(constant("second")))
    assert [body(workers, each) for each in ("one", first, second, "other", other)] == [
        "second", "first", "second", "other", "other",
    ]  # fmt: skip
    workers.end(first)
    with pytest.raises(NoWorkerError, match=f"there is no Worker {first}"):
        body(workers, first)
    assert body(workers, "one") == "second"
    workers.remove("one")
    for gone in ("one", second):
        with pytest.raises(NoWorkerError, match=f"there is no Worker {gone}"):
            body(workers, gone)
    assert body(workers, "other") == "other"
    workers.remove("one")
    workers.end(second)


def test_deploys_interrupt_nobody(workers: Workers) -> None:
    workers.deploy(script(constant("0")))
    seen: list[int] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen.append(int(body(workers, "one")))

    asking = threading.Thread(target=ask)
    asking.start()
    for number in range(1, 6):
        workers.deploy(script(constant(str(number))))
    done.set()
    asking.join(20)
    assert len(seen) > 5
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("export default {", "Uncaught SyntaxError: Unexpected end of input\n  at main.js:1:16"),
        ("throw new Error('why')", "Uncaught Error: why\n  at main.js:1:7"),
        (
            "import x from 'nowhere'; export default {};",
            'Uncaught Error: No such module "nowhere".\n  imported from "main.js"',
        ),
    ],
)
def test_a_script_that_does_not_compile_changes_nothing(
    workers: Workers, code: str, words: str
) -> None:
    workers.deploy(script(constant("before")))
    with pytest.raises(ScriptError) as raised:
        workers.deploy(script(code))
    assert str(raised.value) == words
    assert body(workers, "one") == "before"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (script(constant(""), date="2999-01-01"), 'requires compatibility date "2999-01-01"'),
        (
            script(constant(""), bindings=[{"type": "kv_namespace", "name": "KV"}]),
            "A binding of type 'kv_namespace' is not known.",
        ),
        (
            Script("one", "a.py", {"a.py": ("text/x-python", b"")}, "2026-11-01", []),
            "a.py: modules of type 'text/x-python' are not known.",
        ),
        (Script("one", "b.js", {}, "2026-11-01", []), "No such module: 'b.js'."),
    ],
)
def test_what_the_runtime_does_not_know_is_refused(
    workers: Workers, wrong: Script, words: str
) -> None:
    with pytest.raises(ScriptError, match=words):
        workers.deploy(wrong)


def test_a_script_that_never_starts_is_ended(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "START_TIMEOUT", 1.0)
    with pytest.raises(TimeoutError, match="one: workerd did not start in 1 s"):
        workers.deploy(script("while (true);"))
    with pytest.raises(NoWorkerError):
        body(workers, "one")


def test_a_worker_sees_the_request_its_modules_and_its_bindings(workers: Workers) -> None:
    odd = 'quote " backslash \\ newline \n ü'
    workers.deploy(
        Script(
            name="one",
            main_module="src/main.js",
            modules={
                "held.json": ("application/json", b'{"a": [1]}'),
                "notes.txt": ("text/plain; charset=utf-8", odd.encode()),
                "src/main.js": (JAVASCRIPT, ECHO.replace("held.json", "../held.json")
                                .replace("notes.txt", "../notes.txt").encode()),
            },
            compatibility_date="2026-11-01",
            bindings=[
                {"type": "plain_text", "name": "PLAIN", "text": odd},
                {"type": "secret_text", "name": 'N"ü', "text": ""},
            ],
        )
    )  # fmt: skip
    response = respond(
        workers,
        "one",
        host="Worker.Example:8443",
        method="DELETE",
        uri="/a//b%20c",
        query=[("q", "1 & 2"), ("q", "ü")],
        headers=[
            ("Host", "ignored.example"), ("User-Agent", "a sender"), ("Connection", "close"),
            ("X-Forwarded-Proto", "http"), ("Cookie", "a=b"),
        ],
    )  # fmt: skip
    assert (response.status, response.headers["content-type"]) == (200, "application/json")
    assert json.loads(response.body) == {
        "url": "https://Worker.Example:8443/a//b%20c?q=1+%26+2&q=%C3%BC",
        "method": "DELETE",
        "headers": {
            "host": "Worker.Example:8443",
            "user-agent": "a sender",
            "cookie": "a=b",
            "content-length": "0",
        },
        "env": {"PLAIN": odd, 'N"ü': ""},
        "held": {"a": [1]},
        "text": odd,
    }


def test_the_response_is_passed_on_as_it_is(workers: Workers) -> None:
    code = """export default { fetch() {
      const headers = new Headers({ location: "/there", "x-twice": "1" });
      headers.append("x-twice", "2");
      const body = new ReadableStream({
        start(to) { to.enqueue(new TextEncoder().encode("moved")); to.close(); },
      });
      return new Response(body, { status: 301, headers });
    } };"""
    workers.deploy(script(code))
    headers = {"location": "/there", "x-twice": "1, 2"}
    assert respond(workers, "one") == Response(301, headers, b"moved", "Moved Permanently")


def test_a_worker_that_throws_and_one_that_asks_the_internet(workers: Workers) -> None:
    workers.deploy(script("export default { fetch() { throw new Error('now'); } };"))
    assert respond(workers, "one").status == 500
    workers.deploy(
        script(
            "export default { async fetch() { try { await fetch('http://127.0.0.1:9/'); }"
            " catch (error) { return new Response('refused'); } } };"
        )
    )
    assert body(workers, "one") == "refused"


@pytest.fixture
def bucket(workers: Workers) -> Callable[[str, str], Response]:
    """Ask a Worker that is bound to three buckets."""
    names = ("box", "empty", "broken")
    bound = [{"type": "r2_bucket", "name": name, "bucket_name": name} for name in names]
    workers.deploy(script(R2, bindings=bound))
    return lambda bucket, key: respond(workers, "one", query=[("bucket", bucket), ("key", key)])


def test_a_bucket_gives_what_it_holds(bucket: Callable[[str, str], Response]) -> None:
    shown = {
        "key": "a/b ü",
        "size": 7,
        "etag": '"0a1b"',
        "uploaded": "2026-11-01T00:00:00.000Z",
        "http": {"contentType": "text/plain", "cacheControl": "no-store"},
    }
    answer = {"got": shown, "text": "grüße", "head": shown}
    assert json.loads(bucket("box", "a/b ü").body) == answer
    nothing = {"got": None, "text": None, "head": None}
    assert json.loads(bucket("box", "a").body) == nothing
    assert json.loads(bucket("empty", "a/b ü").body) == nothing


def test_a_bucket_that_fails_throws(bucket: Callable[[str, str], Response]) -> None:
    response = bucket("broken", "a")
    assert (response.status, response.body) == (500, b"get: The sandbox failed. (10001)")


@pytest.mark.parametrize("call", ["put('a', 'b')", "delete('a')", "list()"])
def test_a_bucket_that_is_only_read(workers: Workers, call: str) -> None:
    code = f"""export default {{ async fetch(_, env) {{
      try {{ return Response.json(await env.box.{call}); }}
      catch (error) {{ return new Response(error.message); }}
    }} }};"""
    bound = [{"type": "r2_bucket", "name": "box", "bucket_name": "box"}]
    workers.deploy(script(code, bindings=bound))
    method = call.partition("(")[0]
    assert body(workers, "one") == f"{method}: The sandbox does not know {method} here. (10063)"
