"""What the last run recorded about a domain, and what this run will record (P4, P6).

Everything is a function of the stack's recorded state and of now: there is no resource to keep
it. What was announced is read from the record's own recorded output, not from the arguments,
because after a failure or under `--target` the two differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mta_sts.limits import LONGEST_RUN
from mta_sts.protocol import Policy
from mta_sts.protocol.policy import policy_id


@dataclass(frozen=True)
class Announced:
    """A policy that the `_mta-sts` record names."""

    policy: Policy
    since: datetime
    """When this policy was announced."""
    mode_since: datetime
    """When its mode was first announced without another in between: a changed mx or max_age does
    not start it again."""


@dataclass(frozen=True)
class Superseded:
    """An enforce policy that another has replaced."""

    policy: Policy
    until: datetime
    """Until when a sender that fetched it may hold it."""


@dataclass(frozen=True)
class Memory:
    """The history of one domain, as far as its safety rests on it."""

    announced: Announced | None = None
    longest_enforced: int = 0
    """The longest max_age ever announced under `enforce`, in seconds; 0 when none was."""
    last_enforced: datetime | None = None
    """When an `enforce` policy stopped being the announced one; None while one is, and before."""
    superseded: tuple[Superseded, ...] = ()
    """The enforce policies that senders may still hold, the oldest first; of two that name the same
    mx only the one that is held longer."""

    def after(self, policy: Policy, now: datetime) -> "Memory":
        """The memory once the record names this policy; itself when it named it before."""
        before = self.announced
        if before and before.policy == policy:
            return self
        same_mode = before is not None and before.policy.mode == policy.mode
        enforced_before = before is not None and before.policy.mode == "enforce"
        enforced = policy.mode == "enforce"
        return Memory(
            announced=Announced(
                policy=policy,
                since=now,
                mode_since=before.mode_since if before and same_mode else now,
            ),
            longest_enforced=max(self.longest_enforced, policy.max_age if enforced else 0),
            last_enforced=(None if enforced else now if enforced_before else self.last_enforced),
            superseded=self._superseded(now),
        )

    def served(self, policy: Policy, now: datetime) -> "Memory":
        """The memory when this enforce policy is served, and was never announced: senders that
        first come meanwhile hold it all the same."""
        is_enforced = self.announced is not None and self.announced.policy.mode == "enforce"
        return replace(
            self,
            longest_enforced=max(self.longest_enforced, policy.max_age),
            last_enforced=None if is_enforced else now,
            superseded=self._with(policy, now),
        )

    def _superseded(self, now: datetime) -> tuple[Superseded, ...]:
        """The enforce policies that senders may hold once the announced one is replaced, too."""
        return self._with(self.announced.policy if self.announced else None, now)

    def _with(self, ends: Policy | None, now: datetime) -> tuple[Superseded, ...]:
        """The enforce policies that senders may hold once nobody is served this one any more."""
        held = [each for each in self.superseded if now < each.until]
        if ends and ends.mode == "enforce":
            seconds = ends.max_age + LONGEST_RUN
            held.append(Superseded(ends, now + timedelta(seconds=seconds)))
        longest: dict[tuple[str, ...], Superseded] = {}
        for each in sorted(held, key=lambda superseded: superseded.until):
            longest[each.policy.mx] = each
        return tuple(sorted(longest.values(), key=lambda superseded: superseded.until))

    def without_record(self, now: datetime) -> "Memory":
        """The memory when the record turns out to be gone."""
        enforced = self.announced is not None and self.announced.policy.mode == "enforce"
        ended = now if enforced else self.last_enforced
        return replace(self, announced=None, last_enforced=ended, superseded=self._superseded(now))

    def to_outputs(self) -> dict[str, Any]:
        """The memory as plain values."""
        outputs: dict[str, Any] = {"longestEnforced": self.longest_enforced}
        if self.announced:
            outputs["announced"] = {
                "id": self.announced.policy.id,
                "mode": self.announced.policy.mode,
                "policy": _text(self.announced.policy),
                "since": self.announced.since.isoformat(),
                "modeSince": self.announced.mode_since.isoformat(),
            }
        if self.last_enforced:
            outputs["lastEnforced"] = self.last_enforced.isoformat()
        if self.superseded:
            outputs["superseded"] = [
                {"policy": _text(each.policy), "until": each.until.isoformat()}
                for each in self.superseded
            ]
        return outputs

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> "Memory":
        """The memory that `to_outputs` gave."""
        announced = outputs.get("announced")
        last_enforced = outputs.get("lastEnforced")
        return cls(
            announced=Announced(
                policy=_parsed(announced["policy"]),
                since=datetime.fromisoformat(announced["since"]),
                mode_since=datetime.fromisoformat(announced["modeSince"]),
            )
            if announced
            else None,
            longest_enforced=int(outputs["longestEnforced"]),
            last_enforced=datetime.fromisoformat(last_enforced) if last_enforced else None,
            superseded=tuple(
                Superseded(_parsed(each["policy"]), datetime.fromisoformat(each["until"]))
                for each in outputs.get("superseded", ())
            ),
        )


@dataclass(frozen=True)
class Leaving:
    """The end of the records in a zone that nobody is sent to any more."""

    zone: str
    """The zone's id."""
    until: datetime
    """Until when a resolver may hold the old delegation."""
    lifted: bool
    """Whether the records are unprotected in the state, so that they can be deleted."""


