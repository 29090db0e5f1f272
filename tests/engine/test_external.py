"""A domain whose zone others keep, on the real engine: asked for, joined, announced, left."""

import pytest

from mta_sts.protocol import Policy
from sandbox.cloud import Cloud
from tests.engine.customers import (
    FURTHER,
    MINE,
    OURS,
    THEIRS,
    Customers,
    both,
    codes,
    on_the_line,
    policy,
    told,
)
from tests.engine.stack import Stack, Step

CERTIFICATE = "aws:acm/certificate:Certificate"
RECORD = "aws:route53/record:Record"


@pytest.fixture
def customers(cloud: Cloud, stack: Stack) -> Customers:
    return Customers(cloud, stack)


def test_without_waiting(customers: Customers, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first `up` asks, the next one after the owner's records announces, and no later change
    needs the owner."""
    monkeypatch.setenv("MTA_STS_NOW", "2026-01-01T00:00:00+00:00")
    first = customers.preview({})
    assert not first.failed, first.printed
    assert on_the_line(first) == [
        ("info", f"new: testing, 1 mx, max_age 7d, id {policy().id[:4]}…"),
        (
            "info",
            "owner-records: not announced yet: it waits for the owner of its zone to make these "
            "records there, once. The first `pulumi up` after that goes on:\n"
            f"    _mta-sts.{THEIRS}.    300  IN  CNAME  _mta-sts.{THEIRS}.{OURS}.\n"
            f"    _smtp._tls.{THEIRS}.  300  IN  TXT    "
            '"v=TLSRPTv1; rua=mailto:tls@reports.example"\n'
            "    and more, which a `pulumi up` tells",
        ),
    ]
    asked = customers.succeeds({})
    wanted = told(asked)
    assert [(each["name"], each["type"]) for each in wanted[1:]] == [
        (f"mta-sts.{THEIRS}", "CNAME"),
        (f"_mta-sts.{THEIRS}", "CNAME"),
        (f"_smtp._tls.{THEIRS}", "TXT"),
    ]
    rows = asked.outputs["toMake"].splitlines()
    assert rows[0] == f"; Records to be made once in the zone of {THEIRS}:"
    assert on_the_line(asked)[-1][1].splitlines()[1:] == [f"    {row}" for row in rows[-4:]]
    assert (customers.seen(), customers.seen(MINE)) == ((None, None), both())
    assert "announced" not in customers.memory()["before"]

    written = list(customers.cloud.log)
    again = customers.succeeds({})
    assert again.changes == []
    assert codes(again) == [("info", "new"), ("info", "owner-records")]
    assert on_the_line(again)[-1][1].splitlines()[1:] == [f"    {row}" for row in rows[-4:]]
    assert customers.cloud.log == written

    customers.makes(wanted, "host", "announcement", "reports")
    waits = customers.preview({})
    assert waits.changes == []
    assert on_the_line(waits)[-1][1].splitlines()[1:] == [
        f"    {wanted[0]['name']}.  300  IN  CNAME  {wanted[0]['value']}."
    ]

    customers.makes(wanted, "validation")
    monkeypatch.setenv("MTA_STS_NOW", "2026-01-05T00:00:00+00:00")
    assert codes(customers.preview({})) == [("info", "new")]
    joins = customers.succeeds({})
    assert customers.seen() == both()
    assert customers.certificate() == sorted([f"mta-sts.{MINE}", f"mta-sts.{THEIRS}"])
    assert Step("delete", CERTIFICATE, f"cloudfront-{THEIRS}-asking") in joins.changes
    assert Step("create", RECORD, f"{THEIRS}-txt") in joins.changes
    assert told(joins) == wanted
    assert joins.outputs[THEIRS]["records"] == [
        {
            "name": f"_mta-sts.{THEIRS}.{OURS}",
            "type": "TXT",
            "value": f"v=STSv1; id={policy().id};",
        }
    ]
    assert customers.memory()["announced"]["modeSince"] == "2026-01-05T00:00:00+00:00"
    written = list(customers.cloud.log)
    assert customers.succeeds({}).changes == []
    assert customers.cloud.log == written

    early = customers.preview({"mode": "enforce"})
    assert ("error", "testing-too-short") in codes(early)
    longer = {"maxAge": 8 * 86400}
    changes = customers.succeeds(longer)
    assert customers.seen() == both(**longer)
    assert [step.name for step in changes.changes if step.type == RECORD] == [f"{THEIRS}-txt"]
