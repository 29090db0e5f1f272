"""The CloudFront function answers nothing but the policy of the name that was asked.

The Worker: tests/test_worker.py, with the same table.
"""

from pathlib import Path
from typing import Any

import pytest

import mta_sts.hosts
from sandbox import viewer_function

CODE = Path(mta_sts.hosts.__path__[0], "cloudfront.js").read_text(encoding="ascii")
PATH = "/.well-known/mta-sts.txt"
HOST = "mta-sts.example.com"
REFUSED = {"statusCode": 404, "statusDescription": "Not Found"}


def asked(
    uri: str = PATH,
    *,
    host: str | None = HOST,
    method: str = "GET",
    query: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> dict[str, Any]:
    """What CloudFront goes on with: the request for the bucket, or an answer."""
    event = viewer_function.event(
        distribution=("E1", "d1.cloudfront.net"),
        method=method,
        uri=uri,
        query=[*query],
        headers=[*([("Host", host)] if host is not None else []), *headers],
        cookies={},
        viewer="192.0.2.1",
    )
    return viewer_function.run(CODE, event)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("host", [HOST, "MTA-STS.Example.COM"])
def test_the_policy_of_the_name(method: str, host: str) -> None:
    request = asked(host=host, method=method)
    assert (request["uri"], request["querystring"]) == (f"/{HOST}{PATH}", {})


@pytest.mark.parametrize(
    "uri",
    [
        "/",
        "",
        "*",
        "/.well-known/",
        "/.well-known/mta-sts.txt/",
        "//.well-known/mta-sts.txt",
        "/.well-known//mta-sts.txt",
        "/.well-known/../.well-known/mta-sts.txt",
        "/../mta-sts.other.example/.well-known/mta-sts.txt",
        "/mta-sts.other.example/.well-known/mta-sts.txt",
        "/.well-known/mta-sts.txt%00",
        "/.well-known/mta-sts.txt\x00",
        "/.well-known/mta-sts.txt%20",
        "/.well-known/mta-sts.txt?x",
        "/.well-known/mta-sts.txt#x",
        "/.well-known/mta-sts%2Etxt",
        "/%2e%2e/.well-known/mta-sts.txt",
        "/.well-known%2fmta-sts.txt",
        "/.WELL-KNOWN/mta-sts.txt",
        "/.well-known/mta-sts.txt.bak",
        "https://evil.example/.well-known/mta-sts.txt",
        "/" + "a" * 8000,
        PATH * 500,
    ],
)
def test_another_path(uri: str) -> None:
    assert asked(uri) == REFUSED


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "example.com",
        "xmta-sts.example.com",
        "d1.cloudfront.net",
        "[::1]",
        "192.0.2.1",
        "../mta-sts.example.com",
        "/mta-sts.example.com",
        " mta-sts.example.com",
        "constructor",
        "__proto__",
        "a" * 8000,
    ],
)
def test_no_name_of_a_policy(host: str | None) -> None:
    assert asked(host=host) == REFUSED


@pytest.mark.parametrize(
    "host",
    [
        "mta-sts.example.com.",
        "mta-sts.example.com:8443",
        "mta-sts./../payroll",
        "mta-sts.%2e%2e/payroll",
        "mta-sts.unknown.example",
        "mta-sts." + "a" * 8000,
    ],
)
def test_a_name_of_no_domain_is_a_file_that_is_not_there(host: str) -> None:
    """CloudFront answers names in the certificate only; and the bucket's policy lets nothing be
    read that does not begin with mta-sts."""
    assert asked(host=host)["uri"] == f"/{host}{PATH}"


def test_a_query_and_other_headers_reach_nobody() -> None:
    request = asked(
        query=(("versionId", "1"), ("acl", ""), ("response-content-type", "text/html")),
        headers=(("X-Forwarded-Host", "mta-sts.other.example"), ("X-Original-URL", "/")),
    )
    assert (request["uri"], request["querystring"]) == (f"/{HOST}{PATH}", {})