@dataclass(frozen=True)
class Entry:
    """What a run writes down before it announces anything: the memory as it is once the record
    names the new policy, and as it is until then. Which of the two holds, the record tells.

    It is written first, because the engine drops a changed component's outputs until they are
    registered anew, and nothing is registered after a failure.
    """

    after: Memory
    before: Memory
    released: str | None = None
    """Why the domain may be removed though its enforce policy may be held, if its user says so."""
    moved: tuple[str, str] | None = None
    """Where the domain was when its move was accepted, and why: the protection is lifted for as
    long as it is still there."""
    leaving: Leaving | None = None
    """Of a domain whose records move to another zone: when those in the old one go."""
    protected: bool = False
    """Whether this run protects what the domain has: what is protected in the state cannot be
    deleted before another run has lifted that."""

    def to_outputs(self, domain: str) -> dict[str, Any]:
        """The entry as the component's registered output `memory`."""
        outputs = {"domain": domain, **self.after.to_outputs(), "before": self.before.to_outputs()}
        if self.released is not None:
            outputs["released"] = self.released
        if self.moved is not None:
            outputs["moved"] = list(self.moved)
        if self.leaving is not None:
            outputs["leaving"] = {
                "zone": self.leaving.zone,
                "until": self.leaving.until.isoformat(),
                "lifted": self.leaving.lifted,
            }
        if self.protected:
            outputs["protected"] = True
        return outputs

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> "Entry":
        """The entry that `to_outputs` gave."""
        return cls(
            Memory.from_outputs(outputs),
            Memory.from_outputs(outputs["before"]),
            outputs.get("released"),
            (moved[0], moved[1]) if (moved := outputs.get("moved")) else None,
            Leaving(leaving["zone"], datetime.fromisoformat(leaving["until"]), leaving["lifted"])
            if (leaving := outputs.get("leaving"))
            else None,
            bool(outputs.get("protected")),
        )


@dataclass(frozen=True)
class Live:
    """A policy that senders find, and that this stack did not announce: the id in its record."""

    id: str
    policy: Policy


@dataclass(frozen=True)
class Recorded:
    """What the stack's state holds of one domain before this run."""

    entry: Entry | None = None
    announced_id: str | None = None
    """The id in the `_mta-sts` record that the stack made."""
    written: str | None = None
    """The policy file's text as it was last written, announced or not."""
    target: str | None = None
    """Where the policy is served: what the `mta-sts` CNAME points to; of a host without one, its
    name in words."""
    zone_id: str | None = None
    """The zone that holds the `_mta-sts` record."""
    bucket: str | None = None
    """Where the policy file was written to."""
    tlsrpt: str | None = None
    """The TLS reporting record that the stack made."""
    host: str | None = None
    """The word for the host that serves the policy."""
    live: Live | None = None
    """Of a domain that is new to the stack, the policy that senders find already."""

    @property
    def is_new(self) -> bool:
        """Whether the stack has made nothing for the domain yet."""
        return self.entry is None and self.announced_id is None and self.written is None

    @property
    def ids(self) -> frozenset[str]:
        """Every id by which a record in DNS is known to be this stack's own."""
        return frozenset(known for known in (self.announced_id, self.written_id) if known)

    @property
    def written_id(self) -> str | None:
        """The id of the policy file as it was last written."""
        return policy_id(self.written.encode("ascii")) if self.written is not None else None

    @property
    def unfinished(self) -> Policy | None:
        """The policy that the last run was to announce, where the record does not name it."""
        planned = self.entry.after.announced if self.entry else None
        if planned is None or self.announced_id in (None, planned.policy.id):
            return None
        return planned.policy

    def memory(self, now: datetime) -> Memory:
        """The memory as the record has it, whatever became of the last run."""
        if self.entry is None:
            if self.written is not None and self.written_id == self.announced_id:
                return Memory().after(_parsed(self.written), now)
            return Memory().after(self.live.policy, now) if self.live else Memory()
        after, before = self.entry.after, self.entry.before
        if self.announced_id is None:
            lived = before.announced is not None
            return (after if lived else before).without_record(now)
        announced = after.announced is not None and after.announced.policy.id == self.announced_id
        memory = after if announced else before
        if self.written is not None and self.written_id != self.announced_id:
            served = _parsed(self.written)
            return memory.served(served, now) if served.mode == "enforce" else memory
        return memory

    def may_move(self, why: str) -> bool:
        """Whether a move that was accepted, because of `why`, is still to come."""
        moved = self.entry.moved if self.entry else None
        return moved is None or moved[1] != why or moved[0] == self._place

    @property
    def is_protected(self) -> bool:
        """Whether the last run protected what the domain has."""
        return self.entry is not None and self.entry.protected

    @property
    def is_lifted(self) -> bool:
        """Whether the last run left what serves the domain unprotected, by its user's word."""
        if self.entry is None:
            return False
        may_move = self.entry.moved is not None and self.entry.moved[0] == self._place
        return self.entry.released is not None or may_move

    @property
    def _place(self) -> str:
        return " ".join(each or "" for each in (self.zone_id, self.target, self.bucket))

    def next_entry(
        self,
        policy: Policy,
        now: datetime,
        released: str | None = None,
        moves: str | None = None,
        leaving: Leaving | None = None,
        *,
        protected: bool = False,
    ) -> Entry:
        """What this run, which is to announce `policy`, writes down: where that is announced
        already, what was written down before.

        Args:
            released: why the domain may be removed.
            moves: why it may move.
            leaving: when its records in another zone go.
            protected: whether this run protects what it has.
        """
        memory = self.memory(now)
        after = memory.after(policy, now)
        moved = None
        if moves is not None:
            spent = self.entry.moved if self.entry and not self.may_move(moves) else None
            moved = spent or (self._place, moves)
        entry = Entry(after, memory, released, moved, leaving, protected)
        if self.entry is not None and after == self.entry.after:
            return replace(entry, before=self.entry.before)
        return entry


def _text(policy: Policy) -> str:
    return policy.render().decode("ascii")


def _parsed(text: str) -> Policy:
    return Policy.parse(text.encode("ascii"))
