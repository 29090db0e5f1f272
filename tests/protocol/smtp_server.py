"""A real SMTP server on loopback for a sender to meet: it behaves but for what is asked to be
wrong."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from tests.protocol.servers import Handler

GREETING = b"220 mx.example ESMTP\r\n"
EHLO = b"250-mx.example\r\n250-SIZE 1000\r\n250-starttls \r\n250 8BITMIME\r\n"
STARTTLS = b"220 go ahead\r\n"
SCRIPT = (GREETING, EHLO, STARTTLS)
"""What a server says until the handshake."""


@dataclass
class SmtpServer:
    """Greets, and answers EHLO and STARTTLS, as `says` has it; then speaks TLS.

    Attributes:
        context: its TLS.
        says: the greeting and the two answers; those left out are as they should be.
        instead: takes over every connection.
        said: the lines that clients sent.
    """

    context: ssl.SSLContext
    says: Sequence[bytes] = SCRIPT
    instead: Handler | None = None
    said: list[bytes] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError, EOFError):
            await (self.instead or self.session)(reader, writer)
        writer.close()

    async def session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting, ehlo, starttls = (*self.says, *SCRIPT[len(self.says) :])
        writer.write(greeting)
        while line := await reader.readline():
            self.said.append(line)
            word = line.split()[0].upper()
            writer.write({b"EHLO": ehlo, b"STARTTLS": starttls}.get(word, b"250 ok\r\n"))
            if word == b"STARTTLS" and starttls.startswith(b"220"):
                await writer.start_tls(self.context)

    @contextlib.asynccontextmanager
    async def serving(self, address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
        """Serve on a port of `address`."""
        server = await asyncio.start_server(self.connected, address, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self._open:
                writer.transport.abort()


async def in_place_of_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Goes on in plain text where TLS should begin."""
    for part in (*SCRIPT, b"250 no TLS here\r\n"):
        writer.write(part)
        await reader.read(2000)
