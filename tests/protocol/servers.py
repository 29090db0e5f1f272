"""Real servers on loopback for a sender to look at: DNS over UDP and TCP, and HTTPS."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import trustme

from mta_sts.protocol.sender import Vantage

DOMAIN = "solarmora.com"
HOST = f"mta-sts.{DOMAIN}"
POLICY = b"version: STSv1\r\nmode: none\r\nmax_age: 86400\r\n"

Zones = Mapping[str, Iterable[str]]
"""Each zone's records, as lines of a zone file with absolute names."""
Answer = Callable[[dns.message.QueryMessage], dns.message.Message | None]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def zone(*records: str, apex: str = DOMAIN) -> dict[str, list[str]]:
    """A zone served from 127.0.0.1, with these records in it."""
    return {
        apex: [
            f"{apex}. 60 IN SOA ns.{apex}. hostmaster.{apex}. 1 60 60 60 30",
            f"{apex}. 60 IN NS ns.{apex}.",
            f"ns.{apex}. 60 IN A 127.0.0.1",
            *records,
        ]
    }


ADDRESS = f"{HOST}. 60 IN A 127.0.0.1"


class DnsServer(asyncio.DatagramProtocol):
    """Answers from zones, for all names in them with authority; keeps what it was asked."""

    def __init__(
        self, zones: Zones, instead: Mapping[str, Answer] | None = None, *, follows: bool = False
    ) -> None:
        """`instead` has, by "name TYPE", what answers in place of the zones; None is silence.
        `follows`: CNAMEs within the zones, as a resolver does."""
        self.follows = follows
        self.zones = {
            dns.name.from_text(apex): [_rrset(record) for record in records]
            for apex, records in zones.items()
        }
        self.instead = instead or {}
        self.asked: list[tuple[str, bool]] = []
        """Name and type, and whether recursion was desired."""

    def answer(self, wire: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(wire)
        assert isinstance(query, dns.message.QueryMessage)
        question = query.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        asked = f"{question.name.to_text(omit_final_dot=True)} {kind}"
        self.asked.append((asked, bool(query.flags & dns.flags.RD)))
        if asked in self.instead:
            return self.instead[asked](query)
        return self._from_zones(query)

    def _from_zones(self, query: dns.message.QueryMessage) -> dns.message.Message:
        reply = dns.message.make_response(query)
        name, kind = query.question[0].name, query.question[0].rdtype
        apexes = [apex for apex in self.zones if name.is_subdomain(apex)]
        if not apexes:
            reply.set_rcode(dns.rcode.REFUSED)
            return reply
        apex = max(apexes, key=len)
        reply.flags |= dns.flags.AA
        here = [rrset for rrset in self.zones[apex] if rrset.name == name]
        reply.answer = [rrset for rrset in here if rrset.rdtype in (kind, dns.rdatatype.CNAME)]
        if self.follows:
            for rrset in reply.answer:
                if rrset.rdtype == dns.rdatatype.CNAME and len(reply.answer) < 20:
                    reply.answer += [
                        each
                        for each in self.zones[apex]
                        if each.name == rrset[0].target and each.rdtype in (kind, rrset.rdtype)
                    ]
        if not reply.answer:
            reply.authority = [self.zones[apex][0]]
            if not here:
                reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if reply := self.answer(data):
            wire = reply.to_wire()
            if len(wire) > 512:
                short = dns.message.make_response(dns.message.from_wire(data))
                short.flags |= dns.flags.TC
                wire = short.to_wire()
            self.transport.sendto(wire, addr)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            size = int.from_bytes(await reader.readexactly(2), "big")
            if reply := self.answer(await reader.readexactly(size)):
                wire = reply.to_wire(max_size=65535)
                writer.write(len(wire).to_bytes(2, "big") + wire)
                await writer.drain()
        writer.close()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve on a port of 127.0.0.1, the same for UDP and TCP."""
        loop = asyncio.get_running_loop()
        for tries_left in reversed(range(10)):
            server = await asyncio.start_server(self.stream, "127.0.0.1", 0)
            port = server.sockets[0].getsockname()[1]
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: self, local_addr=("127.0.0.1", port)
                )
            except OSError:  # another has this port for UDP
                server.close()
                if not tries_left:
                    raise
            else:
                break
        try:
            yield port
        finally:
            transport.close()
            server.close()


def _rrset(record: str) -> dns.rrset.RRset:
    name, ttl, _, kind, data = record.split(" ", 4)
    return dns.rrset.from_text(name, int(ttl), "IN", kind, data)


def says(rcode: dns.rcode.Rcode) -> Answer:
    """An answer of this code and nothing else."""

    def answer(query: dns.message.QueryMessage) -> dns.message.Message:
        reply = dns.message.make_response(query)
        reply.set_rcode(rcode)
        return reply

    return answer


def holds(*records: str, authority: Iterable[str] = (), authoritative: bool = True) -> Answer:
    """An answer with these records."""

    def answer(query: dns.message.QueryMessage) -> dns.message.Message:
        reply = dns.message.make_response(query)
        if authoritative:
            reply.flags |= dns.flags.AA
        reply.answer = [_rrset(record) for record in records]
        reply.authority = [_rrset(record) for record in authority]
        return reply

    return answer


@dataclass
class HttpsServer:
    """An HTTPS server that does what `handler` does after it has read a request."""

    handler: Handler
    context: ssl.SSLContext | None
    requests: list[bytes] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            await self.handler(reader, writer)
        writer.close()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve on a port of 127.0.0.1."""
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0, ssl=self.context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._open:
                writer.transport.abort()


def sends(*parts: bytes, pause: float = 0.0, again: bool = False) -> Handler:
    """Sends these parts with pauses between, the last one for ever if `again`, then hangs up."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        while again:
            writer.write(parts[-1])
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(600)


def reply(
    body: bytes = POLICY,
    *headers: str,
    status: str = "200 OK",
    content_type: str | None = "text/plain",
    length: int | None = None,
) -> bytes:
    """An HTTP response, well formed but for what is asked to be wrong."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def server_context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """TLS with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@contextlib.contextmanager
def one_handshake(context: ssl.SSLContext, says: Iterable[bytes] = ()) -> Iterator[int]:
    """A port that takes one TLS handshake, and says by an alert why it fails: asyncio's do not.
    Before it, the server says all that `says` has, a line of the client's after each but the last.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                for number, part in enumerate(says):
                    if number:
                        connection.recv(1000)
                    connection.sendall(part)
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@dataclass(frozen=True)
class Trust:
    """A CA that the senders of the tests trust, and its file."""

    ca: trustme.CA
    file: Path

    def context(self, *names: str) -> ssl.SSLContext:
        """TLS with a good certificate for these names."""
        return server_context(self.ca.issue_cert(*names))

    def vantage(self, dns_port: int, https_port: int = 9, **fields: object) -> Vantage:
        """Where the tests look from, with patience for a second or two."""
        settings: dict[str, object] = {"timeout": 1.5, "dns_timeout": 5.0} | fields
        return Vantage(
            dns=("127.0.0.1", dns_port),
            ca_file=str(self.file),
            https_port=https_port,
            **settings,  # type: ignore[arg-type]
        )
