"""The groups of a CloudFront host: a distribution and a certificate each, for up to 100 names (P2).

CloudFront has a name on one distribution only. So one that goes to another group is let go by the
distribution that has it before the other takes it, and by then all that can fail has been done: the
certificate of the other is issued.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from mta_sts.arguments import HostedDomain
from mta_sts.hosts.recorded_distributions import RecordedDistributions
from mta_sts.problems import ArgumentError
from mta_sts.state import State
from mta_sts.words import listed

DEFAULT = "default"
"""The group of a domain that names none."""


@dataclass(frozen=True)
class HostGroup:
    """One group of a host, in one run."""

    name: str
    parts: str
    """What its parts are called by."""
    domains: list[HostedDomain]
    """Those that it serves: none where all have left it, and its distribution stays for one more
    run, because senders may hold its address."""
    lets_go: Mapping[str, str]
    """By domain that leaves it in this run, the group that it goes to."""

    @property
    def is_left(self) -> bool:
        """Whether it goes with the next run."""
        return not self.domains


def parts_of(short: str, group: str) -> str:
    """What the parts of a group are called by, where those of the host are called `short`."""
    return short if group == DEFAULT else f"{short}-{group}"


def in_order(name: str, short: str, domains: list[HostedDomain], state: State) -> list[HostGroup]:
    """The groups of the host called `name`, each after those that let go of a name for it.

    Raises:
        ArgumentError: there is no such order.
    """
    recorded = state.distributions
    before = {_group(short, parts): parts for parts in recorded.below(short)}
    on = {each: group for group, parts in before.items() for each in recorded.names_on(parts)}
    inside: dict[str, list[HostedDomain]] = {}
    lets_go: dict[str, dict[str, str]] = {}
    for hosted in domains:
        host_name = f"mta-sts.{hosted['domain']}"
        was, group = on.get(host_name), hosted.get("group", DEFAULT)
        if hosted.get("leaving"):
            group = was or group
        inside.setdefault(group, []).append(hosted)
        if was is not None and was != group:
            lets_go.setdefault(was, {})[hosted["domain"]] = group
    asked = {_group(short, parts) for parts in _led_to(domains, state, recorded) if parts}
    left = {group for group in before if group in lets_go or group in asked}
    return _sorted(
        name,
        [
            HostGroup(group, parts_of(short, group), inside.get(group, []), lets_go.get(group, {}))
            for group in sorted({*inside, *left}, key=lambda group: (group != DEFAULT, group))
        ],
    )


def _group(short: str, parts: str) -> str:
    return DEFAULT if parts == short else parts.removeprefix(f"{short}-")


def _led_to(
    domains: Iterable[HostedDomain], state: State, recorded: RecordedDistributions
) -> Iterable[str | None]:
    """The distributions that the CNAMEs of these domains lead to."""
    for hosted in domains:
        for target in state.targets(f"mta-sts.{hosted['domain']}"):
            yield recorded.at(target)


def _sorted(name: str, groups: list[HostGroup]) -> list[HostGroup]:
    waiting, done = list(groups), list[HostGroup]()
    while waiting:
        free = [
            each
            for each in waiting
            if not any(each.name in other.lets_go.values() for other in waiting)
        ]
        if not free:
            raise ArgumentError(f"CloudFrontHost {name}", [_in_a_circle(waiting)])
        done += free
        waiting = [each for each in waiting if each not in free]
    return done


def _in_a_circle(groups: list[HostGroup]) -> str:
    """What is said of groups that each wait for another; of their moves, the fewest that may not be
    made yet."""
    circle = [groups[0]]
    while circle.count(circle[-1]) == 1:
        circle.append(next(each for each in groups if circle[-1].name in each.lets_go.values()))
    circle = circle[circle.index(circle[-1]) :]
    # Each was found as the one that lets go of a name for the one before it.
    moves = [
        (old.name, new.name, sorted(d for d, to in old.lets_go.items() if to == new.name))
        for new, old in pairwise(circle)
    ]
    told = "; ".join(f"{listed(which)} from {old} to {new}" for old, new, which in moves[::-1])
    old, new, fewest = min(moves, key=lambda move: (len(move[2]), move[2]))
    return (
        f"domains: group: domains move in a circle: {told}. A name is on one distribution only, so "
        f"each would wait for another. Leave {listed(fewest)} in group {old} for this `pulumi up`, "
        f"and move that to {new} with the next"
    )
