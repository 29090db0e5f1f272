"""What the stack's own state holds of our components."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pulumi

from mta_sts.hosts.recorded import (
    CLOUDFRONT,
    FILE,
    FILE_OF,
    SCRIPT,
    TENANT,
    Place,
    place_of,
)
from mta_sts.hosts.recorded_certificates import CERTIFICATE, SHARED, RecordedCertificates
from mta_sts.hosts.recorded_distributions import RecordedDistributions
from mta_sts.memory import Entry, Recorded
from mta_sts.protocol import Record, RecordError
from mta_sts.zones.recorded import RECORD_TYPES, RecordedZone, value_of

COMPONENT = "mta-sts:index:MtaSts"
OURS = "mta-sts:index:"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"

TXT = "-txt"
"""What follows the name of a component in that of the resource by which it announces."""

Outputs = Mapping[str, Any]


class RecordedRecord(NamedTuple):
    """A DNS record that the stack made."""

    zone: RecordedZone
    resource: str
    """The name of the resource that it is."""
    outputs: Outputs

    @property
    def value(self) -> str:
        return value_of(self.outputs)

    @property
    def name(self) -> str:
        return str(self.outputs["name"])

    def is_delegated_by(self, domain: str) -> bool:
        """Whether it announces `domain` in another zone than the domain's own."""
        return self.name != f"_mta-sts.{domain}"


