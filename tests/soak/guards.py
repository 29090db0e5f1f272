"""The guards that the promises rest on: how each is taken out, and a short history that breaks a
promise then."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pytest

from mta_sts import announce, left_behind, life, removed, review, reviews
from mta_sts.case import Case
from mta_sts.findings import Finding
from mta_sts.hosts import worker
from mta_sts.parts import Domain
from mta_sts.rules import RULES
from tests.soak.history import DOMAINS, NEW, OLD, History, Step
from tests.soak.play import play
from tests.soak.world import World, folder

DOMAIN, SECOND = DOMAINS
CLOUDFRONT = {"mode": "testing", "mx": [OLD], "maxAge": 604800, "host": "cloudfront"}
MORE = {**CLOUDFRONT, "mx": [OLD, NEW]}
R2 = {**CLOUDFRONT, "host": "r2"}
WORKER = {**CLOUDFRONT, "host": "worker"}
SKIPS = {"accept": {"mode-skips-testing": "this is about what follows"}}
ENFORCE = {**CLOUDFRONT, "mode": "enforce"}
LAG: dict[str, Any] = {"kind": "lag", "seconds": 3.0}

Patch = Callable[[pytest.MonkeyPatch], None]


def up(*given: dict[str, Any], **more: Any) -> Step:
    domains = dict(zip(DOMAINS, given, strict=False))
    return Step("up", domains=domains, **more)


@dataclass(frozen=True)
class Guard:
    """What is taken out, a history, and the promise that it breaks then."""

    out: Patch
    steps: list[Step]
    breaks: str
    zone: str = "cloudflare"
    setting: Patch = lambda _: None


def _without_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(announce.Gates, "before_txt", lambda *_: pulumi.ResourceHookBinding())


def _without_errors(patch: pytest.MonkeyPatch) -> None:
    async def passed(*_: Any) -> bool:
        return True

    patch.setattr(reviews.Reviews, "passed", passed)
    patch.setattr(reviews.Reviews, "all_passed", passed)


def _without_barrier(patch: pytest.MonkeyPatch) -> None:
    async def passed(_: Any, domain: str, found: list[Finding]) -> bool:
        errors = [each for each in found if each.severity == "error"]
        if errors:
            raise reviews.ReviewError(reviews.stopped({domain: errors}))
        return True

    async def all_passed(_: Any) -> bool:
        return True

    patch.setattr(reviews.Reviews, "passed", passed)
    patch.setattr(reviews.Reviews, "all_passed", all_passed)


def _without_rule(code: str) -> Patch:
    def out(patch: pytest.MonkeyPatch) -> None:
        rules = [rule for rule in RULES if rule.code != code]
        assert len(rules) == len(RULES) - 1
        patch.setattr(review, "RULES", rules)

    return out


def _without_protection(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(life, "is_protected", lambda *_: False)
    patch.setattr(life, "protects_host", lambda *_: False)


def _without_removed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(removed, "refuse_in_force", lambda _: None)


def _without_order(patch: pytest.MonkeyPatch) -> None:
    announced = Domain._announce

    def alone(self: Domain, site: Any, zone: Any, ready: Any, target: Any) -> Any:
        return announced(self, site, zone, [], target)

    patch.setattr(Domain, "_announce", alone)


def _slow_edges(patch: pytest.MonkeyPatch) -> None:
    """So that they lag still, however slowly the record is made."""
    patch.setattr(worker, "WORKER_SPREAD", LAG["seconds"] + 0.5)


def _without_spread(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(worker, "spread", lambda _: 0.0)


def _without_looking(patch: pytest.MonkeyPatch) -> None:
    async def nobodys(*_: Any) -> None:
        return

    patch.setattr(announce, "refuse_foreign_record", nobodys)


def _without_naming(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(left_behind, "_name", lambda _: False)


def _without_asking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Case, "is_served_unknown", False)


GUARDS = {
    "the gate before the record": Guard(
        _without_gate, [up(CLOUDFRONT), up(MORE, faults=[LAG])], "P2", "route53"
    ),
    "how long a Worker spreads": Guard(
        _without_spread,
        [up(WORKER), up({**WORKER, "mx": [OLD, NEW]}, faults=[LAG])],
        "P2",
        setting=_slow_edges,
    ),
    "an error of the review": Guard(_without_errors, [up(CLOUDFRONT), up(ENFORCE)], "P3"),
    "the rule testing-too-short": Guard(
        _without_rule("testing-too-short"), [up(CLOUDFRONT), up(ENFORCE, days=13)], "P3"
    ),
    "the rule mode-skips-testing": Guard(
        _without_rule("mode-skips-testing"), [up(ENFORCE)], "P3"
    ),
    "the rule mx-uncovered": Guard(
        _without_rule("mx-uncovered"),
        [up({**MORE, **ENFORCE, **SKIPS, "mx": [NEW]})],
        "P3",
    ),
    "the rule mx-leaves-too-early": Guard(
        _without_rule("mx-leaves-too-early"),
        [
            up({**ENFORCE, **SKIPS, "mx": [OLD, NEW]}),
            up({**ENFORCE, "mx": [NEW]}),
        ],
        "P3",
    ),
    "the rule mx-too-new": Guard(
        _without_rule("mx-too-new"),
        [
            up({**ENFORCE, **SKIPS}),
            up({**ENFORCE, "mx": [OLD, NEW]}),
            Step("mail", domain=DOMAIN, mx=[OLD, NEW]),
            up({**ENFORCE, "mx": [OLD, NEW]}),
        ],
        "P5",
    ),
    "the rule record-differs": Guard(
        _without_rule("record-differs"),
        [up(CLOUDFRONT), Step("drift", domain=DOMAIN, what="deleted")],
        "P5",
    ),
    "the rule served-unannounced": Guard(
        _without_rule("served-unannounced"),
        [up(CLOUDFRONT), up(MORE, faults=[{"kind": "expired"}], gate=1.0, abandon=True)],
        "P2",
    ),
    "that the file is asked for after a run that did not end": Guard(
        _without_asking,
        [
            up(CLOUDFRONT),
            up(MORE, faults=[{"kind": "plugin", "skip": 0, "done": True}], abandon=True),
        ],
        "P8",
    ),
    "the barrier of the reviews": Guard(
        _without_barrier,
        [up(R2, R2), up({**R2, "mx": [OLD, NEW]}, {**R2, "mode": "enforce"})],
        "P3",
    ),
    "protection": Guard(
        _without_protection, [up({**R2, **SKIPS, "mode": "enforce"}), Step("destroy")], "P6"
    ),
    "that no domain is missing": Guard(
        _without_removed, [up({**R2, **SKIPS, "mode": "enforce"}, R2), replace(
            up(R2), domains={SECOND: R2}
        )], "P3"
    ),
    "the order in which a domain goes": Guard(
        _without_order,
        [
            up(R2),
            Step(
                "destroy",
                faults=[
                    {"kind": "call", "how": "hang", "seconds": 1.5, "operation": "dns_records.*"}
                ],
            ),
        ],
        "P2",
    ),
    "that no record of another is taken over": Guard(
        _without_looking, [Step("foreign", domain=DOMAIN), up(CLOUDFRONT)], "P2", "route53"
    ),
    "that what is left behind is named": Guard(
        _without_naming,
        [
            up(
                R2,
                faults=[
                    {
                        "kind": "killed", "signal": "KILL", "skip": 0, "done": True,
                        "operation": "r2.buckets.create",
                    }
                ],
            )
        ],
        "P8",
    ),
}  # fmt: skip


def play_with(here: World, guard: Guard) -> None:
    """Play the history of a guard."""
    zones = dict.fromkeys(DOMAINS, guard.zone)
    with folder() as directory:
        play(here, History("guard", zones, guard.steps), directory)
