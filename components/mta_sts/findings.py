"""What a review weighs, and what it finds: plain values, that anybody can make."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # a review asks nothing, and so needs no DNS library
    from mta_sts.protocol.resolve import CaaRecord, MailHost

Severity = Literal["error", "warning", "info"]

TESTING_PERIOD = 14 * 86400
"""Seconds that a domain is in testing before it goes to enforce (P4)."""
ACM_ISSUERS = frozenset({"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"})
"""The names by which CAA records allow AWS Certificate Manager."""
CLOUDFLARE_ISSUERS = frozenset({"letsencrypt.org", "pki.goog", "ssl.com", "sectigo.com"})
"""The names by which CAA records allow the authorities that Cloudflare uses."""


@dataclass(frozen=True)
class Finding:
    """One thing that a review has to say of a domain.

    Attributes:
        code: names the rule; the word to accept it by.
        severity: an error stops the preview and the update before anything is touched.
        message: what was found, and what to do. It does not name the domain.
    """

    code: str
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(frozen=True)
class NotAsked:
    """In place of what DNS or the host would have said: why it did not."""

    why: str


OFF = NotAsked("live look-ups are off")


@dataclass(frozen=True)
class LiveMx:
    """The MX hosts in DNS.

    Attributes:
        hosts: in order of preference; empty where the domain takes no mail, or does not exist.
        ttl: seconds that a resolver may keep them.
        implicit: there is no MX record, so that the domain is its own MX host (RFC 5321 5.1).
        null: there is the record that says that the domain takes no mail (RFC 7505 3).
    """

    hosts: "tuple[MailHost, ...]"
    ttl: int
    implicit: bool = False
    null: bool = False


@dataclass(frozen=True)
class Caa:
    """The CAA records that count for the certificate of the policy's host (RFC 8659 3).

    Attributes:
        where: whose they are, in words.
        records: at least one.
    """

    where: str
    records: "tuple[CaaRecord, ...]"


@dataclass(frozen=True)
class Wanted:
    """A DNS record that must be there, whoever makes it."""

    name: str
    type: str
    value: str


@dataclass(frozen=True)
class Absent:
    """A record that is not seen as it must be, and what is seen instead, in words."""

    wanted: Wanted
    found: str


@dataclass(frozen=True)
class Group:
    """The domains that share one certificate, and one distribution.

    Attributes:
        host: what the parts of that are called by.
        domains: those whose names are in the certificate of this run, in order of name, but for
            those that it waits for.
        changes: whether this run asks for a certificate with another list of names.
        lets_go: the domains that leave it in this run for another group of the host: that waits for
            the certificate, too.
        names: the names of all groups of the host, by what the parts of each are called by.
    """

    host: str
    domains: tuple[str, ...]
    changes: bool
    lets_go: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str | None:
        """Its name, where the host has more than one group."""
        return self.names.get(self.host) if len(self.names) > 1 else None

    def left_for_it(self, parts: str | None) -> str | None:
        """The name of the group, whose parts are called so, that a domain of this one leaves; None
        where it leaves none."""
        return None if parts in (None, self.host) else self.names.get(str(parts))


@dataclass(frozen=True)
class Observed:
    """What DNS and the host say of a domain now. That there is nothing is an answer: None, or an
    empty tuple.

    Attributes:
        mx: the MX hosts.
        record_id: the id in the `_mta-sts` record, None where a sender finds no record to use.
        served: the bytes of the policy file.
        rua: the addresses in the TLS reporting record, none where a sender finds no record to use.
        caa: the CAA records that count for the certificate, None where nothing limits it.
        delegated: the name servers that the parent delegates the domain's zone to.
        delegation_ttl: seconds that a resolver may keep that.
        zone_servers: those of the zone given; None where they are not known.
        left_servers: those of the zone that the records move out of; None where there is none.
        absent: of the records that were asked about, those that are not as they must be.
    """

    mx: LiveMx | NotAsked = OFF
    record_id: str | NotAsked | None = OFF
    served: bytes | NotAsked = OFF
    rua: tuple[str, ...] | NotAsked = OFF
    caa: Caa | NotAsked | None = OFF
    delegated: tuple[str, ...] | NotAsked = OFF
    delegation_ttl: int = 0
    zone_servers: tuple[str, ...] | None = None
    left_servers: tuple[str, ...] | None = None
    absent: tuple[Absent, ...] | NotAsked = OFF

    @property
    def is_delegated(self) -> bool:
        """Whether the parent is seen to delegate to the zone given; of one kept elsewhere, whether
        it delegates away from the zone that is left, to one with all the records."""
        if isinstance(self.delegated, NotAsked):
            return False
        if self.zone_servers is not None:
            return are_same(self.delegated, self.zone_servers)
        if self.left_servers is None or self.absent != ():
            return False
        return bool(self.delegated) and not are_same(self.delegated, self.left_servers)


def are_same(some: Iterable[str], others: Iterable[str]) -> bool:
    """Whether two lists of name servers have one in common."""
    one, other = ({name.rstrip(".").lower() for name in each} for each in (some, others))
    return bool(one & other)


@dataclass(frozen=True)
class Failure:
    """Sessions that failed alike: the result type of RFC 8460 4.3, and at which MX host."""

    result_type: str
    mx: str
    sessions: int


@dataclass(frozen=True)
class Reports:
    """What the TLS reports of a domain sum up to."""

    successful: int
    failures: tuple[Failure, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read of them, and why."""


@dataclass(frozen=True)
class Terms:
    """What a domain's user has settled.

    Attributes:
        testing_period: seconds of testing before enforce.
        accept: by the code of a finding, the reason why it is accepted.
        reports: whether this stack makes the TLS reporting record.
        tlsrpt: that record; None where it is not known.
        reports_at_home: whether all its addresses lie on the reported domain itself.
        zone_id: the zone that the records are to be in; None where that is not known.
        target: what the `mta-sts` CNAME is to point to, in words where it is yet to be made; None
            where that is not known to change.
        host: the word for the host that is to serve the policy; None where that is not known.
        protected: whether the last run protected what is to move.
        domain: the mail domain.
        zone_name: the name of the zone given; None where it is not known.
        leaves_zone: when the records in the zone that is left go; None where that is not known.
        issuers: the names by which CAA records allow the host's certificate authority.
        validation: the record by which the certificate for the domain is validated; None where it
            is not known, or where this run makes it.
        group: the domains that share that certificate; None where that is not known.
        owner: of a zone that is kept elsewhere, the records that its owner makes, as far as they
            are known; None of a zone of ours.
        recorded_group: what the parts of the host are called by that has the domain in its
            certificate by now; None where there is none.
        recorded_at: what the parts of the distribution are called by that its `mta-sts` CNAME
            points to; None where it points to none of this stack's.
    """

    testing_period: int = TESTING_PERIOD
    accept: Mapping[str, str] = field(default_factory=dict)
    reports: bool = False
    tlsrpt: str | None = None
    reports_at_home: bool = False
    zone_id: str | None = None
    target: str | None = None
    host: str | None = None
    protected: bool = False
    domain: str | None = None
    zone_name: str | None = None
    leaves_zone: datetime | None = None
    issuers: frozenset[str] = ACM_ISSUERS
    validation: Wanted | None = None
    group: Group | None = None
    owner: tuple[Wanted, ...] | None = None
    recorded_group: str | None = None
    recorded_at: str | None = None
