"""What known senders keep of a policy (RFC 8461 5.1), as their source has it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mta_sts.protocol import Policy, PolicyError
from mta_sts.protocol.policy import policy_id


@dataclass(frozen=True)
class Kept:
    """A policy in a sender's cache.

    Attributes:
        id: of the record under which it was fetched.
        body: the id of the bytes themselves.
        until: when it expires.
    """

    id: str
    body: str
    policy: Policy
    until: datetime


@dataclass(frozen=True)
class Custom:
    """What a sender does with a policy that it holds, and that has not expired.

    renews: while the record has the same id, it holds the policy for another max_age, without
        fetching it (mox, postfix-mta-sts-resolver).
    looks: it looks at the record at all (postfix-tlspol does not).
    unlucky: it is one that has just come, whenever another policy is served than the one announced.
    """

    name: str
    renews: bool = False
    looks: bool = True
    unlucky: bool = False


CUSTOMS = (
    Custom("fetches on a new id"),
    Custom("renews on the same id", renews=True),
    Custom("never looks at the id", looks=False),
    Custom("comes at the worst moment and renews", renews=True, unlucky=True),
)


class Sender:
    """One sender, and what it keeps of one domain."""

    def __init__(self, custom: Custom) -> None:
        self.custom = custom
        self.kept: Kept | None = None

    def holds(self, now: datetime) -> Kept | None:
        """The policy that it goes by."""
        return self.kept if self.kept is not None and now < self.kept.until else None

    def sends(self, announced: str | None, body: bytes | None, now: datetime) -> None:
        """Look, as before a delivery.

        Args:
            announced: the id in the record; None where there is none.
            body: what a fetch gives; None where it fails.
        """
        held = self.holds(now)
        if self.custom.unlucky and body is not None and policy_id(body) != announced:
            held = None
        if announced is None or (held is not None and not self.custom.looks):
            return
        if held is not None and held.id == announced:
            if self.custom.renews:
                self.kept = replace(held, until=_end(held.policy, now))
            return
        if body is None:
            return
        try:
            policy = Policy.parse(body)
        except PolicyError:
            return
        self.kept = Kept(announced, policy_id(body), policy, _end(policy, now))

    def forgets(self) -> None:
        self.kept = None


def _end(policy: Policy, now: datetime) -> datetime:
    return now + timedelta(seconds=policy.max_age)
