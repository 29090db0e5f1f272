"""What DNS says: the answer to each question, from the hosted zones and the zones above them.

The zones above are made up: the root, the top-level domains, cloudfront.net. Every host they
name is at 127.0.0.1. So are the name servers of both clouds, on one port: where both have a zone
of a name, a query to either's server is answered from the one that the parent delegates to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
from dns.name import Name
from dns.rdatatype import RdataType

from sandbox import delegation
from sandbox.aws import hosted
from sandbox.aws.backends import LOCK
from sandbox.loopback import HERE

IN = dns.rdataclass.IN
A, AAAA, ANY = dns.rdatatype.A, dns.rdatatype.AAAA, dns.rdatatype.ANY
CNAME, NS, SOA = dns.rdatatype.CNAME, dns.rdatatype.NS, dns.rdatatype.SOA

LONGEST_CHASE = 8
PARENT_SERVER = "a.gtld-servers.net."

Labels = tuple[bytes, ...]
"""A name's labels: much faster to look up than a dns.name.Name."""

ROOT: Labels = (b"",)
CLOUDFRONT: Labels = (b"cloudfront", b"net", b"")


@dataclass
class Zone:
    """The records of one zone: by name and type, and the aliases of Route 53."""

    name: Labels
    sets: dict[Labels, dict[RdataType, dns.rdataset.Rdataset]] = field(default_factory=dict)
    aliases: dict[tuple[Labels, RdataType], Name] = field(default_factory=dict)
    nodes: set[Labels] = field(default_factory=set)
    """The names that exist, the empty non-terminals among them (RFC 8020)."""

    def add(self, name: Labels, rdtype: RdataType, ttl: int, values: list[str]) -> None:
        rdataset = dns.rdataset.from_text_list(
            IN, rdtype, ttl, values, origin=dns.name.root, relativize=False
        )
        self.sets.setdefault(name, {})[rdtype] = rdataset
        self._exists(name)

    def alias(self, name: Labels, rdtype: RdataType, target: Name) -> None:
        self.aliases[name, rdtype] = target
        self._exists(name)

    def _exists(self, name: Labels) -> None:
        for ancestor in climb(name):
            self.nodes.add(ancestor)
            if ancestor == self.name:
                return

    @property
    def soa(self) -> dns.rrset.RRset:
        """The SOA as the authority of a negative answer (RFC 2308 section 5)."""
        rdataset = self.sets[self.name][SOA]
        ttl = min(rdataset.ttl, rdataset[0].minimum)
        return dns.rrset.from_rdata_list(Name(self.name), ttl, list(rdataset))


@dataclass
class Answer:
    """A response, before it is a message."""

    rcode: dns.rcode.Rcode = dns.rcode.NOERROR
    authoritative: bool = True
    answer: list[dns.rrset.RRset] = field(default_factory=list)
    authority: list[dns.rrset.RRset] = field(default_factory=list)


Zones = Mapping[Labels, Zone]


def labels(text: str | Name) -> Labels:
    """A name as it is kept here: its labels in lower case, the empty one of the root last."""
    name = dns.name.from_text(text) if isinstance(text, str) else text
    return name.canonicalize().labels


def climb(name: Labels) -> Iterator[Labels]:
    """The name and its ancestors, the root last."""
    return (name[start:] for start in range(len(name)))


def snapshot() -> Zones:
    """All zones as they are now, for `answer`."""
    with LOCK:
        return _zones()


def answer(name: Name, rdtype: RdataType, as_of: Zones | None = None) -> Answer:
    """The answer to one question, CNAMEs followed; of zones as they were, if these are given."""
    response = Answer()
    with LOCK:
        zones = _zones() if as_of is None else as_of
        for _ in range(LONGEST_CHASE):
            target = _step(zones, labels(name), rdtype, response)
            if target is None:
                return response
            name = target
    response.rcode = dns.rcode.SERVFAIL
    return response


def _step(zones: Zones, name: Labels, rdtype: RdataType, response: Answer) -> Name | None:
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
        target: Name = sets[CNAME][0].target
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


def _referral(zone: Zone, name: Labels) -> dns.rrset.RRset | None:
    """The NS records of a part of the zone that is delegated to somebody else."""
    for ancestor in climb(name):
        if ancestor == zone.name:
            return None
        delegation = zone.sets.get(ancestor, {}).get(NS)
        if delegation:
            return _named(ancestor, delegation)
    return None


def _source(zone: Zone, name: Labels) -> Labels | None:
    """Where the records for a name are: itself, or the wildcard of RFC 4592 section 3.3.1."""
    if name in zone.nodes:
        return name
    encloser = next(ancestor for ancestor in climb(name) if ancestor in zone.nodes)
    wildcard = (b"*", *encloser)
    return wildcard if wildcard in zone.nodes else None


def _named(name: Labels, rdataset: dns.rdataset.Rdataset) -> dns.rrset.RRset:
    return dns.rrset.from_rdata_list(Name(name), rdataset.ttl, list(rdataset))


@dataclass
class _Kept:
    """The zones as of one version of the state, and each hosted zone as of its own."""

    version: object = None
    zones: dict[Labels, Zone] = field(default_factory=dict)
    hosted: dict[str, tuple[object, Zone]] = field(default_factory=dict)


_kept = _Kept()


def _zones() -> dict[Labels, Zone]:
    """Every zone by its name."""
    version = delegation.version()
    if _kept.version != version:
        found: dict[Labels, Zone] = {}
        for data, ttl in delegation.delegated():
            zone = _hosted_zone(data)
            found[zone.name] = zone if ttl is None else _delegated_for(zone, ttl)
        servers = {PARENT_SERVER, *delegation.servers()}
        _kept.zones = {**_parents([*found], servers), **found}
        _kept.version = version
    return _kept.zones


def _delegated_for(zone: Zone, ttl: int) -> Zone:
    """The zone with that TTL on the NS records of its name, which are the parent's too."""
    at_apex = dict(zone.sets[zone.name])
    at_apex[NS] = dns.rdataset.from_rdata_list(ttl, list(at_apex[NS]))
    return replace(zone, sets={**zone.sets, zone.name: at_apex})


def _hosted_zone(data: delegation.Hosted) -> Zone:
    version, zone = _kept.hosted.get(data.id, (None, None))
    if zone is None or version is not data.version:
        zone = Zone(labels(data.name))
        for record in data.records():
            rdtype = dns.rdatatype.from_text(record.type)
            if record.alias:
                zone.alias(labels(record.name), rdtype, dns.name.from_text(record.alias))
            else:
                zone.add(labels(record.name), rdtype, record.ttl, record.values)
        _kept.hosted[data.id] = data.version, zone
    return zone


def _parents(children: list[Labels], servers: set[str]) -> dict[Labels, Zone]:
    """The zones above these, which know where the servers and the distributions are."""
    hosts = [labels(server) for server in servers]
    tops = {name[-2:] for name in [*hosts, *children]}
    zones = {name: _parent(name) for name in (ROOT, CLOUDFRONT, *tops)}
    for host in hosts:
        zones[host[-2:]].add(host, A, 172800, [HERE])
    for distribution in hosted.distribution_hosts():
        zones[CLOUDFRONT].add(labels(distribution), A, 60, [HERE])
    return zones


def _parent(name: Labels) -> Zone:
    zone = Zone(name)
    zone.add(name, SOA, 900, [f"{PARENT_SERVER} nobody.invalid. 1 1800 900 604800 900"])
    zone.add(name, NS, 172800, [PARENT_SERVER])
    return zone
