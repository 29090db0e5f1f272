"""The one domain that a review is about, seen as its rules ask about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from mta_sts.findings import Absent, Caa, LiveMx, NotAsked, Observed, Reports, Severity, Terms
from mta_sts.limits import LONGEST_RUN
from mta_sts.memory import Announced, Memory, Recorded
from mta_sts.protocol.policy import Policy, policy_id
from mta_sts.takeover import was_brought_in

T = TypeVar("T")

Said = tuple[Severity, str] | None
"""What a rule has to say: how bad it is, and the message."""


class UnaskedError(Exception):
    """A rule needs what could not be asked. The review goes on without it, and says so."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why)
        self.what = what
        self.why = why


@dataclass(frozen=True)
class Case:
    """What was, what is to be, and what is seen. Reading what was not asked raises UnaskedError."""

    recorded: Recorded
    policy: Policy
    """The policy of this run."""
    observed: Observed
    reports: Reports | None
    terms: Terms
    now: datetime

    @cached_property
    def memory(self) -> Memory:
        return self.recorded.memory(self.now)

    @property
    def announced(self) -> Announced | None:
        return self.memory.announced

    @property
    def before(self) -> Policy | None:
        """The policy announced when this run begins."""
        return self.announced.policy if self.announced else None

    @property
    def mode_before(self) -> str | None:
        return self.before.mode if self.before else None

    @property
    def changes(self) -> bool:
        """Whether this run writes or announces another policy, or in another zone, or serves it on
        another host."""
        another_place = self.changes_zone or self.moves_to_another_kind or bool(self.leaves_group)
        return self.before != self.policy or self.goes_back or another_place or self.takes_over

    @property
    def takes_over(self) -> bool:
        """Whether this run announces the first policy of this stack in place of another's."""
        return self.recorded.live is not None or was_brought_in(self.recorded)

    @property
    def changes_zone(self) -> bool:
        """Whether the records are to be in another zone."""
        old, new = self.recorded.zone_id, self.terms.zone_id
        return old is not None and new is not None and old != new

    @property
    def changes_reports(self) -> bool:
        """Whether this run makes, changes or deletes the TLS reporting record."""
        if self.terms.owner is not None:
            return False  # that record is the owner's
        before, after = self.recorded.tlsrpt, self.terms.tlsrpt
        changed = before is not None and after is not None and before != after
        return changed or self.terms.reports != (before is not None)

    @property
    def goes_back(self) -> bool:
        """Whether the announced policy is to be served again in place of one that never was
        announced."""
        written = self.recorded.written_id
        is_written = written not in (None, self.recorded.announced_id, self.policy.id)
        return self.before == self.policy and (is_written or self.is_served_unknown)

    @property
    def is_served_unknown(self) -> bool:
        """Whether the policy is served that the last run was to announce, though the state does
        not know that it was written: the answer to that call was lost."""
        planned, served = self.recorded.unfinished, self.observed.served
        return (
            planned is not None
            and planned.id != self.recorded.written_id
            and isinstance(served, bytes)
            and policy_id(served) == planned.id
        )

    @property
    def moves(self) -> bool:
        """Whether the `mta-sts` CNAME is to point elsewhere."""
        old, new = self.recorded.target, self.terms.target
        return old is not None and new is not None and old != new

    @property
    def moves_to_another_kind(self) -> bool:
        """Whether another kind of host is to serve the policy."""
        old, new = self.recorded.host, self.terms.host
        return None not in (old, new, self.recorded.target) and old != new

    @property
    def leaves_group(self) -> str | None:
        """The group that the domain leaves for another of the same host; None where it stays."""
        group = self.terms.group
        return group.left_for_it(self.terms.recorded_at) if group else None

    @property
    def superseded(self) -> list[tuple[Policy, datetime]]:
        """The enforce policies before the one of this run that senders may still hold, and until
        when."""
        held = self.memory.after(self.policy, self.now).superseded
        return [(each.policy, each.until) for each in held if self.now < each.until]

    def allows(self, host: str) -> bool:
        """Whether senders with this run's policy take `host` as an MX."""
        return self.policy.mode == "none" or self.policy.matches(host)

    @property
    def mx(self) -> LiveMx:
        return _asked("MX records", self.observed.mx)

    @property
    def hosts(self) -> list[str]:
        """The MX hosts in DNS."""
        return list(dict.fromkeys(found.host for found in self.mx.hosts))

    @property
    def rua(self) -> tuple[str, ...]:
        return _asked("TLS reporting record", self.observed.rua)

    @property
    def caa(self) -> Caa | None:
        return _asked("CAA records", self.observed.caa)

    @property
    def absent(self) -> tuple[Absent, ...]:
        return _asked("CNAMEs that others keep", self.observed.absent)

    @property
    def delegated(self) -> tuple[str, ...]:
        return _asked("delegation of the zone", self.observed.delegated)


def _asked(what: str, seen: T | NotAsked) -> T:
    if isinstance(seen, NotAsked):
        raise UnaskedError(what, seen.why)
    return seen


def in_force_until(memory: Memory, now: datetime) -> datetime | None:
    """Until when senders may hold an enforce policy; None where none can (P6).

    While one is announced this moves with `now`.
    """
    announced = memory.announced
    if announced and announced.policy.mode == "enforce":
        ended = now
    elif memory.last_enforced:
        ended = memory.last_enforced
    else:
        return None
    until = ended + timedelta(seconds=memory.longest_enforced + LONGEST_RUN)
    return until if now < until else None
