"""What each run should lead to, told anew from the promises in plain words (P3 to P6).

It knows nothing of the component's code but the words of its findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from mta_sts.protocol import Policy
from tests.soak.history import Configuration

DAY = timedelta(days=1)
LATE = timedelta(hours=2)
"""By which a sender may come later than a run's start."""


def policy_of(given: Mapping[str, Any]) -> Policy:
    return Policy(mode=given["mode"], mx=given.get("mx", []), max_age=given["maxAge"])


@dataclass
class Known:
    """What is known of one domain that is deployed.

    Attributes:
        mode_since: when its mode was announced first, without another in between.
        longest: the longest max_age under enforce.
        ended: when enforce ended; None while it is announced, and where it never was.
        protected: whether the last run left it protected.
        lifted: the reason for which the last run lifted that, for a move.
    """

    policy: Policy
    mode_since: datetime
    host: str
    longest: timedelta = timedelta(0)
    ended: datetime | None = None
    protected: bool = False
    lifted: str | None = None
    released: bool = False
    spent: bool = False

    def held_until(self, now: datetime) -> datetime | None:
        """Until when senders may hold an enforce policy of it; None where none can."""
        if self.policy.mode == "enforce":
            return now + self.longest + LATE
        until = self.ended + self.longest + LATE if self.ended else None
        return until if until and now < until else None


@dataclass
class Model:
    """All domains, and the MX hosts in DNS."""

    domains: dict[str, Known] = field(default_factory=dict)
    mail: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def refusals(self, wanted: Configuration, now: datetime) -> dict[str, set[str]]:
        """The findings that stop a run, by domain; those that are accepted do not."""
        found = {}
        for domain, given in wanted.items():
            codes = self._of(domain, given, now) - set(given.get("accept", {}))
            if codes:
                found[domain] = codes
        gone = {
            domain: {"removed-in-force"}
            for domain, known in self.domains.items()
            if domain not in wanted
            and (known.protected or (known.held_until(now) and not known.released))
        }
        return gone or found  # the one is looked for first

    def _of(self, domain: str, given: Mapping[str, Any], now: datetime) -> set[str]:
        policy, known = policy_of(given), self.domains.get(domain)
        before = known.policy if known else None
        codes = set()
        if policy.mode == "enforce" and (before is None or before.mode == "none"):
            codes.add("mode-skips-testing")
        waits = known is not None and known.policy.mode == "testing"
        if policy.mode == "enforce" and waits and known and now < known.mode_since + 14 * DAY:
            codes.add("testing-too-short")
        moves = known is not None and known.host != given["host"]
        if policy.mode == "enforce" and (policy != before or moves):
            hosts = self.mail[domain] or (domain,)
            missed = {host for host in hosts if not policy.matches(host)}
            dropped = {host for host in missed if before and before.matches(host)}
            codes |= {"mx-leaves-too-early"} if dropped else set()
            codes |= {"mx-uncovered"} if missed - dropped else set()
        if moves and known and known.protected:
            codes.add("moved-host!")  # which no word accepts in the same run
        return codes

    def deployed(self, wanted: Configuration, now: datetime) -> None:
        """A run has brought all of this about."""
        self.domains = {domain: self.after(domain, given, now) for domain, given in wanted.items()}

    def after(self, domain: str, given: Mapping[str, Any], now: datetime) -> Known:
        policy, known = policy_of(given), self.domains.get(domain)
        same_mode = known is not None and known.policy.mode == policy.mode
        enforced = policy.mode == "enforce"
        after = Known(
            policy,
            known.mode_since if known and same_mode else now,
            given["host"],
            max(
                known.longest if known else timedelta(0),
                timedelta(seconds=policy.max_age if enforced else 0),
            ),
        )
        if not enforced and known:
            after.ended = now if known.policy.mode == "enforce" else known.ended
        accept = given.get("accept", {})
        after.released = "removed-in-force" in accept
        moved = known is not None and known.host != after.host
        if "moved-host" in accept:
            # The word counts for one place: once moved, it is spent.
            after.lifted = None if moved or (known and known.spent) else accept["moved-host"]
            after.spent = bool(moved or (known and known.spent))
        may_move = "moved-host" in accept and not (known and known.spent)
        after.protected = after.held_until(now) is not None and not after.released and not may_move
        return after
