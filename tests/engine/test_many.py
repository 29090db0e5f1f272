"""One of 250 domains comes, goes, or is called otherwise: the others are left alone (P9).

What the engine would do is what counts here, so nothing is looked up, and no gate waits.
"""

from collections.abc import Iterable
from pathlib import Path

import pulumi
import pytest

from mta_sts import announce
from sandbox.cloud import Cloud
from tests.engine.programs import MX, Program, of_stack
from tests.engine.stack import Run, Stack

GROUPS = {"default": 60, "b": 60, "c": 60}
"""Domains on CloudFront, by group."""
ON_WORKER = 70
COMPONENT = "mta-sts:index:MtaSts"


class Many:
    """Domains in one zone of each cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.zones = {
            "route53": cloud.create_zone("customers.example"),
            "cloudflare": cloud.create_cloudflare_zone("clients.example"),
        }
        self.groups = {
            group: [f"{group}{number}.customers.example" for number in range(count)]
            for group, count in GROUPS.items()
        }
        self.on_worker = [f"w{number}.clients.example" for number in range(ON_WORKER)]

    def program(self) -> Program:
        keys = {"mode": "testing", "mx": MX}
        aws = {**keys, "zone": {"route53": self.zones["route53"]}}
        cloudflare = {**keys, "host": "worker", "zone": {"cloudflare": self.zones["cloudflare"]}}
        return of_stack(
            {
                "mta-sts:cloudflare": {"accountId": self.cloud.cloudflare.account},
                "mta-sts:lookUp": False,
                "mta-sts:domains": {
                    **{
                        domain: {**aws, "group": group}
                        for group, domains in self.groups.items()
                        for domain in domains
                    },
                    **dict.fromkeys(self.on_worker, cloudflare),
                },
            }
        )


def of(domain: str) -> set[str]:
    """What a domain has of its own, by the names of its resources."""
    if domain.endswith("clients.example"):
        return {domain, *(f"{domain}-{part}" for part in ("txt", "worker-domain"))}
    parts = ("policy", "cname", "txt")
    return {domain, *(f"{domain}-{part}" for part in parts), f"cloudfront-{domain}-validation"}


SHARED = {"cloudfront", "worker", "worker-script"} | {
    f"cloudfront-b-{part}" for part in ("certificate", "issued", "distribution")
}
"""The hosts, and their lists."""


def changed(run: Run, ops: Iterable[str]) -> set[str]:
    return {step.name for step in run.changes if step.op in ops}


@pytest.mark.timeout(400)
def test_one_of_250_domains(
    cloud: Cloud,
    engine_environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for gate in ("before_name", "before_cname", "before_txt"):
        monkeypatch.setattr(announce.Gates, gate, lambda *_: pulumi.ResourceHookBinding())
    once = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
    stack, many = Stack(tmp_path, {**engine_environment, **once}), Many(cloud)
    run = stack.up(many.program())
    assert not run.failed, run.printed
    assert len([step for step in run.changes if step.type == COMPONENT]) == 250
    quota = [
        words for words in run.said("warning") if "`Domain names per ACM certificate`" in words
    ]
    assert [words.partition(",")[0] for words in sorted(quota)] == [
        f"group {group} has 60 domains" for group in ("b", "c", "default")
    ]

    def previewed() -> Run:
        run = stack.preview(many.program())
        assert not run.failed, run.printed
        assert changed(run, ["create", "delete"]).isdisjoint(SHARED)
        touched = {step.name for step in run.changes} - changed(run, ["create", "delete"])
        assert touched == SHARED
        assert "`Domain names per ACM certificate`" not in run.printed  # said once
        return run

    many.groups["b"].append("new.customers.example")
    many.on_worker.append("new.clients.example")
    run = previewed()
    new = of("new.customers.example") | of("new.clients.example")
    assert (changed(run, ["create"]), changed(run, ["delete"])) == (new, set())
    old = of(many.groups["b"].pop(0)) | of(many.on_worker.pop(0))
    run = previewed()  # one comes and another goes: as if it were called otherwise
    assert (changed(run, ["create"]), changed(run, ["delete"])) == (new, old)
    many.groups["b"].pop()
    many.on_worker.pop()
    run = previewed()
    assert (changed(run, ["create"]), changed(run, ["delete"])) == (set(), old)
