"""A sender's connection to a policy's host: certificates of every wrong kind, and servers that are
not there."""

import asyncio
import ssl

import pytest

from mta_sts.protocol import sender_errors as errors
from mta_sts.protocol.sender import Fetched, fetch
from mta_sts.protocol.tls import FaultKind
from mta_sts.protocol.vantage import Vantage, VantageError
from tests.protocol.certificates import WRONG, Make, old_tls
from tests.protocol.servers import (
    ADDRESS,
    DOMAIN,
    HOST,
    DnsServer,
    HttpsServer,
    Trust,
    one_handshake,
    reply,
    sends,
    stalls,
    zone,
)

pytestmark = pytest.mark.timeout(15)

BY_FAULT: dict[FaultKind, type[errors.FetchError]] = {
    "name": errors.CertificateNameError,
    "untrusted": errors.UntrustedCertificateError,
    "expired": errors.ExpiredCertificateError,
    "early": errors.EarlyCertificateError,
}


async def fetch_from(trust: Trust, server: HttpsServer) -> Fetched:
    async with server.serving() as port:
        return await fetch_on(trust, port, ADDRESS)


@pytest.mark.parametrize(
    ("make", "fault"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_wrong_certificates(trust: Trust, make: Make, fault: FaultKind) -> None:
    with pytest.raises(errors.FetchError) as raised:
        asyncio.run(fetch_from(trust, HttpsServer(sends(reply()), make(trust, HOST))))
    assert type(raised.value) is BY_FAULT[fault]
    assert raised.value.what == "certificate"
    assert raised.value.address is None


def test_a_wildcard_certificate_is_as_good(trust: Trust) -> None:
    server = HttpsServer(sends(reply()), trust.context(f"*.{DOMAIN}"))
    assert asyncio.run(fetch_from(trust, server)).certificate.names == (f"*.{DOMAIN}",)


def no_certificate_for_the_name(trust: Trust, host: str) -> ssl.SSLContext:
    context = trust.context(host)
    context.sni_callback = lambda *_: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    return context


@pytest.mark.parametrize(
    ("make", "kind", "found"),
    [
        (old_tls, errors.TlsVersionError, "tlsv1 alert protocol version"),
        (no_certificate_for_the_name, errors.TlsError, "tlsv1 unrecognized name"),
    ],
)
def test_refused_handshakes(
    trust: Trust, make: Make, kind: type[errors.FetchError], found: str
) -> None:
    with one_handshake(make(trust, HOST)) as port, pytest.raises(errors.FetchError) as raised:
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
