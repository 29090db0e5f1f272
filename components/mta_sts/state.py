"""What the stack's own state holds of our components."""

from collections.abc import Mapping
from typing import Any

import pulumi

from mta_sts.memory import Entry, Recorded
from mta_sts.protocol import Record, RecordError
from mta_sts.zones import ZoneModule

COMPONENT = "mta-sts:index:MtaSts"
OURS = "mta-sts:index:"
CERTIFICATE = "aws:acm/certificate:Certificate"

Outputs = Mapping[str, Any]


class State:
    """The recorded outputs of our components and their children."""

    def __init__(self, resources: Mapping[str, Mapping[str, Any]]) -> None:
        self._memories: dict[str, Outputs] = {}
        self._by_value: dict[tuple[str, str], Outputs] = {}
        self._by_name: dict[tuple[str, str], Outputs] = {}
        for urn, resource in resources.items():
            if OURS not in urn:
                continue
            kind, outputs = resource["type"], resource["outputs"]
            if kind == COMPONENT and "memory" in outputs:
                self._memories[outputs["memory"]["domain"]] = outputs["memory"]
            self._by_name[kind, urn.split("::", 3)[3]] = outputs
            for key in ("name", "key"):
                if key in outputs:
                    self._by_value[kind, outputs[key]] = outputs

    @property
    def domains(self) -> set[str]:
        """Every domain that is remembered, in this program or not any more."""
        return set(self._memories)

    def of(self, domain: str, zone: ZoneModule, file_type: str, file_key: str) -> Recorded:
        """What is held of `domain`; empty when it is new to the stack."""
        memory = self._memories.get(domain)
        record = self._by_value.get((zone.RECORD_TYPE, f"_mta-sts.{domain}"))
        cname = self._by_value.get((zone.RECORD_TYPE, f"mta-sts.{domain}"))
        tlsrpt = self._by_value.get((zone.RECORD_TYPE, f"_smtp._tls.{domain}"))
        file = self._by_value.get((file_type, file_key))
        return Recorded(
            entry=Entry.from_outputs(memory) if memory else None,
            announced_id=_id_in(zone.value_of(record)) if record else None,
            written=str(file["content"]) if file else None,
            target=zone.value_of(cname) if cname else None,
            zone_id=str(record["zoneId"]) if record else None,
            bucket=str(file["bucket"]) if file else None,
            tlsrpt=zone.value_of(tlsrpt) if tlsrpt else None,
        )

    def memory_of(self, domain: str) -> Recorded:
        """What is remembered of a domain, whatever its zone and host: it may be gone from the
        program."""
        if domain not in self._memories:
            return Recorded()
        entry = Entry.from_outputs(self._memories[domain])
        named = [
            str(each) for (_, key), each in self._by_value.items() if key == f"_mta-sts.{domain}"
        ]
        known = [each.announced.policy.id for each in (entry.after, entry.before) if each.announced]
        found = (each for each in known if any(f"id={each};" in record for record in named))
        return Recorded(entry, next(found, None))

    def is_elsewhere(self, kind: str, name: str, zone_id: pulumi.Input[str]) -> bool:
        """Whether the record resource called so is recorded in another zone than this one."""
        outputs = self._by_name.get((kind, name))
        known = not isinstance(zone_id, pulumi.Output)
        return known and outputs is not None and outputs["zoneId"] != zone_id

    def names_in(self, certificate: str) -> list[str] | None:
        """The names in the certificate resource called so, sorted; None if there is none."""
        outputs = self._by_name.get((CERTIFICATE, certificate))
        return sorted(outputs["subjectAlternativeNames"]) if outputs else None


def _id_in(record: str) -> str | None:
    try:
        return Record.parse(record).id
    except RecordError:
        return None
