"""What a sender sees of an MX host, and a table of those that fail it."""

import asyncio
import ssl
from typing import Any

import pytest

from mta_sts.protocol import smtp_errors as errors
from mta_sts.protocol.smtp import MxTls, starttls
from mta_sts.protocol.tls import FaultKind
from tests.protocol.certificates import WRONG, Make, old_tls
from tests.protocol.servers import Handler, Trust, one_handshake, sends, stalls
from tests.protocol.smtp_server import (
    EHLO,
    GREETING,
    SCRIPT,
    STARTTLS,
    SmtpServer,
    in_place_of_tls,
)

pytestmark = pytest.mark.timeout(15)

HOST = "mail.solarmora.com"


def meet(trust: Trust, server: SmtpServer, **fields: Any) -> MxTls:
    async def main() -> MxTls:
        async with server.serving() as port:
            return await starttls(HOST, "127.0.0.1", trust.vantage(9, smtp_port=port, **fields))

    return asyncio.run(main())


def test_tls_stands(trust: Trust) -> None:
    server = SmtpServer(trust.context(HOST))
    tls = meet(trust, server)
    assert (tls.host, tls.address, tls.version) == (HOST, "127.0.0.1", "TLSv1.3")
    assert tls.certificate.names == (HOST,)
    assert server.said == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]


def test_the_name_is_asked_for(trust: Trust) -> None:
    """By SNI, as many hosts have a certificate for each of their names (RFC 8461 4.2)."""
    seen: list[str] = []
    context = trust.context(HOST)
    context.sni_callback = lambda _socket, name, _context: seen.append(name)
    meet(trust, SmtpServer(context))
    assert seen == [HOST]


def test_tls_1_2_is_enough(trust: Trust) -> None:
    context = trust.context(HOST)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert meet(trust, SmtpServer(context)).version == "TLSv1.2"


GOOD: list[tuple[str, bytes, bytes]] = [
    ("a greeting of many lines", b"220-a\r\n220-b\r\n220 c\r\n", EHLO),
    ("lines that end in LF", b"220 a\n", b"250-a\n250 STARTTLS\n"),
    ("a greeting without text", b"220\r\n", EHLO),
    ("100 lines", GREETING, b"250-x\r\n" * 99 + b"250 STARTTLS\r\n"),
]


@pytest.mark.parametrize(
    ("greeting", "ehlo"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD]
)
def test_good(trust: Trust, greeting: bytes, ehlo: bytes) -> None:
    assert meet(trust, SmtpServer(trust.context(HOST), [greeting, ehlo])).host == HOST


def test_a_wildcard_certificate_is_as_good(trust: Trust) -> None:
    assert meet(trust, SmtpServer(trust.context("*.solarmora.com"))).host == HOST


