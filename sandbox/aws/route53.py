"""Route 53, with the rules for a change batch that moto leaves out."""

import re
from typing import Any, cast

import dns.exception
import dns.rdata
from moto.route53.models import DelegationSet, FakeZone, RecordSet, Route53Backend

from sandbox.aws import backends
from sandbox.aws.errors import Refused
from sandbox.aws.paths import paths

CHARACTER_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
ESCAPE = re.compile(r"\\(?:[0-7]{3}|.)")
LONGEST_STRING = 255

Sets = dict[tuple[str, str, str | None], RecordSet]


class InvalidChangeBatch(Refused):
    """The batch breaks a rule: nothing of it is applied."""

    def __init__(self, problem: str) -> None:
        super().__init__("InvalidChangeBatch", f"[{problem}]")


class Route53(Route53Backend):
    """Zones whose change batches are checked and applied as a whole."""

    @property
    def _url_module(self) -> Any:
        return paths("route53")

    def create_hosted_zone(self, name: str, *args: Any, **kwargs: Any) -> FakeZone:
        zone = super().create_hosted_zone(name.lower(), *args, **kwargs)
        delegation = cast(DelegationSet, zone.delegation_set)
        servers = [f"{server}." for server in delegation.name_servers]
        soa = f"{servers[0]} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
        del self.zones[zone.resource_id]
        zone.resource_id = f"Z{zone.resource_id[:20]}"  # as every id of Route 53 begins
        self.zones[zone.resource_id] = zone
        zone.rrsets = [
            _record(zone.name, "NS", 172800, servers),
            _record(zone.name, "SOA", 900, [soa]),
        ]
        return zone

    def change_resource_record_sets(self, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        zone = self.get_hosted_zone(zoneid)
        sets: Sets = {(r.name, str(r.type), r.set_identifier): r for r in zone.rrsets}
        for change in change_list:
            _apply(change["Action"], _wanted(change, zone.name), sets)
        _refuse_conflicts(sets, zone.name)
        zone.rrsets = list(sets.values())
        backends.acm().look()


class Set(RecordSet):
    """A record set; moto's class with what its abstract ancestors ask for."""

    def is_created(self) -> bool:
        return True

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return False


def _record(name: str, type_: str, ttl: int, values: list[str]) -> Set:
    return Set({"Name": name, "Type": type_, "TTL": ttl, "ResourceRecords": values})


def normal(name: str) -> str:
    """A name as Route 53 keeps it: lower case, final dot, the wildcard as an octal escape."""
    name = name.lower().rstrip(".") + "."
    return "\\052" + name[1:] if name.startswith("*") else name


def _wanted(change: dict[str, Any], zone_name: str) -> RecordSet:
    asked = change["ResourceRecordSet"]
    name, type_ = normal(asked["Name"]), asked["Type"]
    if name != zone_name and not name.endswith(f".{zone_name}"):
        raise InvalidChangeBatch(f"RRSet with DNS name {name} is not permitted in zone {zone_name}")
    values = [value["Value"] for value in asked.get("ResourceRecords") or []]
    plain = bool(values) and asked.get("TTL") is not None
    if plain == bool(asked.get("AliasTarget")):
        raise Refused(
            "InvalidInput",
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and "
            "ResourceRecords], or TrafficPolicyInstanceId], but found "
            f"{'more than one' if plain else 'none'} in Change with [Action={change['Action']}, "
            f"Name={name}, Type={type_}, SetIdentifier={asked.get('SetIdentifier', 'null')}]",
        )
    if change["Action"] != "DELETE":
        _refuse_invalid(type_, values)
    return Set({**asked, "Name": name, "ResourceRecords": values})


def _refuse_invalid(type_: str, values: list[str]) -> None:
    for value in values:
        fault = _txt_fault(value) if type_ in ("TXT", "SPF") else _rdata_fault(type_, value)
        if fault:
            raise InvalidChangeBatch(
                f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}''"
            )
    if len(set(values)) != len(values):
        raise InvalidChangeBatch("Duplicate Resource Record: '" + max(values) + "'")
    if type_ in ("CNAME", "SOA") and len(values) > 1:
        raise InvalidChangeBatch(f"{type_} RRSet must contain exactly one Resource Record")


def _txt_fault(value: str) -> str | None:
    if not re.fullmatch(rf"{CHARACTER_STRING.pattern}(?:\s+{CHARACTER_STRING.pattern})*", value):
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    strings = CHARACTER_STRING.findall(value)
    if any(len(ESCAPE.sub("x", string)) > LONGEST_STRING for string in strings):
        return "CharacterStringTooLong (Value is too long)"
    return None


def _rdata_fault(type_: str, value: str) -> str | None:
    try:
        dns.rdata.from_text("IN", type_, value)
    except (dns.exception.DNSException, ValueError):
        return f"ARRDATAIllegal{type_} (Value is not a valid {type_} record)"
    return None


def _apply(action: str, record: RecordSet, sets: Sets) -> None:
    key = (record.name, str(record.type), record.set_identifier)
    described = f"resource record set [name='{record.name}', type='{record.type}']"
    present = sets.get(key)
    if action == "CREATE" and present:
        raise InvalidChangeBatch(f"Tried to create {described} but it already exists")
    if action == "DELETE":
        if not present:
            raise InvalidChangeBatch(f"Tried to delete {described} but it was not found")
        if _content(present) != _content(record):
            raise InvalidChangeBatch(
                f"Tried to delete {described} but the values provided do not match the current "
                "values"
            )
        del sets[key]
    else:
        sets[key] = record


def _content(record: RecordSet) -> object:
    alias = record.alias_target
    if alias:
        return normal(alias["DNSName"]), alias["HostedZoneId"]
    return int(record.ttl or 0), sorted(record.records)


def _refuse_conflicts(sets: Sets, zone_name: str) -> None:
    types: dict[str, set[str]] = {}
    for name, type_, _ in sets:
        types.setdefault(name, set()).add(type_)
    if not {"NS", "SOA"} <= types.get(zone_name, set()):
        raise InvalidChangeBatch(
            "A HostedZone must contain exactly one SOA record and at least one NS record"
        )
    for name, present in types.items():
        if "CNAME" not in present:
            continue
        if name == zone_name:
            raise InvalidChangeBatch(
                f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone "
                f"{zone_name}"
            )
        if len(present) > 1:
            raise InvalidChangeBatch(
                f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with "
                f"other records with the same DNS name in zone {zone_name}"
            )
