"""The life of a policy: when `enforce` begins by itself (P4), and what is protected (P6)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mta_sts.case import in_force_until
from mta_sts.checks import StackDomain, policy_of
from mta_sts.findings import Finding, Reports
from mta_sts.memory import Recorded
from mta_sts.protocol import Policy
from mta_sts.rules.life import deferred_by_enforce
from mta_sts.words import left, span

ROLLOUT = "rollout"
PROTECTED = "protected"


def counts_from(recorded: Recorded, now: datetime, testing_period: float) -> datetime:
    """From when on reports count: they are about the policy that is announced, and no older than
    the testing period (P4).

    Args:
        testing_period: seconds.
    """
    announced = recorded.memory(now).announced
    oldest = now - timedelta(seconds=testing_period)
    return max(announced.since, oldest) if announced else oldest


def staged(
    policy: Policy,
    recorded: Recorded,
    now: datetime,
    testing_period: float,
    reports: Reports | None = None,
) -> tuple[Policy, Finding | None]:
    """The policy that `rollout: automatic` serves now on its way to the enforce policy `policy`,
    and when that will be.

    Args:
        testing_period: seconds.
        reports: what its TLS reports sum up to, where there are any.
    """
    announced = recorded.memory(now).announced
    if announced and announced.policy.mode == "enforce":
        return policy, None
    began = announced.mode_since if announced and announced.policy.mode == "testing" else now
    until = began + timedelta(seconds=testing_period)
    testing = Policy(mode="testing", mx=policy.mx, max_age=policy.max_age)
    if now >= until and began != now:
        deferred = deferred_by_enforce(reports) if reports else None
        if deferred is None:
            return policy, None
        return testing, Finding(
            ROLLOUT,
            "warning",
            f"served in testing: {deferred}. Mend these hosts: the first `pulumi up` once no "
            f"report of the last {span(testing_period)} shows any makes it enforce",
        )
    return testing, Finding(
        ROLLOUT,
        "info",
        f"served in testing: {left(until, now)}. The first `pulumi up` after that makes it enforce",
    )


def held(recorded: Recorded, policy: Policy, now: datetime) -> Finding | None:
    """Until when a domain that is leaving enforce is protected (P6)."""
    until = in_force_until(recorded.memory(now).after(policy, now), now)
    if policy.mode == "enforce" or until is None:
        return None
    return Finding(
        PROTECTED,
        "info",
        f"senders may hold an enforce policy: {left(until, now)}. The first `pulumi up` after that "
        "lifts the protection; then the domain may be removed",
    )


def protects_host(
    domain: StackDomain, recorded: Recorded, now: datetime, reports: Reports | None
) -> bool:
    """Whether the host of a stack must not be deleted for the sake of `domain` (P6): from the run
    on that announces its first enforce policy."""
    policy = policy_of(domain.domain, domain.mode, domain.mx, domain.max_age)
    if domain.rollout:
        policy, _ = staged(policy, recorded, now, domain.testing_period, reports)
    return is_protected(recorded, policy, domain.accept, now)


def is_protected(
    recorded: Recorded, policy: Policy | None, accept: Mapping[str, str], now: datetime
) -> bool:
    """Whether a domain's records and file, and its host, must not be deleted (P6).

    Args:
        policy: that of this run; None where it is not known yet.
        accept: `removed-in-force` in it lifts the protection.
    """
    if "removed-in-force" in accept:
        return False
    enforced = policy is not None and policy.mode == "enforce"
    return enforced or in_force_until(recorded.memory(now), now) is not None
