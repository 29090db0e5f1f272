"""A domain whose zone others keep, on the real engine: asked for, joined, announced, left."""

from collections.abc import Mapping
from typing import Any

import pytest

from mta_sts.protocol.sender import Vantage
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.programs import GATE_TIMEOUT, configured
from tests.engine.stack import Run, Stack

MINE, THEIRS = "solarmora.com", "customer.example"
OURS = "announce.example"
POLICY = {"mode": "testing", "mx": ["mail.solarmora.com"], "maxAge": 604800}


class Customer:
    """A domain of ours and one whose zone its owner keeps, on one host."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self.cloud, self.stack = cloud, stack
        self.own = cloud.create_zone(MINE)
        self.ours = cloud.create_zone(OURS)
        self.theirs = cloud.create_zone(THEIRS)
        for zone, domain in ((self.own, MINE), (self.theirs, THEIRS)):
            cloud.put_records(zone, [(domain, "MX", 300, ["10 mail.solarmora.com."])])

    def program(self, external: Mapping[str, Any] | None = None, **policy: Any) -> Any:
        shared = {"gateTimeout": GATE_TIMEOUT, "reports": ["mailto:tls@reports.example"]}
        zone = {"external": {"route53": self.ours, **(external or {})}}
        return configured(
            {
                MINE: {**POLICY, **shared, "zone": {"route53": self.own}},
                THEIRS: {**POLICY, **shared, "zone": zone, **policy},
            }
        )


@pytest.fixture
def customer(cloud: Cloud, stack: Stack) -> Customer:
    return Customer(cloud, stack)


def test_try(customer: Customer) -> None:
    import json
    run = customer.stack.preview(customer.program())
    print(run.printed)
    for m in run.messages: print(m)
    run = customer.stack.up(customer.program())
    print(run.printed)
    for m in run.messages: print(m)
    print(json.dumps(run.outputs, indent=1))
    print(run.outputs[THEIRS]["toMake"])
    run = customer.stack.up(customer.program())
    for m in run.messages: print(m)
    print(run.printed)
    assert 0