NO_SMTP = (errors.SmtpReplyError, "a line that is no reply")
BAD: list[tuple[str, Handler | tuple[bytes, bytes, bytes], type[errors.SmtpError], str]] = [
    ("silence", stalls, errors.SmtpTimeoutError, "no greeting after 0.5 seconds"),
    (
        "a greeting of lines without end",
        sends(b"220-x\r\n", again=True),
        errors.SmtpReplyError,
        "more than 100 lines",
    ),
    (
        "a greeting of one line without end",
        sends(b"220 ", b"x" * 9000, again=True),
        errors.SmtpReplyError,
        "a line of more than 1000 bytes",
    ),
    (
        "a greeting that drips",
        sends(b"220-x\r\n", pause=0.05, again=True),
        errors.SmtpTimeoutError,
        "no greeting after 0.5 seconds",
    ),
    ("HTTP", sends(b"HTTP/1.1 400 Bad Request\r\n"), *NO_SMTP),
    ("no code that there is", sends(b"999 x\r\n"), *NO_SMTP),
    ("bytes", sends(bytes(range(256)) + b"\n"), *NO_SMTP),
    (
        "hanging up at once",
        sends(),
        errors.SmtpReplyError,
        "the end, and no greeting",
    ),
    (
        "half a greeting",
        sends(b"220 x"),
        errors.SmtpReplyError,
        "the end, and no greeting",
    ),
    (
        "no mail",
        (b"554 go away\xff\r\n", EHLO, STARTTLS),
        errors.SmtpRefusedError,
        r"'554 go away\\xff'",
    ),
    (
        "another code in a further line",
        (b"220-x\r\n421 busy\r\n", EHLO, STARTTLS),
        errors.SmtpRefusedError,
        "'421 busy'",
    ),
    (
        "no EHLO",
        (GREETING, b"502 what?\r\n", STARTTLS),
        errors.SmtpRefusedError,
        "'502 what?'",
    ),
    (
        "no STARTTLS",
        (GREETING, b"250-mx\r\n250 SIZE 1\r\n", STARTTLS),
        errors.NoStartTlsError,
        "no STARTTLS in the answer to EHLO",
    ),
    (
        "the server's name is no extension",
        (GREETING, b"250 STARTTLS\r\n", STARTTLS),
        errors.NoStartTlsError,
        "no STARTTLS in the answer to EHLO",
    ),
    (
        "STARTTLS offered and refused",
        (GREETING, EHLO, b"454 not now\r\n"),
        errors.NoStartTlsError,
        "'454 not now'",
    ),
    (
        "a reply injected after that to STARTTLS",
        (GREETING, EHLO, STARTTLS + b"250 ok\r\n"),
        errors.InjectionError,
        "b'250 ok\\r\\n' before TLS",
    ),
    (
        "silence after STARTTLS",
        sends(GREETING + EHLO + STARTTLS, pause=1),
        errors.SmtpTimeoutError,
        "no TLS after 0.5 seconds",
    ),
    (
        "a reply in place of TLS",
        in_place_of_tls,
        errors.SmtpTlsError,
        "wrong version number",
    ),
]


@pytest.mark.parametrize(
    ("says", "kind", "found"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_bad(
    trust: Trust,
    says: Handler | tuple[bytes, bytes, bytes],
    kind: type[errors.SmtpError],
    found: str,
) -> None:
    context = trust.context(HOST)
    server = (
        SmtpServer(context, says) if isinstance(says, tuple) else SmtpServer(context, instead=says)
    )
    with pytest.raises(errors.SmtpError) as raised:
        meet(trust, server, timeout=0.5)
    assert (type(raised.value), raised.value.found) == (kind, found)
    assert str(raised.value) == f"{HOST} at 127.0.0.1: found {found}; {kind.rule}"


BY_FAULT: dict[FaultKind, type[errors.SmtpError]] = {
    "name": errors.MxNameError,
    "untrusted": errors.MxUntrustedError,
    "expired": errors.MxExpiredError,
    "early": errors.MxEarlyError,
}


@pytest.mark.parametrize(
    ("make", "fault"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_certificates(trust: Trust, make: Make, fault: FaultKind) -> None:
    with pytest.raises(errors.SmtpError) as raised:
        meet(trust, SmtpServer(make(trust, HOST)))
    assert type(raised.value) is BY_FAULT[fault]
    assert raised.value.found.startswith("a certificate that OpenSSL refuses: ")


def test_old_tls(trust: Trust) -> None:
    handshake = one_handshake(old_tls(trust, HOST), SCRIPT)
    with handshake as port, pytest.raises(errors.SmtpTlsVersionError) as old:
        asyncio.run(starttls(HOST, "127.0.0.1", trust.vantage(9, smtp_port=port)))
    assert old.value.found == "tlsv1 alert protocol version"


def test_a_closed_port(trust: Trust) -> None:
    with pytest.raises(errors.SmtpConnectError, match="no connection"):
        asyncio.run(starttls(HOST, "127.0.0.1", trust.vantage(9, smtp_port=9)))


def test_hanging_up_after_starttls(trust: Trust) -> None:
    async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in SCRIPT:
            writer.write(part)
            await reader.readline() if part is not STARTTLS else None

    with pytest.raises(errors.SmtpTlsError, match="no connection"):
        meet(trust, SmtpServer(trust.context(HOST), instead=hangs_up))


def test_cancelling_is_let_through(trust: Trust) -> None:
    async def main() -> None:
        server = SmtpServer(trust.context(HOST), instead=stalls)
        async with server.serving() as port:
            vantage = trust.vantage(9, smtp_port=port, timeout=60.0)
            task = asyncio.create_task(starttls(HOST, "127.0.0.1", vantage))
            await asyncio.sleep(0.2)
            task.cancel()
            await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
