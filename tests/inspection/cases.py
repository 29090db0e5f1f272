"""Domains, valid ones and broken ones of every kind, for programs to agree on."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import dns.rcode

from tests.protocol.certificates import (
    Make,
    by_another,
    common_name_only,
    dated,
    good,
    intermediate_not_sent,
    named,
    old_tls,
    self_signed,
)
from tests.protocol.servers import Answer, Handler, reply, says, sends, stalls

POLICY = (
    b"version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmx: *.example.net\r\n"
    b"max_age: 604800\r\n"
)
RECORD = "v=STSv1; id=20160831085700Z;"
SERVED = sends(reply(POLICY))


@dataclass(frozen=True)
class Case:
    """A domain. `DOMAIN` in its records stands for its name.

    Attributes:
        txt: the texts of its TXT records at `_mta-sts`.
        records: other records.
        answer: what answers for its TXT records instead.
        serves: what its policy host does.
        tls: the host's certificate; None: it does not speak TLS.
        host: whether there is a name mta-sts.<domain>, and `listens` whether anything is there.
    """

    name: str
    txt: Sequence[str] = (RECORD,)
    records: Sequence[str] = ()
    answer: Answer | None = None
    serves: Handler = SERVED
    tls: Make | None = good
    host: bool = True
    listens: bool = True


def policy(name: str, body: bytes) -> Case:
    """A domain that serves this."""
    return Case(name, serves=sends(reply(body)))


def of(*lines: str) -> bytes:
    """A policy of these lines and what else it takes."""
    given = {line.partition(":")[0].strip() for line in lines}
    rest = ("version: STSv1", "mode: testing", "mx: mail.example.org", "max_age: 86400")
    every = [*(each for each in rest if each.partition(":")[0] not in given), *lines]
    return "".join(f"{line}\n" for line in every).encode()


def without(key: str) -> bytes:
    """A policy that lacks a key."""
    return b"".join(line for line in of().splitlines(True) if not line.startswith(key.encode()))


def circle(name: str) -> Sequence[str]:
    return (f"_mta-sts.{name}. 60 IN CNAME x.{name}.", f"x.{name}. 60 IN CNAME _mta-sts.{name}.")


VALID = [
    Case("enforce"),
    policy("testing", of()),
    policy("mode-none", of("mode: none")),
    policy("mode-none-without-mx", b"version: STSv1\nmode: none\nmax_age: 86400\n"),
    policy("lf-only", POLICY.replace(b"\r", b"")),
    policy("no-last-line-ending", POLICY.rstrip()),
    policy("another-order", b"".join(reversed(POLICY.splitlines(True)))),
    policy(
        "space-around-values", b"version:STSv1  \nmode:\t testing \nmx:a.example\nmax_age:  1\n"
    ),
    policy("an-unknown-key", of("x-y: z:z")),
    policy("a-second-mode", of("mode: testing", "mode: enforce")),
    policy("upper-case-mx", of("mx: MAIL.Example.ORG")),
    policy("longest-max-age", of("max_age: 31557600")),
    policy("max-age-of-0", of("max_age: 0")),
    Case("no-last-semicolon", ["v=STSv1; id=1"]),
    Case("no-space", ["v=STSv1;id=1;"]),
    Case("an-unknown-field", ["v=STSv1; id=1; x=y;"]),
    Case("longest-id", [f"v=STSv1; id={'a' * 32};"]),
    Case("two-strings", ['v=STSv1; " "id=1;']),
    Case("other-records-beside", [RECORD, "v=spf1 -all", "hello"]),
    Case(
        "record-by-cname",
        (),
        ["_mta-sts.DOMAIN. 60 IN CNAME x.DOMAIN.", f'x.DOMAIN. 60 IN TXT "{RECORD}"'],
    ),
    Case("type-in-upper-case", serves=sends(reply(POLICY, content_type="TEXT/PLAIN"))),
    Case(
        "type-with-charset", serves=sends(reply(POLICY, content_type="text/plain; charset=utf-8"))
    ),
    Case("wildcard-certificate", tls=named("*.PARENT")),
    Case(
        "chunked",
        serves=sends(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"%x\r\n%b\r\n0\r\n\r\n" % (len(POLICY), POLICY)
        ),
    ),
]

BROKEN_RECORDS = [
    Case("no-record", ()),
    Case("no-such-domain", (), host=False, answer=says(dns.rcode.NXDOMAIN)),
    Case("servfail", answer=says(dns.rcode.SERVFAIL)),
    Case("refused", answer=says(dns.rcode.REFUSED)),
    Case("two-records", [RECORD, "v=STSv1; id=2;"]),
    Case("the-same-record-twice-but-for-space", [RECORD, f"{RECORD} "]),
    Case("version-2", ["v=STSv2; id=1;"]),
    Case("version-in-lower-case", ["v=stsv1; id=1;"]),
    Case("version-last", ["id=1; v=STSv1;"]),
    Case("version-alone", ["v=STSv1;"]),
    Case("version-without-semicolon", ["v=STSv1 id=1;"]),
    Case("version-as-a-prefix", ["v=STSv10; id=1;"]),
    Case("space-in-front", [" v=STSv1; id=1;"]),
    Case("space-before-semicolon", ["v=STSv1 ; id=1;"]),
    Case("space-around-equals", ["v=STSv1; id = 1;"]),
    Case("id-empty", ["v=STSv1; id=;"]),
    Case("id-missing", ["v=STSv1; x=1;"]),
    Case("id-of-33", [f"v=STSv1; id={'a' * 33};"]),
    Case("id-with-hyphens", ["v=STSv1; id=2016-08-31;"]),
    Case("id-in-upper-case", ["v=STSv1; ID=1;"]),
    Case("a-field-without-value", ["v=STSv1; id=1; x;"]),
    Case("two-semicolons", ["v=STSv1;; id=1;"]),
    Case("quotes-inside", ['\\"v=STSv1; id=1;\\"']),
    Case("a-byte-that-is-not-ascii", ["v=STSv1; id=1\\255;"]),
    Case("at-the-domain-itself", (), [f'DOMAIN. 60 IN TXT "{RECORD}"']),
    Case("cname-to-nowhere", (), ["_mta-sts.DOMAIN. 60 IN CNAME no.DOMAIN."]),
    Case("cnames-in-a-circle", (), circle("DOMAIN")),
]

BROKEN_POLICIES = [
    policy("nothing-served", b""),
    policy("html-as-text", b"<!doctype html>\n<title>Welcome</title>\n"),
    policy("version-missing", without("version")),
    policy("mode-missing", without("mode")),
    policy("max-age-missing", without("max_age")),
    policy("mx-missing", without("mx")),
    policy("other-version", of("version: STSv2")),
    policy("mode-in-upper-case", of("mode: Testing")),
    policy("other-mode", of("mode: report")),
    policy("max-age-too-long", of("max_age: 31557601")),
    policy("max-age-negative", of("max_age: -1")),
    policy("max-age-in-days", of("max_age: 7d")),
    policy("max-age-with-underscore", of("max_age: 86_400")),
    policy("max-age-of-11-digits", of("max_age: 00000086400")),
    policy("max-age-with-sign", of("max_age: +86400")),
    policy("mx-empty", of("mx:")),
    policy("mx-as-a-list", of("mx: a.example, b.example")),
    policy("mx-an-address", of("mx: 192.0.2.1")),
    policy("mx-a-star", of("mx: *")),
    policy("mx-star-inside", of("mx: mail.*.example")),
    policy("mx-two-stars", of("mx: *.*.example")),
    policy("mx-with-dot-at-the-end", of("mx: mail.example.org.")),
    policy("mx-with-underscore", of("mx: mail_1.example.org")),
    policy("mx-in-unicode", of("mx: bücher.example")),
    policy("a-blank-line", of("", "x: y")),
    policy("space-before-a-key", of(" mode: testing")),
    policy("space-before-a-colon", of("mode : testing")),
    policy("a-key-of-33", of(f"{'x' * 33}: y")),
    policy("key-in-upper-case", of("Mode: testing").replace(b"\nmode: testing", b"")),
    policy("no-colon", of("hello")),
    policy("byte-order-mark", b"\xef\xbb\xbf" + of()),
    policy("cr-only", POLICY.replace(b"\r\n", b"\r")),
    policy("latin-1", of("x: y").replace(b"y", b"\xe9")),
    policy("a-control-character", of("x: a\x01b")),
    policy("over-64-kib", of(*(f"x{number}: {'y' * 1000}" for number in range(66)))),
]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
BROKEN_HTTPS = [
    Case("no-host", host=False),
    Case("nobody-listens", listens=False),
    Case("no-tls", tls=None, serves=sends(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    Case("tls-1-1", tls=old_tls),
    Case("another-name", tls=named("other.example")),
    Case("the-domains-name", tls=named("PARENT")),
    Case("common-name-only", tls=common_name_only),
    Case("untrusted", tls=by_another),
    Case("self-signed", tls=self_signed),
    Case("intermediate-not-sent", tls=intermediate_not_sent),
    Case("expired", tls=dated(-9, -1)),
    Case("not-yet-valid", tls=dated(1, 9)),
    Case("status-404", serves=sends(reply(POLICY, status="404 Not Found"))),
    Case("status-500", serves=sends(reply(POLICY, status="500 Oh"))),
    Case("status-203", serves=sends(reply(POLICY, status="203 Transformed"))),
    Case(
        "cloudflare-block",
        serves=sends(reply(b"error code: 1010", "Server: cloudflare", status="403 Forbidden")),
    ),
    Case("redirect", serves=sends(reply(b"", "Location: https://a.example/", status="301 Moved"))),
    Case("type-html", serves=sends(reply(POLICY, content_type="text/html"))),
    Case("no-type", serves=sends(reply(POLICY, content_type=None))),
    Case("gzip", serves=sends(reply(gzip.compress(POLICY, mtime=0), "Content-Encoding: gzip"))),
    Case("gzip-untold", serves=sends(reply(gzip.compress(POLICY, mtime=0)))),
    Case("cut-short", serves=sends(reply(POLICY, length=len(POLICY) + 9))),
    Case("silence", serves=stalls),
    Case("drips", serves=sends(*(bytes([byte]) for byte in reply(POLICY)), pause=0.04)),
    Case("headers-without-end", serves=sends(HEAD, b"X-A: b\r\n", again=True)),
    Case("hangs-up", serves=sends()),
    Case("not-http", serves=sends(b"220 mail.example ESMTP\r\n")),
]

BROKEN = [*BROKEN_RECORDS, *BROKEN_POLICIES, *BROKEN_HTTPS]
