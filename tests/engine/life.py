"""A domain over time: the repository's own program on the real engine, the clock handed in."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mta_sts.limits import LONGEST_RUN
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.programs import GATE_TIMEOUT, Program, configured
from tests.engine.stack import Run, Stack

DOMAIN, OTHER = "solarmora.com", "solarmora.net"
OLD, NEW = "mail.solarmora.com", "mx2.solarmora.com"
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86400
WEEK = 7 * DAY
TESTING = {"mode": "testing", "mx": [OLD], "maxAge": WEEK}
ENFORCE = {**TESTING, "mode": "enforce"}
SKIPS_TESTING = {**ENFORCE, "accept": {"mode-skips-testing": "this is a test of what follows"}}
BOTH = {**ENFORCE, "mx": [OLD, NEW]}
MOVED = {**ENFORCE, "mx": [NEW]}
LONGER = {**MOVED, "maxAge": 30 * DAY}
NONE = {"mode": "none", "maxAge": DAY}

DELEGATION_DAYS = 2  # the TTL of a delegation, as the parent has it

Says = list[tuple[str, str]]

OWN = {DOMAIN, *(f"{DOMAIN}-{part}" for part in ("policy", "cname", "txt", "tlsrpt"))}
"""The domain's own resources, and those of the host but for what is another domain's."""
HOST = {"cloudfront"} | {
    f"cloudfront-{part}"
    for part in (
        *("bucket", "public-access", "ownership", "bucket-policy", "certificate", "issued"),
        *("access", "function", "distribution", f"{DOMAIN}-validation"),
    )
}


def policy(given: Mapping[str, Any]) -> Policy:
    return Policy(mode=given["mode"], mx=given.get("mx", []), max_age=given["maxAge"])


def short(given: Mapping[str, Any]) -> str:
    return f"{policy(given).id[:4]}…"


def ids(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return f"id {short(before)} -> {short(after)}"


class Life:
    """The domain, and another beside it that stays in testing, in the repository's own program."""

    def __init__(
        self, cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch, zone: str = "route53"
    ) -> None:
        self.cloud = cloud
        self.stack = stack
        self.monkeypatch = monkeypatch
        self.zones: dict[str, dict[str, str]] = {}
        self.gets_zone(DOMAIN, zone)
        self.gets_zone(OTHER)

    def gets_zone(self, domain: str, kind: str = "route53") -> str:
        """A new zone of the domain, in which mail goes to the old MX; its id."""
        make = {"route53": self.cloud.create_zone, "cloudflare": self.cloud.create_cloudflare_zone}
        zone = make[kind](domain)
        self.cloud.put_records(zone, [(domain, "MX", 300, [f"10 {OLD}."])])
        self.zones[domain] = {kind: zone}
        return zone

    def mail_goes_to(self, *hosts: str) -> None:
        values = [f"{10 * place} {host}." for place, host in enumerate(hosts, start=1)]
        (zone,) = self.zones[DOMAIN].values()
        self.cloud.put_records(zone, [(DOMAIN, "MX", 300, values)])

    def on(self, day: float) -> None:
        """Let it be so many days after the start."""
        self.monkeypatch.setenv("MTA_STS_NOW", (START + timedelta(days=day)).isoformat())

    def configuration(self, given: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
        domains: dict[str, Mapping[str, Any]] = {
            name: TESTING for name in self.zones if name != DOMAIN
        }
        if given is not None:
            domains[DOMAIN] = given
        return {
            name: {
                **keys,
                "zone": self.zones[name],
                "reports": ["mailto:tls@reports.example"],
                "gateTimeout": GATE_TIMEOUT,
            }
            for name, keys in domains.items()
        }

    def deploys(self, day: float, given: Mapping[str, Any], *, alone: bool = False) -> None:
        """What leads to what a test is about; `alone`, without the other domain."""
        self.on(day)
        domains = self.configuration(given)
        if alone:
            del domains[OTHER]
        run = self.stack.up(self.program(domains))
        assert not run.failed, run.printed

    def preview(self, given: Mapping[str, Any] | None) -> Run:
        return self.stack.preview(self.program(self.configuration(given)))

    def up(self, given: Mapping[str, Any] | None) -> Run:
        """Deploy, a sender watching who must not be misled."""
        with Watcher(DOMAIN, Vantage.from_environment()) as watcher:
            run = self.stack.up(self.program(self.configuration(given)))
        assert watcher.misled == [], run.printed
        return run

    def program(self, domains: Mapping[str, Mapping[str, Any]]) -> Program:
        """The repository's own, with an account at Cloudflare where a zone is there."""
        at_cloudflare = any("cloudflare" in zone for zone in self.zones.values())
        return configured(domains, self.cloud.cloudflare if at_cloudflare else None)

    def seen(self) -> tuple[str | None, Policy | None]:
        """The id and the policy that a sender finds."""
        sight = asyncio.run(look(DOMAIN, Vantage.from_environment()))
        return sight.record.id if sight.record else None, sight.policy

    def memory(self) -> dict[str, Any] | None:
        for resource in self.stack.state():
            if resource["urn"].endswith(f"mta-sts:index:MtaSts::{DOMAIN}"):
                return dict(resource["outputs"]["memory"])
        return None

    def protected(self) -> set[str]:
        """The names of the resources that are protected."""
        return {
            resource["urn"].split("::", 3)[3]
            for resource in self.stack.state()
            if resource.get("protect")
        }

    def all_that_counts(self) -> Any:
        """What a run that is stopped leaves as it was."""
        resources = {
            resource["urn"]: (resource.get("outputs"), resource.get("protect"))
            for resource in self.stack.state()
            if resource["type"] != "pulumi:pulumi:Stack"
            and not resource["type"].startswith("pulumi:providers:")
        }
        return resources, list(self.cloud.log), self.seen()

    def goes(
        self, day: float, given: Mapping[str, Any], says: Says, *, previewed: bool = True
    ) -> None:
        """The preview says it, the update says and does it, and the sender sees it."""
        self.on(day)
        if previewed:
            preview = self.preview(given)
            assert on_the_line(preview) == says
            assert not preview.failed, preview.printed
        done = self.up(given)
        assert not done.failed, done.printed
        assert on_the_line(done) == says
        assert self.seen() == (policy(given).id, policy(given))

    def is_stopped(self, day: float, given: Mapping[str, Any], summary: str, error: str) -> None:
        """The preview says why, and so does the update; nothing is touched."""
        self.on(day)
        before = self.all_that_counts()
        previewed = self.preview(given)
        assert previewed.failed
        assert on_the_line(previewed) == [("info", summary), ("error", error)]
        updated = self.up(given)
        assert updated.failed
        assert (
            f"the review found errors; nothing was changed:\n  {DOMAIN}: {error}\n"
            in said_in_the_end(updated)
        )
        for run in (previewed, updated):
            assert run.printed.count("Traceback") == 0
        assert self.all_that_counts() == before


def on_the_line(run: Run) -> Says:
    """What is said on the domain's own line; of the other, once it is there, nothing is."""
    other = [words for _, name, words in heard(run) if name == OTHER]
    assert other in ([], [f"new: testing, 1 mx, max_age 7d, id {short(TESTING)}"])
    return [(severity, words) for severity, name, words in heard(run) if name == DOMAIN]


def heard(run: Run) -> list[tuple[str, str, str]]:
    return [each for each in run.messages if each[0] != "debug"]


def said_in_the_end(run: Run) -> str:
    return "\n".join([*run.said("error"), run.printed]) + "\n"


RUN = LONGEST_RUN / DAY
"""Days by which senders may come later than a run's start, and so hold a policy longer."""


def until(day: float) -> str:
    return f"{START + timedelta(days=day):%Y-%m-%d %H:%M} UTC"


def again(days: int) -> tuple[str, str]:
    """What is said of the policy before an enforce policy with a max_age of so many days."""
    return "warning", (
        "id-again: the id is again the one before. Senders that fetched the enforce policy while "
        "their resolver still held that id, for 5 min after it was announced, see no change, and "
        f"keep it for up to {days}d. Change max_age by a second: a new id makes them look again"
    )


def protected(days: int, day: float) -> tuple[str, str]:
    """What is said of a domain that is leaving, so many days before that day."""
    return "info", (
        f"protected: senders may hold an enforce policy: {days} days 2 h left, until "
        f"{until(day + RUN)}. The "
        "first `pulumi up` after that lifts the protection; then the domain may be removed"
    )
