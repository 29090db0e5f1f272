"""The network that `benches.check` looks at, in a process of its own: DNS and HTTPS on loopback.

`python -m benches.check_servers FOLDER DELAY` writes the CA to FOLDER/ca.pem, prints the ports of
DNS and HTTPS on one line, and serves until its standard input ends. Every name `d<n>.bench.example`
is a mail domain with MTA-STS, each answer to it comes after DELAY seconds.
"""

import asyncio
import re
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO, NamedTuple, cast

import trustme

from mta_sts.protocol import Policy, Record

POLICY = Policy(mode="enforce", mx=["mx.bench.example"], max_age=604800)
NAMES_IN_A_CERTIFICATE = 10  # as few as a CDN puts together
_ANSWERS = {
    (rb"(?:mta-sts\.d\d+|mx)\.bench\.example", 1): bytes([127, 0, 0, 1]),
    (rb"_mta-sts\.d\d+\.bench\.example", 16): Record(id=POLICY.id).render().encode(),
    (rb"_smtp\._tls\.d\d+\.bench\.example", 16): b"v=TLSRPTv1; rua=mailto:t@bench.example",
    (rb"d\d+\.bench\.example", 15): b"\x00\x0a\x02mx\x05bench\x07example\x00",
}
_TXT = 16


def domains(count: int) -> list[str]:
    """So many mail domains that are served."""
    return [f"d{number}.bench.example" for number in range(count)]


class Ports(NamedTuple):
    """Where the servers listen, on 127.0.0.1, and whom to trust."""

    dns: int
    https: int
    ca_file: Path


@contextmanager
def serving(delay: float) -> Iterator[Ports]:
    """The servers, in a process of their own."""
    with tempfile.TemporaryDirectory(prefix="mta-sts-bench-") as folder:
        command = [sys.executable, "-m", "benches.check_servers", folder, str(delay)]
        with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
            dns, https = map(int, cast("IO[str]", process.stdout).readline().split())
            yield Ports(dns, https, Path(folder, "ca.pem"))
            cast("IO[str]", process.stdin).close()


def answer(query: bytes) -> bytes:
    """The answer to a question about a bench name, built by hand: a server that takes as much CPU
    as its client would be what is measured."""
    labels = []
    at = 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]])
        at += 1 + query[at]
    question = query[12 : at + 5]
    kind = int.from_bytes(query[at + 1 : at + 3], "big")
    name = b".".join(labels).lower()
    data = next(
        (data for (pattern, type_), data in _ANSWERS.items() if type_ == kind and
         re.fullmatch(pattern, name)),
        None,
    )  # fmt: skip
    head = query[:2] + b"\x84\x00\x00\x01"
    if data is None:
        soa = b"\x07example\x00\x00\x06\x00\x01\x00\x00\x00\x3c\x00\x16"
        soa += bytes(2) + (60).to_bytes(4, "big") * 5
        return head + b"\x00\x00\x00\x01\x00\x00" + question + soa
    if kind == _TXT:
        data = bytes([len(data)]) + data
    record = b"\xc0\x0c" + query[at + 1 : at + 5] + (60).to_bytes(4, "big")
    return (
        head + b"\x00\x01\x00\x00\x00\x00" + question + record + len(data).to_bytes(2, "big") + data
    )


class Dns(asyncio.DatagramProtocol):
    """Answers each question after `delay` seconds."""

    def __init__(self, delay: float) -> None:
        self.delay = delay

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(self.delay, self.transport.sendto, answer(data), addr)


class Certificates:
    """Certificates of a CA, each for a few policy hosts, made when first asked for."""

    def __init__(self, ca: trustme.CA) -> None:
        self.ca = ca
        self.made: dict[int, ssl.SSLContext] = {}

    def listening(self) -> ssl.SSLContext:
        """TLS that shows the certificate for the name that is asked for."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.sni_callback = self.chosen
        return context

    def chosen(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        group = int(str(name).split(".")[1][1:]) // NAMES_IN_A_CERTIFICATE
        connection.context = self.made.get(group) or self.make(group)

    def make(self, group: int) -> ssl.SSLContext:
        first = group * NAMES_IN_A_CERTIFICATE
        numbers = range(first, first + NAMES_IN_A_CERTIFICATE)
        certificate = self.ca.issue_cert(
            *(f"mta-sts.d{number}.bench.example" for number in numbers)
        )
        context = self.made[group] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


async def serve(folder: Path, delay: float) -> None:
    """Serve until standard input ends."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    body = POLICY.render()
    reply = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b"

    async def https(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(delay)
            writer.write(reply % (len(body), body))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away
        writer.close()

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Dns(delay), local_addr=("127.0.0.1", 0)
    )
    context = Certificates(ca).listening()
    server = await asyncio.start_server(https, "127.0.0.1", 0, ssl=context, backlog=1000)
    port = transport.get_extra_info("sockname")[1]
    print(port, server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    transport.close()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
