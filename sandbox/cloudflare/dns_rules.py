"""What Cloudflare accepts as a DNS record, and which records can be side by side."""

import dataclasses
from typing import Any

import dns.exception
import dns.name
import dns.rdata

from sandbox.cloudflare.envelope import Refused
from sandbox.cloudflare.hosted import AUTOMATIC, presentation
from sandbox.cloudflare.state import Record, Zone

PROXIABLE = ("A", "AAAA", "CNAME")
TYPES = (*PROXIABLE, "CAA", "MX", "NS", "PTR", "TXT")
INVALID_CONTENT = {"A": 9005, "AAAA": 9006, "CNAME": 9007, "NS": 9008, "MX": 9009}
SHORTEST_TTL, LONGEST_TTL = 60, 86400
SAME_NAME = (
    "For more details, refer to <https://developers.cloudflare.com/dns/manage-dns-records/"
    "troubleshooting/records-with-same-name/>."
)


def full_name(name: str, zone: Zone) -> str:
    """The name as it is kept; names outside the zone are taken to be relative to it."""
    name = name.lower().rstrip(".")
    if name in ("@", ""):
        return zone.name
    return name if zone.contains(name) else f"{name}.{zone.name}"


def record(fields: dict[str, Any], zone: Zone) -> Record:
    """The record that these fields of the API make.

    Raises:
        Refused: they are not valid.
    """
    type_, content, data = fields.get("type"), fields.get("content"), fields.get("data")
    if type_ not in TYPES:
        raise invalid(9001, f"Invalid or unsupported record type {type_!r}.")
    if not isinstance(fields.get("name"), str):
        raise invalid(9000, "DNS name is invalid.")
    if type_ == "CAA" and isinstance(data, dict):
        content = f'{data.get("flags")} {data.get("tag")} "{data.get("value")}"'
    if not isinstance(content, str) or not content:
        raise _invalid_content(type_)
    made = Record(
        name=full_name(fields["name"], zone),
        type=type_,
        content=_quoted(content) if type_ == "TXT" else content.rstrip("."),
        ttl=_ttl(fields.get("ttl", AUTOMATIC)),
        proxied=bool(fields.get("proxied", False)),
        priority=fields.get("priority") if type_ == "MX" else None,
        data=data if type_ == "CAA" else None,
        comment=fields.get("comment") or None,
        tags=tuple(fields.get("tags") or ()),
        settings=fields.get("settings") or {},
    )
    _refuse_invalid(made)
    return made


def _quoted(content: str) -> str:
    """Text is kept in quotation marks, given so or not."""
    if content.startswith('"'):
        return content
    escaped = content.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _ttl(ttl: object) -> int:
    if isinstance(ttl, int | float) and (ttl == AUTOMATIC or SHORTEST_TTL <= ttl <= LONGEST_TTL):
        return int(ttl)
    raise invalid(9021, "Invalid TTL. Must be between 60 and 86400 seconds, or 1 for Automatic.")


def _refuse_invalid(record: Record) -> None:
    try:
        dns.name.from_text(record.name)
    except (dns.exception.DNSException, UnicodeError):
        raise invalid(9000, "DNS name is invalid.") from None
    if record.proxied and record.type not in PROXIABLE:
        raise invalid(9004, "This record type cannot be proxied.")
    if record.type == "MX" and not isinstance(record.priority, int):
        raise invalid(9101, "priority is a required data field.")
    if record.type == "CNAME" and record.content.lower() == record.name:
        raise invalid(9039, "CNAME content cannot reference itself.")
    try:
        dns.rdata.from_text("IN", record.type, presentation(record))
    except (dns.exception.DNSException, UnicodeError, ValueError):
        raise _invalid_content(record.type) from None


def refuse_fixed_ttl(record: Record) -> None:
    """A new record that is proxied has no TTL of its own; an old one just loses it."""
    if record.proxied and record.ttl != AUTOMATIC:
        raise invalid(9021, "Invalid TTL. Proxied records must have a TTL of 1 (Automatic).")


def without_fixed_ttl(record: Record) -> Record:
    return dataclasses.replace(record, ttl=AUTOMATIC) if record.proxied else record


def refuse_conflicts(record: Record, zone: Zone) -> None:
    """Refuse a record that cannot be beside the others of its name."""
    others = [
        other
        for other in zone.records.values()
        if other.name == record.name and other.id != record.id
    ]
    same = (record.type, record.content, record.priority)
    if any((other.type, other.content, other.priority) == same for other in others):
        raise Refused(400, 81058, "An identical record already exists.")
    if record.type in PROXIABLE and any("origin_worker_id" in other.managed for other in others):
        raise Refused(400, 81062, "A DNS record managed by Workers already exists on that host.")
    types = {other.type for other in others}
    if record.type == "CNAME" and types & {*PROXIABLE}:
        raise Refused(
            400, 81053, f"An A, AAAA, or CNAME record with that host already exists. {SAME_NAME}"
        )
    if record.type in ("A", "AAAA") and "CNAME" in types:
        raise Refused(400, 81054, f"A CNAME record with that host already exists. {SAME_NAME}")


def invalid(code: int, message: str) -> Refused:
    return Refused(400, 1004, "DNS Validation Error", (code, message))


def _invalid_content(type_: str) -> Refused:
    return invalid(INVALID_CONTENT.get(type_, 9003), f"Content for {type_} record is invalid.")
