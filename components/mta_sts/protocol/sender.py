"""What a sending mail server sees when it looks at a domain (RFC 8461 3 and 5).

sight = await look("example.com", Vantage())
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mta_sts.protocol.errors import PolicyError, RecordError
from mta_sts.protocol.fetch import Fetched, fetch, fetch_from
from mta_sts.protocol.names import host_name
from mta_sts.protocol.policy import Policy, policy_id, policy_url
from mta_sts.protocol.record import Record
from mta_sts.protocol.resolve import (
    AddressAnswer,
    CaaAnswer,
    CaaRecord,
    Delegation,
    MailHost,
    MxAnswer,
    TxtAnswer,
    addresses,
    caa,
    cname,
    delegation,
    mx,
    txt,
)
from mta_sts.protocol.sender_errors import Certificate, DnsError, FetchError, SenderError
from mta_sts.protocol.vantage import Vantage, VantageError

__all__ = [
    "AddressAnswer",
    "CaaAnswer",
    "CaaRecord",
    "Delegation",
    "DnsError",
    "FetchError",
    "Fetched",
    "MailHost",
    "MxAnswer",
    "Observation",
    "SenderError",
    "Sight",
    "SightError",
    "SightPart",
    "TxtAnswer",
    "Vantage",
    "VantageError",
    "addresses",
    "caa",
    "cname",
    "delegation",
    "fetch",
    "look",
    "mx",
    "policy_url",
    "txt",
]


_SHOWN = 5  # of many
_SHOWN_TEXT = 200  # characters of a TXT record

SightPart = Literal["record", "address", "certificate", "https", "policy", "id"]
SightError = SenderError | RecordError | PolicyError


@dataclass(frozen=True)
class Observation:
    """One thing a sender saw.

    Attributes:
        what: which part of MTA-STS it is.
        at: when, by the vantage's clock, UTC.
        source: who said so: a DNS server, or a URL and the address it was fetched from.
        found: what was seen, for people to read.
        error: what is wrong with it for a sender, or None.
    """

    what: SightPart
    at: datetime
    source: str
    found: str
    error: SightError | None = None


@dataclass(frozen=True)
class Sight:
    """All that a sender saw of a domain.

    Attributes:
        domain: in its one spelling.
        observations: in the order they were made.
        record: the `_mta-sts` record, if there is one to use.
        policy: the policy served, if there is one to use.
        body: the bytes served, if any came.
        certificate: of the policy's host, where a sender accepts it.
        id_matches: whether the record's id is the hash of the bytes served, as it is where this
            project serves them; others make ids as they like. None where either is missing.
        error: the first thing that keeps a sender from using a policy, or None.
    """

    domain: str
    observations: tuple[Observation, ...]
    record: Record | None
    policy: Policy | None
    body: bytes | None
    certificate: Certificate | None
    id_matches: bool | None
    error: SightError | None


async def look(domain: str, vantage: Vantage) -> Sight:
    """Look at `domain` as a sender does, but go on where a sender would stop.

    Never raises for what the other side does: that is in the sight.

    Raises:
        HostNameError: `domain` is no domain.
        VantageError: the CA file cannot be read.
    """
    view = _View(host_name(domain), vantage)
    await view.see_record()
    await view.see_policy()
    view.see_id()
    return Sight(
        domain=view.domain,
        observations=tuple(view.observations),
        record=view.record,
        policy=view.policy,
        body=view.body,
        certificate=view.certificate,
        id_matches=view.id_matches,
        error=view.error,
    )


class _View:
    """A sight in the making."""

    def __init__(self, domain: str, vantage: Vantage) -> None:
        self.domain = domain
        self.vantage = vantage
        self.observations: list[Observation] = []
        self.record: Record | None = None
        self.policy: Policy | None = None
        self.body: bytes | None = None
        self.certificate: Certificate | None = None
        self.id_matches: bool | None = None
        self.error: SightError | None = None

    def note(
        self,
        what: SightPart,
        source: str,
        found: str,
        error: SightError | None = None,
    ) -> None:
        self.error = self.error or error
        self.observations.append(Observation(what, self.vantage.clock(), source, found, error))

    async def see_record(self) -> None:
        name = f"_mta-sts.{self.domain}"
        try:
            answer = await txt(name, self.vantage)
        except DnsError as error:
            self.note("record", "DNS", "no answer", error)
            return
        found = (
            _some([f"{text[:_SHOWN_TEXT]!r}" for text in answer.texts])
            or f"no TXT record at {name}"
        )
        try:
            self.record = Record.select(answer.texts)
        except RecordError as error:
            self.note("record", answer.source, found, error)
        else:
            self.note("record", answer.source, self.record.render())

    async def see_policy(self) -> None:
        url = policy_url(self.domain)
        try:
            host = await addresses(f"mta-sts.{self.domain}", self.vantage)
        except DnsError as error:
            self.note("address", "DNS", "no answer", error)
            return
        if host.addresses:
            self.note("address", host.source, ", ".join(host.addresses))
        try:
            fetched = await fetch_from(host, self.vantage)
        except FetchError as error:
            source = host.source if error.what == "address" else url
            if error.certificate is not None:
                source = f"{url} at {error.address}"
                self.see_certificate(source, error.certificate)
            self.note(error.what, source, error.found, error)
            return
        self.see_body(fetched)

    def see_certificate(self, source: str, certificate: Certificate) -> None:
        self.certificate = certificate
        until = f"{certificate.not_after:%Y-%m-%d}"
        found = f"{_some(certificate.names)}, by {certificate.issuer}, until {until}"
        self.note("certificate", source, found)

    def see_body(self, fetched: Fetched) -> None:
        source = f"{fetched.url} at {fetched.address}"
        self.see_certificate(source, fetched.certificate)
        self.body = fetched.body
        size = f"{len(self.body)} bytes of {fetched.content_type} in {fetched.seconds:.2f} s"
        self.note("https", source, size)
        try:
            self.policy = Policy.parse(self.body)
        except PolicyError as error:
            self.note("policy", source, "no policy", error)
        else:
            patterns = _some(self.policy.mx)
            summary = f"{self.policy.mode}; {patterns}; max_age {self.policy.max_age}"
            self.note("policy", source, summary)

    def see_id(self) -> None:
        if self.record is None or self.body is None:
            return
        served = policy_id(self.body)
        self.id_matches = self.record.id == served
        says = "the hash" if self.id_matches else f"not the hash, which is {served},"
        self.note("id", f"_mta-sts.{self.domain}", f"{self.record.id} is {says} of what is served")


def _some(texts: Sequence[str]) -> str:
    """The first few, and how many more: others may have put thousands there."""
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
