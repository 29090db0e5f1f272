"""What an inspection of one domain tells, as plain values: printed, and written as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mta_sts.protocol.sender import SightPart
from mta_sts.protocol.sender_errors import Certificate

Severity = Literal["error", "warning", "unknown", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "unknown", "note")
"""The worst first."""
State = Literal["enforce", "testing", "none", "broken", "absent", "unknown", "no-domain"]
What = SightPart | Literal["name", "mx", "smtp", "reports", "caa"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    Attributes:
        code: names what it is; docs/reference.md has them all.
        severity: `error`: senders have no policy to use, or keep mail back; `warning`: they will,
            or would under `enforce`; `unknown`: it could not be looked at; `note`: nothing to mend.
        message: what was found, and the rule.
        advice: what to do.
    """

    code: str
    severity: Severity
    message: str
    advice: str


@dataclass(frozen=True)
class Seen:
    """One thing that was looked at.

    Attributes:
        what: which part of MTA-STS it is.
        at: when, UTC.
        source: who said so: a DNS server, a URL and the address it was fetched from, an MX host.
        found: what was seen, for people to read.
        findings: what is wrong with it.
    """

    what: What
    at: datetime
    source: str
    found: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ServedPolicy:
    """The policy that is served, where senders can use it.

    Attributes:
        mode: `testing`, `enforce` or `none`.
        mx: the patterns.
        max_age: seconds that a sender may keep it.
        id: the hash of the bytes served, as this project makes ids.
    """

    mode: str
    mx: tuple[str, ...]
    max_age: int
    id: str


@dataclass(frozen=True)
class Mx:
    """An MX host in DNS. `covered` is whether a pattern of the policy matches it (RFC 8461 4.1),
    None where there is no policy."""

    preference: int
    host: str
    covered: bool | None


@dataclass(frozen=True)
class Inspection:
    """One domain.

    Attributes:
        domain: in its one spelling; as it was given where it is no domain.
        state: `enforce`, `testing` and `none` are the mode of a policy that senders use; `broken`:
            there is something, and senders cannot use it; `absent`: no MTA-STS; `unknown`: it could
            not be looked up; `no-domain`: the name is none.
        seen: all that was looked at, in order.
        record_id: the id that the `_mta-sts` record names.
        policy: what is served.
        id_matches: whether that id is the hash of the bytes served. Others make ids as they like.
        certificate: of the policy's host, where a sender accepts it.
        mx: where mail goes, in order of preference.
        unused: patterns of the policy that match no MX host in DNS.
        rua: where TLS reports go (RFC 8460); empty where nobody sends any.
        issuers: who may issue a certificate for the policy's host (RFC 8659); None is anybody.
        seconds: what it took.
    """

    domain: str
    state: State
    seen: tuple[Seen, ...]
    record_id: str | None = None
    policy: ServedPolicy | None = None
    id_matches: bool | None = None
    certificate: Certificate | None = None
    mx: tuple[Mx, ...] = ()
    unused: tuple[str, ...] = ()
    rua: tuple[str, ...] = ()
    issuers: tuple[str, ...] | None = None
    seconds: float = 0.0

    @property
    def findings(self) -> Sequence[Finding]:
        """All that was found, the worst first, else in the order it was seen."""
        every = [finding for seen in self.seen for finding in seen.findings]
        return sorted(every, key=lambda finding: SEVERITIES.index(finding.severity))
