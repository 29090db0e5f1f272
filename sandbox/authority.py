"""What DNS says: the answer to each question, from the hosted zones and the zones above them.

The zones above are made up: the root, the top-level domains, cloudfront.net. Every host they
name is at 127.0.0.1.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdatatype import RdataType

from sandbox.aws import hosted
from sandbox.aws.backends import LOCK

IN = dns.rdataclass.IN
A, AAAA, ANY = dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.ANY
CNAME, NS, SOA = dns.rdatatype.CNAME, dns.rdatatype.NS, dns.rdatatype.SOA

LOOPBACK = "127.0.0.1"
LONGEST_CHASE = 8
WILDCARD = dns.name.from_text("*", origin=None)
PARENT_SERVER = dns.name.from_text("a.gtld-servers.net.")
CLOUDFRONT = dns.name.from_text("cloudfront.net.")


@dataclass
class Zone:
    """The records of one zone: by name and type, and the aliases of Route 53."""

    name: Name
    sets: dict[Name, dict[RdataType, dns.rdataset.Rdataset]] = field(default_factory=dict)
    aliases: dict[tuple[Name, RdataType], Name] = field(default_factory=dict)
    nodes: set[Name] = field(default_factory=set)

    def add(self, name: Name, rdtype: RdataType, ttl: int, values: list[str]) -> None:
        rdataset = dns.rdataset.from_text_list(
            IN, rdtype, ttl, values, origin=dns.name.root, relativize=False
        )
        self.sets.setdefault(name, {})[rdtype] = rdataset
        self._exists(name)

    def alias(self, name: Name, rdtype: RdataType, target: Name) -> None:
        self.aliases[name, rdtype] = target
        self.sets.setdefault(name, {})
        self._exists(name)

    def _exists(self, name: Name) -> None:
        """The name exists, and so do the empty non-terminals above it (RFC 8020)."""
        for ancestor in climb(name):
            self.nodes.add(ancestor)
            if ancestor == self.name:
                return

    @property
    def soa(self) -> dns.rrset.RRset:
        """The SOA as the authority of a negative answer (RFC 2308 section 5)."""
        rdataset = self.sets[self.name][SOA]
        ttl = min(rdataset.ttl, rdataset[0].minimum)
        return dns.rrset.from_rdata_list(self.name, ttl, list(rdataset))


@dataclass
class Answer:
    """A response, before it is a message."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    authoritative: bool = True
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)


def climb(name: Name) -> Iterator[Name]:
    """The name and its ancestors, the root last."""
    yield name
    while name != dns.name.root:
        name = name.parent()
        yield name


def answer(name: Name, rdtype: RdataType) -> Answer:
    """The answer to one question, CNAMEs followed."""
    response = Answer()
    name = name.canonicalize()
    with LOCK:
        zones = _zones()
        for _ in range(LONGEST_CHASE):
            target = _step(zones, name, rdtype, response)
            if target is None:
                return response
            name = target
    response.rcode = dns.rcode.SERVFAIL
    return response


def _step(zones: dict[Name, Zone], name: Name, rdtype: RdataType, response: Answer) -> Name | None:
    """Add what the closest zone says of a name; the name to go on with, after a CNAME."""
    zone = next(zones[ancestor] for ancestor in climb(name) if ancestor in zones)
    if referral := _referral(zone, name):
        response.authority.append(referral)
        response.authoritative = bool(response.answer)
        return None
    source = _source(zone, name)
    if source is None:
        response.rcode = dns.rcode.NXDOMAIN
        response.authority.append(zone.soa)
        return None
    sets = zone.sets.get(source, {})
    if CNAME in sets and rdtype not in (CNAME, ANY):
        response.answer.append(_named(name, sets[CNAME]))
        target: Name = sets[CNAME][0].target.canonicalize()
        return target
    if alias := zone.aliases.get((source, rdtype)):
        aliased = answer(alias, rdtype).answer
        found = [rrset.to_rdataset() for rrset in aliased if rrset.rdtype == rdtype]
    else:
        found = [rdataset for kind, rdataset in sets.items() if rdtype in (kind, ANY)]
    response.answer.extend(_named(name, rdataset) for rdataset in found)
    if not found:
        response.authority.append(zone.soa)
    return None


def _referral(zone: Zone, name: Name) -> dns.rrset.RRset | None:
    """The NS records of a part of the zone that is delegated to somebody else."""
    for ancestor in climb(name):
        if ancestor == zone.name:
            return None
        delegation = zone.sets.get(ancestor, {}).get(NS)
        if delegation:
            return _named(ancestor, delegation)
    return None


def _source(zone: Zone, name: Name) -> Name | None:
    """Where the records for a name are: itself, or the wildcard of RFC 4592 section 3.3.1."""
    if name in zone.nodes:
        return name
    encloser = next(ancestor for ancestor in climb(name) if ancestor in zone.nodes)
    wildcard = WILDCARD.concatenate(encloser)
    return wildcard if wildcard in zone.nodes else None


def _named(name: Name, rdataset: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(name, rdataset.ttl, list(rdataset))


_hosted: dict[str, tuple[object, Zone]] = {}


def _zones() -> dict[Name, Zone]:
    """Every zone by its name."""
    found: dict[Name, Zone] = {}
    for data in hosted.zones():
        version, zone = _hosted.get(data.id, (None, None))
        if zone is None or version is not data.version:
            zone = _hosted_zone(data)
            _hosted[data.id] = data.version, zone
        found.setdefault(zone.name, zone)
    return {**_parents(found), **found}


def _hosted_zone(data: hosted.Zone) -> Zone:
    zone = Zone(dns.name.from_text(data.name))
    for record in data.records():
        name = dns.name.from_text(record.name).canonicalize()
        rdtype = dns.rdatatype.from_text(record.type)
        if record.alias:
            zone.alias(name, rdtype, dns.name.from_text(record.alias).canonicalize())
        else:
            zone.add(name, rdtype, record.ttl, record.values)
    return zone


def _parents(children: dict[Name, Zone]) -> dict[Name, Zone]:
    """The zones above: made anew for each question, as they are small and follow the others."""
    servers = {PARENT_SERVER}
    for zone in children.values():
        servers |= {rdata.target for rdata in zone.sets[zone.name][NS]}
    zones = {dns.name.root: _parent(dns.name.root), CLOUDFRONT: _parent(CLOUDFRONT)}
    for name in [*servers, *children]:
        top = Name(name.labels[-2:])
        if top not in zones:
            zones[top] = _parent(top)
    for server in servers:
        zones[Name(server.labels[-2:])].add(server, A, 172800, [LOOPBACK])
    for host in hosted.distribution_hosts():
        zones[CLOUDFRONT].add(dns.name.from_text(host), A, 60, [LOOPBACK])
    return zones


def _parent(name: Name) -> Zone:
    zone = Zone(name)
    server = PARENT_SERVER.to_text()
    zone.add(name, SOA, 900, [f"{server} nobody.invalid. 1 1800 900 604800 900"])
    zone.add(name, NS, 172800, [server])
    return zone
