"""Taking over what exists: resources of the same stack by aliases, records by `pulumi import`."""

from pathlib import Path

import pytest

from mta_sts import MtaSts
from mta_sts.arguments import Zone
from mta_sts.protocol import Policy
from mta_sts.protocol.policy import policy_id
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from sandbox.watcher import Watcher
from tests.engine.examples import example
from tests.engine.programs import Program
from tests.engine.stack import Run, Stack, Step
from tests.engine.typed import Typed

pytestmark = pytest.mark.usefixtures("administrator")

DOMAIN = "solarmora.com"
NAME = f"mta-sts.{DOMAIN}"
BY_HAND = "20240501T120000"
POLICY = Policy(mode="testing", mx=[f"mail.{DOMAIN}"], max_age=604800)
DNS = "ChangeResourceRecordSets"
ROUTE53 = "aws:route53/record:Record"
LAG = 1.5  # seconds that the edge lags


def succeeded(run: Run) -> Run:
    assert not run.failed, run.printed
    return run


def test_what_was_written_by_hand_goes_on(
    cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "examples" / "adopt"))
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(zone, [(DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."])])
    before = example("adopt", domain=DOMAIN, zone=zone)
    after = example("adopt", domain=DOMAIN, zone=zone, adopt=True)
    made = succeeded(stack.up(before)).inputs
    (by_hand,) = {each["content"] for name, each in made.items() if name.startswith("file")}

    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        begun = len(cloud.log)
        run = succeeded(stack.up(after))
    assert ("info", DOMAIN, f"taken over: id {BY_HAND} -> {POLICY.id[:4]}…") in run.messages
    by_op = {
        op: {step.name for step in run.changes if step.op == op}
        for op in {step.op for step in run.changes}
    }
    again = {"policies-issued", "issued"}  # nothing in AWS: it only waits
    assert {name for op, names in by_op.items() for name in names if "replace" in op} == again
    assert by_op["delete"] == {"file"}
    assert by_op["update"] == {
        "policies-bucket-policy",
        "policies-distribution",
        f"policies-{DOMAIN}-validation",
        f"{DOMAIN}-cname",
        f"{DOMAIN}-policy",
        f"{DOMAIN}-txt",
    }
    assert [call.operation for call in cloud.log[begun:] if "Delete" in call.operation] == [
        "DeleteObject"
    ]
    assert [(event.what, event.id) for event in watcher.events if event.what == "record"] == [
        ("record", BY_HAND),
        ("record", POLICY.id),
    ]
    assert [event.id for event in watcher.events if event.what == "file"] == [
        policy_id(by_hand.encode("ascii")),
        POLICY.id,
    ]
    assert [event.id for event in watcher.events][-1] == POLICY.id
    assert not succeeded(stack.preview(after)).changes


@pytest.fixture
def typed(engine_environment: dict[str, str], tmp_path: Path) -> Typed:
    return Typed(tmp_path, engine_environment)


def test_records_are_imported_by_the_program(cloud: Cloud, stack: Stack) -> None:
    """In one run, and each changed only after its gate; the name is an alias record."""
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(
        zone,
        [
            (DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."]),
            (f"_mta-sts.{DOMAIN}", "TXT", 300, [f"v=STSv1; id={BY_HAND};"]),
        ],
    )
    target = {
        "HostedZoneId": "Z2FDTNDATAQYW2",
        "DNSName": "d111111abcdef8.cloudfront.net",
        "EvaluateTargetHealth": False,
    }
    alias = {"Name": NAME, "Type": "A", "AliasTarget": target}
    cloud.client("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": alias}]},
    )
    ids = {"cname": f"{zone}_{NAME}_A", "txt": f"{zone}__mta-sts.{DOMAIN}_TXT"}
    ours = example("import_records", domain=DOMAIN, zone=zone, **ids)
    assert not succeeded(stack.preview(ours)).said("error")
    cloud.edge.lag = LAG
    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        run = succeeded(stack.up(ours))
    last = [(step.op, step.name) for step in run.steps if step.type == ROUTE53][-4:]
    assert last == [
        ("import", f"{DOMAIN}-cname"),
        ("update", f"{DOMAIN}-cname"),
        ("import", f"{DOMAIN}-txt"),
        ("update", f"{DOMAIN}-txt"),
    ]
    assert [call.operation for call in cloud.log][-2:] == [DNS, DNS]
    assert [(event.what, event.id) for event in watcher.events if event.id] == [
        ("record", BY_HAND),
        ("file", POLICY.id),
        ("record", POLICY.id),
    ]
    assert not succeeded(stack.preview(ours)).changes


def program(zone: Zone) -> Program:
    def run() -> None:
        MtaSts(
            DOMAIN,
            {
                "domain": DOMAIN,
                "zone": zone,
                "mode": "testing",
                "mx": [f"mail.{DOMAIN}"],
                "gate_timeout": 20.0,
            },
        )

    return run


def commands_in(run: Run) -> list[str]:
    """The commands that the error names."""
    (said,) = (words for words in run.said("error") if "already has the" in words)
    return [line.strip() for line in said.splitlines()[1:]]


def test_records_made_elsewhere_are_brought_in(cloud: Cloud, stack: Stack, typed: Typed) -> None:
    """The name is an address, which becomes a CNAME; the record has an id of another."""
    zone = cloud.create_zone(DOMAIN)
    cloud.put_records(
        zone,
        [
            (DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."]),
            (f"_mta-sts.{DOMAIN}", "TXT", 300, [f"v=STSv1; id={BY_HAND};"]),
            (NAME, "A", 300, ["127.0.0.2"]),
        ],
    )
    ours = program({"route53": zone})
    first = stack.up(ours)
    assert first.failed
    said = (
        f"{DOMAIN}: {NAME} already has the A record '127.0.0.2', and _mta-sts.{DOMAIN} already has "
        f"the TXT record 'v=STSv1; id={BY_HAND};', which this stack did not make. It was left as "
        "it is, and nothing was announced. Bring it into this stack as below, which changes "
        "nothing in DNS, and run `pulumi up` again, which changes it in place\n"
    )
    assert said in first.printed.replace("\n      ", "\n")
    parent = f"urn:pulumi:test::mta-sts::mta-sts:index:MtaSts::{DOMAIN}"
    begin = f"pulumi import --protect=false --generate-code=false --parent it={parent} {ROUTE53}"
    assert commands_in(first) == [
        f"{begin} {DOMAIN}-cname {zone}_{NAME}_A",
        f"{begin} {DOMAIN}-txt {zone}__mta-sts.{DOMAIN}_TXT",
    ]
    for command in commands_in(first):
        typed(command)

    with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
        begun = len(cloud.log)
        run = succeeded(stack.up(ours))
    assert run.changes == [
        Step("update", ROUTE53, f"{DOMAIN}-cname"),
        Step("update", ROUTE53, f"{DOMAIN}-txt"),
    ]
    assert [call.operation for call in cloud.log[begun:]] == [DNS, DNS]
    assert [event.id for event in watcher.events if event.what == "record"] == [BY_HAND, POLICY.id]
    assert watcher.events[-1].id == POLICY.id
    assert not succeeded(stack.preview(ours)).changes


def test_records_at_cloudflare_are_brought_in(cloud: Cloud, stack: Stack, typed: Typed) -> None:
    zone = cloud.create_cloudflare_zone(DOMAIN)
    cloud.put_records(
        zone,
        [
            (DOMAIN, "MX", 300, [f"10 mail.{DOMAIN}."]),
            (f"_mta-sts.{DOMAIN}", "TXT", 300, [f"v=STSv1; id={BY_HAND};"]),
            (NAME, "CNAME", 300, ["policies.example."]),
        ],
    )
    ids = {each.name: each.id for each in cloud.cloudflare.zones[zone].records.values()}
    ours = program({"cloudflare": zone})
    commands = commands_in(stack.up(ours))
    for command, name in zip(commands, (NAME, f"_mta-sts.{DOMAIN}"), strict=True):
        typed(command.replace("<id of the record>", ids[name]))
    begun = len(cloud.log)
    run = succeeded(stack.up(ours))
    assert [(step.op, step.name) for step in run.changes] == [
        ("update", f"{DOMAIN}-cname"),
        ("update", f"{DOMAIN}-txt"),
    ]
    assert [call.operation for call in cloud.log[begun:]] == ["dns_records.update"] * 2
    assert not succeeded(stack.preview(ours)).changes
