"""One question to DNS, put to one server after another until one answers it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset
from dns.rdatatype import RdataType

from mta_sts.protocol import wire
from mta_sts.protocol.sender_errors import (
    DnsChainError,
    DnsFailedError,
    DnsTimeoutError,
    DnsTooLargeError,
)

PATIENCE = 2.0
"""Seconds given to one server before the next is tried."""

Server = tuple[str, int]


@dataclass(frozen=True)
class Question:
    """What is asked, and until when, in the event loop's time, an answer is of use."""

    name: dns.name.Name
    kind: RdataType
    until: float

    def about(self, name: dns.name.Name, kind: RdataType) -> "Question":
        """Another question that is part of answering this one."""
        return Question(name, kind, self.until)

    @property
    def left(self) -> float:
        """Seconds until an answer is of no use."""
        return self.until - asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Reply:
    """What the server `source` answered: NOERROR or NXDOMAIN, and maybe CNAMEs before records."""

    message: dns.message.QueryMessage
    chain: dns.message.ChainingResult
    source: Server

    @property
    def exists(self) -> bool:
        return self.message.rcode() == dns.rcode.NOERROR

    def delegation(self, zone: dns.name.Name) -> dns.rrset.RRset | None:
        """The servers of a zone below `zone` that this one points to instead of answering."""
        if self._final:
            return None
        asked = self.message.question[0].name
        for part in self.message.authority:
            below = part.name != zone and part.name.is_subdomain(zone)
            if part.rdtype == RdataType.NS and below and asked.is_subdomain(part.name):
                return part
        return None

    def is_lame(self, zone: dns.name.Name) -> bool:
        """Whether it comes from a server that does not know `zone`, and so means nothing."""
        return not self._final and self.delegation(zone) is None

    @property
    def _final(self) -> bool:
        authoritative = dns.flags.AA in dns.flags.Flag(self.message.flags)
        return authoritative or self.chain.answer is not None or bool(self.chain.cnames)


async def exchange(
    question: Question, servers: Sequence[Server], zone: dns.name.Name | None = None
) -> Reply:
    """Put `question` to `servers` in turn, those that were silent again while there is time.

    Args:
        zone: what the servers are authoritative for; those that turn out not to be are passed
            over. None: they are resolvers.

    Raises:
        DnsTimeoutError: the time is up.
        DnsFailedError: none of the servers is of use.
        DnsChainError: the answer is a circle of CNAMEs.
        DnsTooLargeError: the answer has more records than are read.
    """
    name = text(question.name)
    failures: dict[Server, str] = {}
    waiting = list(servers)
    while waiting:
        for server in tuple(waiting):
            if question.left <= 0:
                raise DnsTimeoutError(name, question.kind.name, _list(failures))
            try:
                reply = await _try(question, server, recursive=zone is None)
            except TimeoutError:
                failures[server] = "no answer"
                continue
            except (dns.exception.DNSException, OSError, EOFError) as error:
                failures[server] = str(error) or type(error).__name__
            else:
                if reply.message.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                    failures[server] = dns.rcode.to_text(reply.message.rcode())
                elif zone is not None and reply.is_lame(zone):
                    failures[server] = "not authoritative"
                else:
                    return reply
            waiting.remove(server)
    raise DnsFailedError(name, question.kind.name, _list(failures))


async def _try(question: Question, server: Server, *, recursive: bool) -> Reply:
    flags = dns.flags.RD if recursive else dns.flags.Flag(0)
    query = dns.message.make_query(question.name, question.kind, flags=flags)
    address, port = server
    asked = text(question.name), question.kind.name
    try:
        answer = await wire.ask(query, address, port, min(PATIENCE, question.left))
        return Reply(answer, answer.resolve_chaining(), server)
    except wire.TooManyRecordsError:
        raise DnsTooLargeError(*asked, place(server)) from None
    except dns.message.ChainTooLong:
        raise DnsChainError(*asked, place(server)) from None


def text(name: dns.name.Name) -> str:
    """`name` in lower case, without a trailing dot."""
    return name.to_text(omit_final_dot=True).lower()


def place(server: Server) -> str:
    """`server` as one writes it: `192.0.2.1:53`, `[2001:db8::1]:53`."""
    address, port = server
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _list(failures: dict[Server, str]) -> str:
    told = (f"{place(server)}: {failure}" for server, failure in failures.items())
    return "; ".join(told) or "no server to ask"
