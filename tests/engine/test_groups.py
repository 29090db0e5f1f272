"""Groups of a CloudFront host, and names that move between them (P2, P6, P9)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mta_sts import place
from mta_sts.protocol import Policy
from mta_sts.protocol.vantage import Vantage
from sandbox.cloud import Cloud
from sandbox.faults import Fault
from sandbox.watcher import Watcher
from tests.engine.programs import GATE_TIMEOUT, MX, Program, configured
from tests.engine.stack import Run, Stack, Step

ONE, TWO, THREE = "solarmora.com", "solarmora.net", "solarmora.org"
POLICY = Policy(mode="testing", mx=MX, max_age=604800)
KEYS: dict[str, Any] = {"mode": "testing", "mx": MX, "maxAge": 604800, "gateTimeout": GATE_TIMEOUT}
ISSUED = "aws:acm/certificateValidation:CertificateValidation"
DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
RECORD = "aws:route53/record:Record"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


class Groups:
    """Domains in groups, in the repository's own program."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self.cloud = cloud
        self.stack = stack
        self.zones = {domain: cloud.create_zone(domain) for domain in (ONE, TWO, THREE)}

    def program(
        self,
        groups: Mapping[str, str | None],
        each: Mapping[str, Mapping[str, Any]] | None = None,
        **keys: Any,
    ) -> Program:
        """The program with these domains, each in its group; `each` has the keys of one domain."""
        return configured(
            {
                domain: {
                    **KEYS,
                    **keys,
                    **(each or {}).get(domain, {}),
                    "zone": {"route53": self.zones[domain]},
                    **({} if group is None else {"group": group}),
                }
                for domain, group in groups.items()
            }
        )

    def up(self, groups: Mapping[str, str | None], **keys: Any) -> Run:
        run = self.stack.up(self.program(groups, **keys))
        assert not run.failed, run.printed
        return run

    def preview(self, groups: Mapping[str, str | None], **keys: Any) -> Run:
        run = self.stack.preview(self.program(groups, **keys))
        assert not run.failed, run.printed
        return run

    def nothing_changes(self, groups: Mapping[str, str | None], **keys: Any) -> None:
        written = list(self.cloud.log)
        assert self.up(groups, **keys).changes == []
        assert self.cloud.log == written

    def readers(self) -> list[str]:
        """The distributions that may read the bucket."""
        found = {name(each): each for each in self.stack.state()}
        policy = json.loads(found["cloudfront-bucket-policy"]["inputs"]["policy"])
        arns = policy["Statement"][0]["Condition"]["StringEquals"]["AWS:SourceArn"]
        called = {r["outputs"]["arn"]: n for n, r in found.items() if r["type"] == DISTRIBUTION}
        return [called[arn] for arn in ([arns] if isinstance(arns, str) else arns)]

    def fails(self, service: str, operation: str, text: str) -> Fault:
        """All calls of this operation with that text fail."""
        return self.cloud.faults.add(
            service=service, operation=operation, how="fail", times=None, match=text
        )

    def aliases(self) -> dict[str, list[str]]:
        """By the name of its resource, the names that are on each distribution."""
        return {
            name(each): sorted(each["outputs"]["aliases"])
            for each in self.stack.state()
            if each["type"] == DISTRIBUTION and not each.get("delete")
        }


def name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"].split("::", 3)[3])


