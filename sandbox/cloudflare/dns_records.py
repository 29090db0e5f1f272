"""The calls for DNS records."""

import dataclasses
from typing import Any

from sandbox.cloudflare import dns_rules
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply, page
from sandbox.cloudflare.state import Record, Zone, control, now

PER_PAGE = 100
FILTERS = ("name", "type", "content", "comment")


def list_records(call: Call) -> Reply | Plain:
    zone = _zone(call)
    asked = {field: call.query.get(f"{field}.exact", call.query.get(field)) for field in FILTERS}
    wanted = {field: value.lower() for field, value in asked.items() if value is not None}
    found = [
        record
        for record in zone.records.values()
        if all(
            str(getattr(record, field) or "").lower() == value for field, value in wanted.items()
        )
    ]
    return page([_described(record) for record in found], call, PER_PAGE)


def create(call: Call) -> Reply | Plain:
    zone = _zone(call)
    record = dns_rules.record(call.fields, zone)
    dns_rules.refuse_fixed_ttl(record)
    dns_rules.refuse_conflicts(record, zone)
    zone.put(record)
    return Reply(_described(record))


def get(call: Call) -> Reply | Plain:
    return Reply(_described(_record(call)))


def update(call: Call) -> Reply | Plain:
    return _change(call, call.fields)


def edit(call: Call) -> Reply | Plain:
    present = _record(call)
    fields = {field.name: getattr(present, field.name) for field in dataclasses.fields(present)}
    return _change(call, {**fields, **call.fields})


def _change(call: Call, fields: dict[str, Any]) -> Reply | Plain:
    zone, present = _zone(call), _own(call)
    record = dataclasses.replace(
        dns_rules.without_fixed_ttl(dns_rules.record(fields, zone)),
        id=present.id,
        created=present.created,
        modified=now(),
    )
    dns_rules.refuse_conflicts(record, zone)
    zone.put(record)
    return Reply(_described(record))


def delete(call: Call) -> Reply | Plain:
    record = _own(call)
    _zone(call).remove(record.id)
    return Reply({"id": record.id})


def _zone(call: Call) -> Zone:
    return control.zones[call.parameters["zone_id"]]


def _record(call: Call) -> Record:
    found = _zone(call).records.get(call.parameters["record_id"])
    if found is None:
        raise Refused(404, 81044, "Record does not exist.")
    return found


def _own(call: Call) -> Record:
    """A record that may be changed: not one that belongs to a custom domain.

    The code of that refusal is not documented.
    """
    record = _record(call)
    if record.managed:
        raise Refused(400, 1043, "This record is read only: the product that made it manages it.")
    return record


def _described(record: Record) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        "content": record.content,
        "proxiable": record.type in dns_rules.PROXIABLE,
        "proxied": record.proxied,
        "ttl": record.ttl,
        "settings": record.settings,
        "meta": record.managed,
        "comment": record.comment,
        "tags": list(record.tags),
        "created_on": record.created,
        "modified_on": record.modified,
    }
    if record.priority is not None:
        described["priority"] = record.priority
    if record.data is not None:
        described["data"] = record.data
    return described


RECORDS = "/zones/<zone_id>/dns_records"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", RECORDS, "dns_records.list", list_records),
    ("POST", RECORDS, "dns_records.create", create),
    ("GET", f"{RECORDS}/<record_id>", "dns_records.get", get),
    ("PUT", f"{RECORDS}/<record_id>", "dns_records.update", update),
    ("PATCH", f"{RECORDS}/<record_id>", "dns_records.edit", edit),
    ("DELETE", f"{RECORDS}/<record_id>", "dns_records.delete", delete),
]
