"""A domain whose zone others keep, on the real engine: asked for, joined, announced, left."""

import time

import pytest

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

    customers.deletes(wanted, "announcement")

    customers.makes(wanted, "validation")
    joins = customers.succeeds({})
    assert customers.certificate() == sorted([f"mta-sts.{MINE}", f"mta-sts.{THEIRS}"])
    assert Step("delete", CERTIFICATE, f"cloudfront-{THEIRS}-asking") in joins.changes
    assert codes(joins) == [("info", "new"), ("info", "owner-records")]
    assert customers.seen()[0] is None

    customers.makes(wanted, "announcement")
    monkeypatch.setenv("MTA_STS_NOW", "2026-01-05T00:00:00+00:00")
    assert codes(customers.preview({})) == [("info", "new")]
    announced = customers.succeeds({})
    assert customers.seen() == both()
    assert announced.changes == [Step("create", RECORD, f"{THEIRS}-txt")]
    assert told(announced) == wanted
    assert announced.outputs[THEIRS]["records"] == [
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

    leaves = customers.succeeds({"mode": "none", "mx": [], "maxAge": 86400})
    names = ", ".join(f"{each['name']} CNAME" for each in wanted[:3])
    assert on_the_line(leaves)[-1] == (
        "info",
        "owner-records: once the domain is removed, the owner of its zone may delete "
        f"{names}, and not before",
    )
    customers.deletes(wanted, "validation")
    removed = customers.stack.up(customers.program(None))
    assert not removed.failed, removed.printed
    assert customers.certificate() == [f"mta-sts.{MINE}"]
    assert (customers.seen(), customers.seen(MINE)) == ((None, None), both())


def test_what_the_owner_takes_away(customers: Customers) -> None:
    """It is said, and stops the run only where that would do harm."""
    wanted = customers.joins()
    validation = f"{wanted[0]['name']} CNAME {wanted[0]['value']} (found: nothing)"
    gone = (
        f"validation-gone: the record by which its certificate is validated is gone: {validation}. "
    )
    way_on = (
        "Have the owner of the zone make it again; or take the domain out, as docs/leave.md says"
    )
    customers.deletes(wanted, "validation")
    warned = customers.preview({})
    assert on_the_line(warned) == [
        (
            "warning",
            f"{gone}The certificate is not renewed, which is due once a year, for {MINE} too. "
            f"{way_on}",
        )
    ]
    assert not warned.failed
    written = list(customers.cloud.log)
    for stopped in (customers.preview({}, FURTHER), customers.up({}, FURTHER)):
        assert stopped.failed
        assert (
            f"{gone}The certificate is due for another list of names in this run, and AWS issues "
            "none while one of them is not validated: it would fail after 75 minutes, for "
            f"{MINE}, {FURTHER} too. {way_on}. Or set accept: {{validation-gone: <reason>}}"
        ) in "".join(words for _, _, words in stopped.messages)
    assert customers.cloud.log == written
    without = customers.preview(None)
    assert not without.failed, without.printed
    longer = {"maxAge": 8 * 86400}
    customers.succeeds(longer)  # the certificate that there is serves it
    assert customers.seen() == both(**longer)
    customers.makes(wanted, "validation")

    customers.deletes(wanted, "announcement")
    assert codes(customers.preview(longer)) == [("warning", "owner-records")]
    unseen = customers.preview({})
    assert unseen.failed
    assert codes(unseen)[1:] == [("error", "owner-records")]
    accept = {"owner-records": "to see what the gate says"}
    held = customers.up({"accept": accept})
    assert held.failed
    assert (
        f"{THEIRS}: nothing was announced, because nobody would see it: the owner of the zone has "
        f"not made _mta-sts.{THEIRS} CNAME _mta-sts.{THEIRS}.{OURS} (found: nothing). Senders keep "
        "what was announced before. Run `pulumi up` again once it is there"
    ) in "".join([*held.said("error"), held.printed])
    assert customers.memory()["before"]["announced"]["id"] == policy(**longer).id
    customers.makes(wanted, "announcement")

    customers.cloud.delete_records(customers.zones[MINE], [_validation_of(customers, MINE)])
    by_hand = customers.preview({})
    ((severity, said),) = on_the_line(by_hand, MINE)
    assert severity == "warning"
    assert f", for {THEIRS} too. `pulumi up --refresh` makes it again; or " in said


def _validation_of(customers: Customers, domain: str) -> tuple[str, str]:
    (found,) = (
        each["outputs"]
        for each in customers.stack.state()
        if each["urn"].endswith(f"::cloudfront-{domain}-validation")
    )
    return found["name"], "CNAME"


def test_waiting(customers: Customers) -> None:
    """One `up`, and an owner who makes each record once it can be known."""
    with customers.owner_at_work():
        customers.succeeds({}, zone={"wait": 60})
    assert customers.seen() == both()
    assert customers.certificate() == sorted([f"mta-sts.{MINE}", f"mta-sts.{THEIRS}"])
    written = list(customers.cloud.log)
    assert customers.succeeds({}, zone={"wait": 60}).changes == []
    assert customers.cloud.log == written
    not_any_more = customers.preview({})
    assert [(step.op, step.name) for step in not_any_more.changes] == [
        ("update", THEIRS),
        ("delete", f"cloudfront-{THEIRS}-asking"),
    ]


def test_waiting_in_vain(customers: Customers) -> None:
    """The others go on; the error names what is missing; a preview does not wait."""
    customers.succeeds(None)
    run = customers.up({}, FURTHER, zone={"wait": 1}, continue_on_error=True)
    assert run.failed
    said = "".join([*run.said("error"), run.printed])
    assert (
        f"{THEIRS}: nothing was announced, because nobody would see it: after 1 s the owner of the "
        "zone has not made _"
    ) in said
    assert f" (found: nothing), mta-sts.{THEIRS} CNAME " in said
    assert f"_mta-sts.{THEIRS} CNAME _mta-sts.{THEIRS}.{OURS} (found: nothing)" in said
    assert customers.certificate() == [f"mta-sts.{MINE}", f"mta-sts.{FURTHER}"]
    assert (customers.seen(), customers.seen(FURTHER)) == ((None, None), both())
    began = time.monotonic()
    previewed = customers.preview({}, FURTHER, zone={"wait": 1000})
    assert not previewed.failed, previewed.printed
    assert time.monotonic() - began < 100


def test_a_request_that_aws_gave_up(customers: Customers) -> None:
    """What is learnt of it still holds, and with a refresh it is made anew."""
    wanted = told(customers.succeeds({}))
    customers.cloud.give_up_certificates()
    assert customers.preview({}).changes == []
    asks = Step("create", CERTIFICATE, f"cloudfront-{THEIRS}-asking")
    refreshed = customers.succeeds({}, refresh=True)
    assert refreshed.changes == [asks]
    assert told(refreshed) == wanted
    customers.cloud.give_up_certificates()
    customers.makes(wanted)
    at = f"_mta-sts.{THEIRS}.{OURS}"
    customers.cloud.put_records(customers.ours, [(at, "TXT", 300, ["v=STSv1; id=others;"])])
    taken = customers.stack.up(customers.program({}))
    assert taken.failed
    assert f"{THEIRS}: {at} already has the TXT record 'v=STSv1; id=others;', which this " in (
        "".join([*taken.said("error"), taken.printed])
    )
    order = [step.name for step in taken.steps]
    assert order.index("cloudfront-distribution") < order.index(f"{THEIRS}-txt")
    customers.cloud.delete_records(customers.ours, [(at, "TXT")])
    customers.succeeds({})
    assert customers.seen() == both()


def test_the_certificate_of_all_that_aws_gave_up(customers: Customers) -> None:
    """It is said what to do, and can be done though all is protected; meanwhile senders find what
    there was."""
    skips = {"mode": "enforce", "accept": {"mode-skips-testing": "this is a test"}}
    wanted = told(customers.succeeds(skips))
    customers.makes(wanted)
    for _ in range(2):  # the second protects what the first had to replace
        customers.succeeds(skips)
    customers.cloud.acm.pending = True
    with customers.cloud_gives_up():
        failed = customers.up(skips, FURTHER)
    customers.cloud.acm.pending = False
    for run in (failed, customers.up(skips, FURTHER)):
        assert run.failed
        assert (
            "it was not validated for all its names within 72 hours. Run `pulumi up --refresh`, "
            "which asks for another"
        ) in "".join([*run.said("error"), run.printed])
    assert customers.seen()[0] == policy(**skips).id
    customers.succeeds(skips, FURTHER, refresh=True)
    assert customers.seen(FURTHER) == both()


DELEGATION = 2 * 86400  # seconds that the parent's word may be kept


def test_there_and_back_under_enforce(
    customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zone of ours goes to its owner, and comes back: senders find the policy all the time, and
    the records that nobody is sent to go when nobody can be."""

    def on(day: int) -> None:
        monkeypatch.setenv("MTA_STS_NOW", f"2026-01-{day:02}T00:00:00+00:00")

    def types_in(zone: str) -> set[str]:
        sets = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
        return {each["Type"] for each in sets["ResourceRecordSets"]} - {"NS", "SOA", "MX"}

    cloud = customers.cloud
    before = cloud.create_zone(THEIRS)
    mail = [(THEIRS, "MX", 300, ["10 mail.solarmora.com."])]
    cloud.put_records(before, mail)
    cloud.delegate(THEIRS, before)
    own, enforce = {"route53": before}, {"mode": "enforce"}
    on(1)
    skips = {**enforce, "accept": {"mode-skips-testing": "this is a test"}}
    customers.succeeds(skips, zone=own)
    found = both(**enforce)
    assert customers.seen() == found

    on(2)
    moves = customers.preview(enforce)
    assert codes(moves) == [("info", "moved-zone")]
    asked = customers.succeeds(enforce)
    assert types_in(before) == {"CNAME", "TXT"}
    assert types_in(customers.ours) == {"TXT"}
    customers.makes(told(asked))
    cloud.delegate(THEIRS, customers.theirs, DELEGATION)
    assert customers.seen() == found
    on(3)
    assert (
        "the parent delegates to the zone that others keep"
        in (on_the_line(customers.succeeds(enforce))[-1][1])
    )
    on(4)
    customers.succeeds(enforce)  # lifts the protection
    assert types_in(before) == {"CNAME", "TXT"}
    on(5)
    customers.succeeds(enforce)
    assert types_in(before) == set()
    assert customers.seen() == found
    written = list(cloud.log)
    assert customers.succeeds(enforce).changes == []
    assert cloud.log == written

    early = customers.preview(None)
    assert early.failed
    assert f"{THEIRS}: removed-in-force: removed while its enforce policy is announced. " in (
        "".join(early.said("error"))
    )

    on(6)
    back = customers.succeeds(enforce, zone=own)
    assert codes(back) == [("info", "moved-zone")]
    assert types_in(before) == {"CNAME", "TXT"}
    assert types_in(customers.ours) == {"TXT"}
    cloud.delegate(THEIRS, before, DELEGATION)
    customers.succeeds(enforce, zone=own)
    on(7)
    customers.succeeds(enforce, zone=own)
    assert types_in(customers.ours) == {"TXT"}
    on(8)
    customers.succeeds(enforce, zone=own)
    assert types_in(customers.ours) == set()
    assert customers.seen() == found
    assert customers.succeeds(enforce, zone=own).changes == []