@pytest.fixture
def groups(cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Groups:
    monkeypatch.setattr(place, "RECORD_TTL", 1.0)  # seconds, in place of 300
    return Groups(cloud, stack)


def watching(domain: str = ONE) -> Watcher:
    return Watcher(domain, Vantage.from_environment())


def is_gap(watcher: Watcher) -> bool:
    """Whether there was at most none to fetch for a while, and never an older policy."""
    return not [each for each in watcher.misled if each.found.startswith("the policy")]


def in_order(run: Run, *steps: Step) -> bool:
    """Whether these were begun one after the other."""
    places = [run.steps.index(step) for step in steps]
    return places == sorted(places)


def test_a_domain_moves_to_another_group(groups: Groups) -> None:
    """All that can fail is done before the name is let go, and nothing else is touched. A group
    that all have left goes with the next run."""
    groups.up({ONE: None, TWO: "b"})
    assert groups.aliases() == {
        "cloudfront-distribution": [f"mta-sts.{ONE}"],
        "cloudfront-b-distribution": [f"mta-sts.{TWO}"],
    }
    assert groups.readers() == ["cloudfront-distribution", "cloudfront-b-distribution"]
    moved = {ONE: "b", TWO: "b"}
    preview = groups.preview(moved)
    assert [words for words in preview.said("warning") if "group" in words] == [
        "moved-host: the domain moves from group default to group b: once the certificate of b is "
        "issued, the distribution of default lets go of the name, and that of b takes it. "
        "Meanwhile, for minutes on AWS, senders cannot fetch the policy: those who hold it keep "
        "it, others deliver as if there was none. The mta-sts CNAME changes once b serves it"
    ]
    assert [words for words in preview.said("info") if "moved-host" in words] == []
    with watching() as watcher, watching(TWO) as other:
        run = groups.up(moved)
        watcher.wait_for(lambda: watcher.held is not None)
    assert watcher.held is not None
    assert watcher.held.policy == POLICY
    assert is_gap(watcher)
    assert other.misled == []
    assert in_order(
        run,
        Step("replace", ISSUED, "cloudfront-b-issued"),
        Step("update", DISTRIBUTION, "cloudfront-distribution"),
        Step("update", DISTRIBUTION, "cloudfront-b-distribution"),
        Step("update", RECORD, f"{ONE}-cname"),
    )
    assert {step.name for step in run.changes if step.type in (RECORD, OBJECT)} == {f"{ONE}-cname"}
    assert groups.aliases() == {
        "cloudfront-distribution": [],
        "cloudfront-b-distribution": [f"mta-sts.{ONE}", f"mta-sts.{TWO}"],
    }
    with watching() as watcher:
        run = groups.up(moved)
    assert watcher.misled == []
    gone = {"cloudfront-certificate", "cloudfront-issued", "cloudfront-distribution"}
    assert {step.name for step in run.changes if step.op == "delete"} == gone
    assert groups.readers() == ["cloudfront-b-distribution"]
    groups.nothing_changes(moved)


def test_to_a_group_that_is_new(groups: Groups) -> None:
    groups.up({ONE: None, TWO: None})
    moved = {ONE: None, TWO: "b"}
    told = groups.preview(moved).said("warning")
    assert [words.split(":")[0] for words in told if "group b" in words] == ["moved-host"]
    with watching(TWO) as watcher, watching(ONE) as other:
        run = groups.up(moved)
    assert is_gap(watcher)
    assert other.misled == []
    assert {step.name for step in run.changes if step.type == RECORD} == {f"{TWO}-cname"}
    groups.nothing_changes(moved)


def test_domains_that_move_in_a_circle_are_refused_and_in_a_row_are_ordered(
    groups: Groups,
) -> None:
    groups.up({ONE: "a", TWO: "b", THREE: "b"})
    written = list(groups.cloud.log)
    refused = groups.stack.up(groups.program({ONE: "b", TWO: "a", THREE: "a"}))
    assert refused.failed
    assert "domains: group: domains move in a circle: " in refused.printed
    assert "Traceback" not in refused.printed
    assert refused.changes == []
    assert groups.cloud.log == written
    row = {ONE: "b", TWO: "c", THREE: "c"}
    with watching() as watcher, watching(TWO) as second:
        groups.up(row)
    assert is_gap(watcher)
    assert is_gap(second)
    groups.up(row)
    assert groups.aliases() == {
        "cloudfront-b-distribution": [f"mta-sts.{ONE}"],
        "cloudfront-c-distribution": [f"mta-sts.{TWO}", f"mta-sts.{THREE}"],
    }


@pytest.mark.parametrize("alone", [True, False], ids=["a group that all leave", "one that stays"])
def test_what_fails_is_finished_by_the_next_run(groups: Groups, alone: bool) -> None:
    stays = {} if alone else {THREE: "a"}
    here, there = {ONE: "a", TWO: "b", **stays}, {ONE: "b", TWO: "b", **stays}
    groups.up(here)
    with watching() as watcher:
        fault = groups.fails("acm", "RequestCertificate", f"mta-sts.{TWO}")
        assert groups.stack.up(groups.program(there)).failed
        assert f"mta-sts.{ONE}" in groups.aliases()["cloudfront-a-distribution"]
    assert watcher.misled == []
    groups.cloud.faults.remove(fault)
    fault = groups.fails("cloudfront", "UpdateDistribution", f"mta-sts.{TWO}")
    assert groups.stack.up(groups.program(there)).failed
    assert groups.aliases()["cloudfront-b-distribution"] == [f"mta-sts.{TWO}"]
    assert f"mta-sts.{ONE}" not in groups.aliases()["cloudfront-a-distribution"]
    groups.cloud.faults.remove(fault)
    told = groups.preview(there).said("warning")
    assert any("moves from group a to group b" in words for words in told)
    with watching() as watcher:
        groups.up(there)
        watcher.wait_for(lambda: watcher.held is not None)
    assert is_gap(watcher)
    groups.up(there)
    groups.nothing_changes(there)


def test_back_after_a_failure(groups: Groups) -> None:
    here = {ONE: "a", TWO: "b"}
    groups.up(here)
    fault = groups.fails("cloudfront", "UpdateDistribution", f"mta-sts.{TWO}")
    assert groups.stack.up(groups.program({ONE: "b", TWO: "b"})).failed
    groups.cloud.faults.remove(fault)
    groups.up(here)
    assert groups.aliases()["cloudfront-a-distribution"] == [f"mta-sts.{ONE}"]
    with watching() as watcher:
        groups.nothing_changes(here)
    assert watcher.misled == []


def test_under_enforce_a_move_needs_a_word(groups: Groups, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTA_STS_NOW", "2026-01-01T10:00:00Z")
    for domain, zone in groups.zones.items():
        hosts = [f"10 {host.replace('*', 'mx')}." for host in MX]
        groups.cloud.put_records(zone, [(domain, "MX", 300, hosts)])
    enforce = {"mode": "enforce", "accept": {"mode-skips-testing": "this is a test"}}
    here, there = {ONE: "a", TWO: "b"}, {ONE: "b", TWO: "b"}
    groups.up(here, **enforce)
    before = groups.aliases()
    for run in (
        groups.stack.preview(groups.program(there, mode="enforce")),
        groups.stack.up(groups.program(there, mode="enforce")),
    ):
        assert run.failed
        assert (
            "Senders may hold an enforce policy: leave the domain in group a, or move it "
            "knowingly. Or set accept: {moved-host: <reason>}"
        ) in " ".join([*run.said("error"), *run.printed.split()])
    assert groups.aliases() == before
    accepted = {"mode": "enforce", "accept": {"moved-host": "group a is full"}}
    with watching() as watcher:
        groups.up(there, **accepted)
        watcher.wait_for(lambda: watcher.held is not None)
    assert is_gap(watcher)
    groups.up(there, mode="enforce")
    assert [*groups.aliases()] == ["cloudfront-b-distribution"]
    groups.nothing_changes(there, mode="enforce")
    # A group of which nobody may hold an enforce policy can go, in a host that is protected.
    beside = {**there, THREE: "c"}
    groups.up(beside, each={THREE: {"mode": "testing"}}, mode="enforce")
    run = groups.up(there, mode="enforce")
    assert Step("delete", DISTRIBUTION, "cloudfront-c-distribution") in run.changes
    assert {name(each) for each in groups.stack.state() if each.get("protect")} >= {
        "cloudfront-b-distribution", "cloudfront-b-certificate", f"{ONE}-cname", f"{ONE}-txt",
    }  # fmt: skip


def test_quotas_are_named(groups: Groups) -> None:
    groups.cloud.acm.most_names = 1
    run = groups.stack.up(groups.program({ONE: None, TWO: None}))
    assert run.failed
    assert (
        "AWS issues no certificate with as many names to this account: the quota is `Domain names "
        "per ACM certificate`, 10 unless it was raised."
    ) in " ".join(run.printed.split())
    groups.cloud.cloudfront.most_distributions = 1
    run = groups.stack.up(groups.program({ONE: None, TWO: "b"}))
    assert run.failed
    assert "the quota is `Distributions per AWS account`." in " ".join(run.printed.split())
