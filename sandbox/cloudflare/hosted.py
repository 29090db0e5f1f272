"""What DNS reads of Cloudflare's zones: the answers, not the records as they were entered."""

import dns.rdatatype
import dns.tokenizer
from dns.rdataclass import IN
from dns.rdtypes.ANY.TXT import TXT

from sandbox.aws.hosted import Record
from sandbox.cloudflare import state
from sandbox.cloudflare.state import SERVERS, control
from sandbox.loopback import CLOUDFLARE

AUTOMATIC, AUTOMATIC_SECONDS = 1, 300
DELEGATION_SECONDS = 172800
LONGEST_STRING = 255


class Zone:
    """A zone as its name servers answer for it."""

    def __init__(self, zone: state.Zone) -> None:
        self._zone = zone
        self.id = zone.id
        self.name = zone.name
        self.version = zone.version
        self.servers = SERVERS

    def records(self) -> list[Record]:
        soa = f"{SERVERS[0]}. dns.cloudflare.com. 1 10000 2400 604800 1800"
        servers = [f"{server}." for server in SERVERS]
        answers = {
            (self.name, "SOA"): Record(self.name, "SOA", 1800, [soa], None),
            (self.name, "NS"): Record(self.name, "NS", DELEGATION_SECONDS, servers, None),
        }
        for record in self._zone.records.values():
            for answer in self._answers(record):
                known = answers.setdefault((answer.name, answer.type), answer)
                if known is not answer and not record.proxied:
                    known.values.extend(answer.values)
        return list(answers.values())

    def _answers(self, record: state.Record) -> list[Record]:
        ttl = AUTOMATIC_SECONDS if record.ttl == AUTOMATIC else record.ttl
        if record.proxied:
            return [Record(record.name, "A", AUTOMATIC_SECONDS, [CLOUDFLARE], None)]
        if record.type == "CNAME" and record.name == self.name:  # flattened
            return [Record(record.name, kind, ttl, [], record.content) for kind in ("A", "AAAA")]
        return [Record(record.name, record.type, ttl, [presentation(record)], None)]


def presentation(record: state.Record) -> str:
    """The data of a record as a zone file has it.

    Raises:
        dns.exception.DNSException: it is a TXT record whose quotes do not match.
    """
    match record.type:
        case "TXT":
            return _txt(record.content)
        case "MX":
            return f"{record.priority} {absolute(record.content)}"
        case "CNAME" | "NS" | "PTR":
            return absolute(record.content)
        case "CAA" if record.data:
            return f'{record.data["flags"]} {record.data["tag"]} "{record.data["value"]}"'
    return record.content


def absolute(name: str) -> str:
    return name.rstrip(".") + "."


def _txt(content: str) -> str:
    """Character strings of 255 bytes at most: Cloudflare splits longer ones, quoted or not."""
    if content.startswith('"'):
        tokens = dns.tokenizer.Tokenizer(content)
        strings = [token.unescape_to_bytes().value for token in tokens.get_remaining()]
    else:
        strings = [content.encode()]
    pieces = [
        string[start : start + LONGEST_STRING]
        for string in strings
        for start in range(0, max(len(string), 1), LONGEST_STRING)
    ]
    return TXT(IN, dns.rdatatype.TXT, pieces).to_text()


def version() -> object:
    """Differs when anything here does."""
    return [(zone.id, zone.version) for zone in control.zones.values()]


def zones() -> list[Zone]:
    """The zones of all accounts, the oldest first."""
    return [Zone(zone) for zone in control.zones.values()]
