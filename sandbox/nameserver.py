"""The DNS server: the authority's answers over UDP and TCP, and misbehaviour on demand."""

import asyncio
import fnmatch
import logging
import struct
import threading
from dataclasses import dataclass
from typing import Any, Literal, cast

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype

from sandbox import authority

log = logging.getLogger(__name__)

LARGEST_UDP = 1232
PORT_ATTEMPTS = 10
IDLE_TIMEOUT = 10  # seconds, of a TCP connection

Address = tuple[Any, ...]
How = Literal["delay", "drop", "servfail", "stale"]


@dataclass(eq=False)
class Misbehaviour:
    """What happens to questions for names that match a pattern, as `_mta-sts.*`.

    stale: answered from the zones `as_of` it began, as by a secondary that lags (an old serial).
    """

    names: str
    how: How
    seconds: float
    type: str | None
    as_of: authority.Zones | None = None
    hits: int = 0

    def matches(self, name: str, rdtype: str) -> bool:
        return fnmatch.fnmatch(name, self.names.lower()) and self.type in (None, rdtype)


class Nameserver:
    """Answers on 127.0.0.1 while its event loop runs."""

    def __init__(self) -> None:
        self.port = 0
        self._lock = threading.Lock()
        self._misbehaviours: list[Misbehaviour] = []
        self._servers: list[asyncio.BaseTransport | asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def misbehave(
        self,
        names: str,
        how: How,
        *,
        seconds: float = 0.0,
        type: str | None = None,  # noqa: A002
    ) -> Misbehaviour:
        """Delay, drop or fail the answers for names that match, or give old ones; until `behave`
        or `reset`."""
        as_of = authority.snapshot() if how == "stale" else None
        misbehaviour = Misbehaviour(names, how, seconds, type, as_of)
        with self._lock:
            self._misbehaviours.append(misbehaviour)
        return misbehaviour

    def behave(self, misbehaviour: Misbehaviour) -> None:
        with self._lock:
            self._misbehaviours.remove(misbehaviour)

    def reset(self) -> None:
        with self._lock:
            self._misbehaviours.clear()

    async def start(self, port: int = 0) -> None:
        """Listen on one port for UDP and TCP."""
        loop = asyncio.get_running_loop()
        for attempt in range(PORT_ATTEMPTS):
            udp, _ = await loop.create_datagram_endpoint(
                lambda: _Udp(self), local_addr=("127.0.0.1", port)
            )
            self.port = udp.get_extra_info("sockname")[1]
            try:
                tcp = await asyncio.start_server(self._serve_tcp, "127.0.0.1", self.port)
            except OSError:
                udp.close()
                if port or attempt == PORT_ATTEMPTS - 1:
                    raise
            else:
                self._servers = [udp, tcp]
                return

    async def stop(self) -> None:
        for server in self._servers:
            server.close()

    def spawn(self, wire: bytes, transport: asyncio.DatagramTransport, address: Address) -> None:
        """Answer a datagram, in its own time."""

        async def reply() -> None:
            response = await self.respond(wire, LARGEST_UDP)
            if response:
                transport.sendto(response, address)

        task = asyncio.get_running_loop().create_task(reply())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                async with asyncio.timeout(IDLE_TIMEOUT):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    wire = await reader.readexactly(length)
                response = await self.respond(wire, 65535)
                if response is None:
                    return
                writer.write(struct.pack("!H", len(response)) + response)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            return
        finally:
            writer.close()

    async def respond(self, wire: bytes, largest: int) -> bytes | None:
        """The response to a query, none where it is to be dropped or is not one."""
        try:
            query = dns.message.from_wire(wire)
        except dns.exception.DNSException:
            return None
        if query.flags & dns.flags.QR:
            return None
        response = dns.message.make_response(query, our_payload=LARGEST_UDP)
        if query.opcode() != dns.opcode.QUERY or len(query.question) != 1:
            response.set_rcode(dns.rcode.NOTIMP)
            return response.to_wire()
        question = query.question[0]
        name, rdtype = question.name.to_text(omit_final_dot=True).lower(), question.rdtype
        as_of = None
        for misbehaviour in self._applying(name, dns.rdatatype.to_text(rdtype)):
            misbehaviour.hits += 1
            as_of = misbehaviour.as_of
            await asyncio.sleep(misbehaviour.seconds)
            if misbehaviour.how == "drop":
                return None
            if misbehaviour.how == "servfail":
                response.set_rcode(dns.rcode.SERVFAIL)
                return response.to_wire()
        if question.rdclass != dns.rdataclass.IN:
            response.set_rcode(dns.rcode.REFUSED)
            return response.to_wire()
        try:
            found = authority.answer(question.name, rdtype, as_of)
        except Exception:
            log.exception("%s %s", name, dns.rdatatype.to_text(rdtype))
            found = authority.Answer(dns.rcode.SERVFAIL)
        response.set_rcode(found.rcode)
        if found.authoritative:
            response.flags |= dns.flags.AA
        response.answer, response.authority = found.answer, found.authority
        offered = max(512, query.payload) if query.edns >= 0 else 512
        return response.to_wire(
            max_size=largest if largest > LARGEST_UDP else min(offered, largest),
            prefer_truncation=True,
        )

    def _applying(self, name: str, rdtype: str) -> list[Misbehaviour]:
        with self._lock:
            return [each for each in self._misbehaviours if each.matches(name, rdtype)]


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, nameserver: Nameserver) -> None:
        self._nameserver = nameserver
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # no isinstance: the event loop's own class is not one
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if self._transport:
            self._nameserver.spawn(data, self._transport, addr)