class State:
    """The recorded outputs of our components and their children."""

    def __init__(self, resources: Mapping[str, Mapping[str, Any]]) -> None:
        self._memories: dict[str, Outputs] = {}
        self._records: dict[str, list[RecordedRecord]] = {}
        self._scripts: dict[str, str] = {}
        self._by_name: dict[tuple[str, str], Outputs] = {}
        self._components: dict[str, str] = {}
        self._announcing: dict[str, list[RecordedRecord]] = {}
        self.certificates = RecordedCertificates()
        self.distributions = RecordedDistributions()
        for urn, resource in resources.items():
            kind, name, outputs = resource["type"], urn.split("::", 3)[3], resource["outputs"]
            self.distributions.add(kind, name, outputs, is_ours=OURS in urn)
            if OURS not in urn:
                continue
            self._by_name[kind, name] = outputs
            if kind == COMPONENT and "memory" in outputs:
                self._memories[outputs["memory"]["domain"]] = outputs["memory"]
                self._components[outputs["memory"]["domain"]] = name
            if kind == SCRIPT:
                self._scripts[outputs["scriptName"]] = str(outputs["content"])
            if kind in RECORD_TYPES and "zoneId" in outputs:
                zone = RecordedZone(kind, str(outputs["zoneId"]))
                record = RecordedRecord(zone, name, outputs)
                self._records.setdefault(outputs["name"], []).append(record)
                if TXT in name:
                    called = name.rpartition(TXT)[0]
                    self._announcing.setdefault(called, []).append(record)
            if kind == CERTIFICATE:
                self.certificates.add(name, outputs)

    @property
    def domains(self) -> set[str]:
        """Every domain that is remembered, in this program or not any more."""
        return set(self._memories)

    def of(self, component: str, domain: str, zone: RecordedZone | None) -> Recorded:
        """What is held of `domain`; empty when it is new to the stack.

        Args:
            component: the name of its component.
            zone: the zone given, where it is known: while a domain moves, two have its records.
        """
        memory = self._memories.get(domain)
        record = _in_zone(self.announcements(domain, component), zone)
        tlsrpt = self._record(f"_smtp._tls.{domain}", zone)
        place = self.place_of(component, domain, zone)
        if place and place.target is None and record and record.is_delegated_by(domain):
            place = replace(place, target=self.target_of(f"mta-sts.{domain}"))
        return Recorded(
            entry=Entry.from_outputs(memory) if memory else None,
            announced_id=_id_in(record.value) if record else None,
            written=place.written if place else None,
            target=place.target if place else None,
            zone_id=record.zone.id if record else None,
            bucket=place.bucket if place else None,
            host=place.host if place else None,
            tlsrpt=tlsrpt.value if tlsrpt else None,
        )

    def place_of(
        self, component: str, domain: str, zone: RecordedZone | None = None
    ) -> Place | None:
        """Where the policy of `domain`, of the component called so, is served."""
        cname = self._record(f"mta-sts.{domain}", zone)
        return place_of(
            component,
            domain,
            cname.outputs if cname else None,
            self.outputs,
            self.script,
            self.distributions.endpoints,
        )

    def announcements(self, domain: str, component: str | None = None) -> list[RecordedRecord]:
        """The records that announce `domain`, one in each zone: those at `_mta-sts.<domain>`, and
        those that this name is a CNAME to (RFC 8461 8.2).

        Args:
            component: the name of its component, if it may be another than it was.
        """
        name = f"_mta-sts.{domain}"
        found = list(self._records.get(name, ()))
        for called in {component, self._components.get(domain)} - {None}:
            records = self._announcing.get(str(called), ())
            found += [each for each in records if each.name.startswith(f"{name}.")]
        return found

    def outputs(self, kind: str, name: str) -> Outputs | None:
        """The outputs of the resource of this type and name."""
        return self._by_name.get((kind, name))

    def has_left_cloudfront(self, component: str, host: str) -> bool:
        """Whether the policy went from CloudFront to `host`, and what served it is still there."""
        left = {CLOUDFRONT, TENANT} - {host}
        return len(left) > 1 and any(
            self.outputs(FILE, f"{component}-{FILE_OF[each]}") for each in left
        )

    def script(self, name: str) -> str:
        """The text of the Worker of this name; empty if there is none."""
        return self._scripts.get(name, "")

    def memory_of(self, domain: str) -> Recorded:
        """What is remembered of a domain, whatever its zone and host: it may be gone from the
        program."""
        if domain not in self._memories:
            return Recorded()
        entry = Entry.from_outputs(self._memories[domain])
        announced = {_id_in(each.value) for each in self.announcements(domain)}
        known = [each.announced.policy.id for each in (entry.after, entry.before) if each.announced]
        place = self.place_of(self._components[domain], domain)
        return Recorded(
            entry,
            next((each for each in known if each in announced), None),
            place.written if place else None,
        )

    def resource_in(self, kind: str, first: str, zone_id: pulumi.Input[str]) -> str:
        """What a record's resource of this type is called in a zone: as it is already, else
        `first`, unless that one is in another zone."""
        if isinstance(zone_id, pulumi.Output):
            return first
        outputs, further = self.outputs(kind, first), f"{first}-{zone_id}"
        is_elsewhere = outputs is not None and outputs["zoneId"] != zone_id
        return further if is_elsewhere or self.outputs(kind, further) else first

    def target_of(self, host_name: str) -> str | None:
        """The name of the distribution that serves this name, or is about to."""
        host = self.certificates.host_of(host_name)
        return self.distributions.target(host) if host else None

    def targets(self, host_name: str) -> list[str]:
        """What the CNAMEs of this name point to: one in each zone that has its records."""
        return [each.value.rstrip(".") for each in self._records.get(host_name, ())]

    def is_issued(self, host: str) -> bool:
        """Whether the certificate of the host whose parts are called so was issued."""
        certificate = self.outputs(CERTIFICATE, f"{host}{SHARED}")
        issued = self.outputs(VALIDATION, f"{host}-issued")
        return bool(certificate and issued and issued["certificateArn"] == certificate["arn"])

    def has_record(self, name: str) -> bool:
        """Whether the stack made a DNS record of this name."""
        return name in self._records

    def _record(self, name: str, zone: RecordedZone | None) -> RecordedRecord | None:
        """The record of this name: in `zone` if there is one, else in any."""
        return _in_zone(self._records.get(name, []), zone)


def _in_zone(found: Sequence[RecordedRecord], zone: RecordedZone | None) -> RecordedRecord | None:
    return next((each for each in found if each.zone == zone), found[0] if found else None)


def _id_in(record: str) -> str | None:
    try:
        return Record.parse(record).id
    except RecordError:
        return None
