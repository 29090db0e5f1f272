"""A policy that was live before this stack announced any: a review compares with it (P3 to P6)."""

from dataclasses import replace
from datetime import datetime

from mta_sts.findings import NotAsked, Observed
from mta_sts.memory import Live, Recorded
from mta_sts.protocol import Policy, PolicyError
from mta_sts.words import summary


def with_live(recorded: Recorded, observed: Observed) -> Recorded:
    """What is recorded, and of a domain new to the stack the policy that senders find already."""
    found, body = observed.record_id, observed.served
    if not recorded.is_new or not isinstance(found, str) or isinstance(body, NotAsked):
        return recorded
    try:
        return replace(recorded, live=Live(found, Policy.parse(body)))
    except PolicyError:
        return recorded


def was_brought_in(recorded: Recorded) -> bool:
    """Whether another made the record, and its id, and it was brought into the stack."""
    known = [recorded.entry.after, recorded.entry.before] if recorded.entry else []
    ids = {each.announced.policy.id for each in known if each.announced}
    return bool(ids) and recorded.announced_id is not None and recorded.announced_id not in ids


def said(recorded: Recorded, policy: Policy, now: datetime) -> str:
    """What changes, on one line; empty where nothing does."""
    announced = recorded.memory(now).announced
    before = announced.policy if announced else None
    if was_brought_in(recorded):
        return summary(before, policy, recorded.announced_id)
    return summary(before, policy, recorded.live.id if recorded.live else None)
