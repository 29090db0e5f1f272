"""An MX host as a sender meets it: does it offer TLS, and does it prove its name (RFC 8461 4.2)?

Said is only what it takes to get to TLS: no sender, no recipient, no mail.
"""

import asyncio
import contextlib
import re
import ssl
from dataclasses import dataclass

from mta_sts.protocol.sender_errors import Certificate
from mta_sts.protocol.smtp_errors import (
    InjectionError,
    MxEarlyError,
    MxExpiredError,
    MxNameError,
    MxUntrustedError,
    NoStartTlsError,
    SmtpConnectError,
    SmtpError,
    SmtpRefusedError,
    SmtpReplyError,
    SmtpTimeoutError,
    SmtpTlsError,
    SmtpTlsVersionError,
)
from mta_sts.protocol.tls import FaultKind, certificate_of, fault, told
from mta_sts.protocol.vantage import Vantage

_LONGEST_LINE = 1000  # bytes; RFC 5321 4.5.3.1.5 has 512
_MOST_LINES = 100
_LINE = re.compile(rb"([2-5][0-9][0-9])([ -]?)([^\r\n]*)\r?\n")
_FAULTS: dict[FaultKind, type[SmtpError]] = {
    "connection": SmtpTlsError,
    "version": SmtpTlsVersionError,
    "handshake": SmtpTlsError,
    "untrusted": MxUntrustedError,
    "expired": MxExpiredError,
    "early": MxEarlyError,
    "name": MxNameError,
}


@dataclass(frozen=True)
class MxTls:
    """TLS that an MX host offers at one of its addresses, and that a sender accepts."""

    host: str
    address: str
    version: str
    """`TLSv1.2` or `TLSv1.3`."""
    certificate: Certificate


async def starttls(host: str, address: str, vantage: Vantage) -> MxTls:
    """Speak SMTP to the MX host `host` at one of its addresses, until TLS stands.

    Raises:
        SmtpError: it does not; the subclass says why.
        VantageError: the CA file cannot be read.
    """
    session = _Session(host, address)
    try:
        async with asyncio.timeout(vantage.timeout):
            return await session.run(vantage)
    except TimeoutError:
        kind = SmtpTimeoutError if session.connected else SmtpConnectError
        raise session.failure(kind, f"{session.stage} after {vantage.timeout:g} seconds") from None
    finally:
        session.close()


class _Session:
    """One connection, and how far it has come."""

    def __init__(self, host: str, address: str) -> None:
        self.host = host
        self.address = address
        self.stage = "no connection"
        self.connected = False
        self.writer: asyncio.StreamWriter

    def failure(self, kind: type[SmtpError], found: str) -> SmtpError:
        return kind(self.host, self.address, found)

    def close(self) -> None:
        if self.connected:
            self.writer.transport.abort()

    async def run(self, vantage: Vantage) -> MxTls:
        try:
            self.reader, self.writer = await asyncio.open_connection(
                self.address, vantage.smtp_port, limit=_LONGEST_LINE
            )
        except OSError as error:
            raise self.failure(SmtpConnectError, fault(error).found) from None
        self.connected = True
        self.stage = "no greeting"
        await self.expect(b"220", SmtpRefusedError)
        me = self.writer.get_extra_info("sockname")[0]
        offered = await self.say(f"EHLO [{'IPv6:' * (':' in me)}{me}]", b"250", SmtpRefusedError)
        if b"STARTTLS" not in {line.upper() for line in offered[1:]}:
            raise self.failure(NoStartTlsError, "no STARTTLS in the answer to EHLO")
        await self.say("STARTTLS", b"220", NoStartTlsError)
        await self.refuse_injection()
        self.stage = "no TLS"
        try:
            await self.writer.start_tls(vantage.tls, server_hostname=self.host)
        except (OSError, EOFError) as error:
            why = fault(error)
            raise self.failure(_FAULTS[why.kind], why.found) from None
        self.writer.write(b"QUIT\r\n")
        tls: ssl.SSLObject = self.writer.get_extra_info("ssl_object")
        peer = self.writer.get_extra_info("peercert")
        return MxTls(self.host, self.address, str(tls.version()), certificate_of(peer))

    async def say(self, command: str, code: bytes, otherwise: type[SmtpError]) -> list[bytes]:
        self.stage = f"no answer to {command.partition(' ')[0]}"
        with contextlib.suppress(OSError):  # then there is nothing to read, either
            self.writer.write(f"{command}\r\n".encode("ascii"))
            await self.writer.drain()
        return await self.expect(code, otherwise)

    async def expect(self, code: bytes, otherwise: type[SmtpError]) -> list[bytes]:
        """The text of each line of the next reply.

        Raises:
            SmtpReplyError: it is no reply.
            SmtpError: of the class `otherwise`: its code is another.
        """
        lines: list[bytes] = []
        while len(lines) < _MOST_LINES:
            found = _LINE.fullmatch(await self.line())
            if not found:
                raise self.failure(SmtpReplyError, "a line that is no reply")
            if found[1] != code:
                said = found[1] + b" " + found[3][:200]
                raise self.failure(otherwise, repr(said.decode("ascii", "backslashreplace")))
            lines.append(found[3].rstrip())
            if found[2] != b"-":
                return lines
        raise self.failure(SmtpReplyError, f"more than {_MOST_LINES} lines")

    async def line(self) -> bytes:
        try:
            return await self.reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise self.failure(
                SmtpReplyError, f"a line of more than {_LONGEST_LINE} bytes"
            ) from None
        except (OSError, EOFError) as error:
            what = "the end" if isinstance(error, EOFError) else told(error)
            raise self.failure(SmtpReplyError, f"{what}, and {self.stage}") from None

    async def refuse_injection(self) -> None:
        """Raises InjectionError: more has come than the answer to STARTTLS (CVE-2011-0411)."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):  # what is there already is read without waiting
                more = await self.reader.read(_LONGEST_LINE)
                if more:
                    raise self.failure(InjectionError, f"{more[:40]!r} before TLS")
