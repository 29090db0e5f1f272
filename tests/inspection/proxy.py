"""A proxy by which programs that fetch from port 443 reach the servers of a test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping


@contextlib.asynccontextmanager
async def proxying(ports: Mapping[str, int]) -> AsyncIterator[int]:
    """Connect clients that CONNECT to port 443 of a host with its port on 127.0.0.1, and those that
    ask for another host with none, for as long as this lasts."""
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            head = await reader.readuntil(b"\r\n\r\n")
            host = head.split()[1].decode().removesuffix(":443")
            if host not in ports:
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
            else:
                there, back = await asyncio.open_connection("127.0.0.1", ports[host])
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
        writer.close()

    async def noted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):  # the end of the test
            await connected(reader, writer)
        tasks.discard(task)

    server = await asyncio.start_server(noted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
