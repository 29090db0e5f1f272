"""One question to one DNS server, over UDP, and over TCP where the answer is cut off (RFC 7766 5).

dnspython writes and reads the messages. It does not send them: it reads whatever comes, and a
message of 64 KiB that is made for it takes half a second, in which nothing else goes on.
"""

import asyncio
import struct
from typing import cast

import dns.exception
import dns.message

MOST_RECORDS = 1000
"""In one answer: those for an MX host or a policy have a handful."""
_COUNTS = struct.Struct("!6xHHH")  # answer, authority, additional (RFC 1035 4.1.1)


class TooManyRecordsError(Exception):
    """The answer has more records than anybody needs. The caller passes the server over."""


async def ask(
    query: dns.message.QueryMessage, address: str, port: int, seconds: float
) -> dns.message.QueryMessage:
    """The answer to `query`.

    Raises:
        TimeoutError: none came in time.
        TooManyRecordsError: it has more than `MOST_RECORDS`.
        dns.exception.DNSException, OSError, EOFError: what came over TCP is no answer.
    """
    async with asyncio.timeout(seconds):
        try:
            return await _over_udp(query, address, port)
        except dns.message.Truncated:
            return await _over_tcp(query, address, port)


async def _over_udp(
    query: dns.message.QueryMessage, address: str, port: int
) -> dns.message.QueryMessage:
    loop = asyncio.get_running_loop()
    # Each question has a port of its own: it is harder to guess than a message's id (RFC 5452 9.2).
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: _Datagrams(query, loop.create_future()), remote_addr=(address, port)
    )
    try:
        transport.sendto(query.to_wire())
        return await protocol.answer
    finally:
        transport.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Takes what answers `query`, and passes over all else, which anybody may have sent."""

    def __init__(
        self, query: dns.message.QueryMessage, answer: asyncio.Future[dns.message.QueryMessage]
    ) -> None:
        self.query = query
        self.answer = answer

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self.answer.done() or data[:2] != self.query.id.to_bytes(2, "big"):
            return
        try:
            self.answer.set_result(_read(self.query, data))
        except (dns.message.Truncated, TooManyRecordsError) as error:
            self.answer.set_exception(error)
        except dns.exception.DNSException:
            return

    def error_received(self, exc: Exception) -> None:
        """A server that is not there is as good as one that does not answer."""


async def _over_tcp(
    query: dns.message.QueryMessage, address: str, port: int
) -> dns.message.QueryMessage:
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(query.to_wire(prepend_length=True))
        size = int.from_bytes(await reader.readexactly(2), "big")
        return _read(query, await reader.readexactly(size))
    finally:
        writer.transport.abort()


class _NotOursError(dns.exception.DNSException):
    """It answers another question."""


def _read(query: dns.message.QueryMessage, wire: bytes) -> dns.message.QueryMessage:
    if len(wire) >= _COUNTS.size and sum(_COUNTS.unpack_from(wire)) > MOST_RECORDS:
        raise TooManyRecordsError
    message = dns.message.from_wire(wire, raise_on_truncation=True)
    if not query.is_response(message):
        raise _NotOursError
    return cast("dns.message.QueryMessage", message)
