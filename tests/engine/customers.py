"""Domains of ours on one host, and one whose zone its owner keeps, in the repository's program."""

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.aws import backends
from sandbox.aws.acm import validation
from sandbox.aws.backends import ACCOUNT, LOCK
from sandbox.cloud import Cloud
from sandbox.watcher import Watcher
from tests.engine.programs import GATE_TIMEOUT, Program, configured
from tests.engine.stack import Run, Stack

MINE, THEIRS, FURTHER = "solarmora.com", "customer.example", "solarmora.net"
OURS = "announce.example"
"""The zone of ours in which theirs is announced."""
WEEK = 604800
LOOKS_OF_CREATE = 2
"""How often the provider describes a certificate before it is created."""
POLICY = {
    "mode": "testing",
    "mx": ["mail.solarmora.com"],
    "maxAge": WEEK,
    "gateTimeout": GATE_TIMEOUT,
    "reports": ["mailto:tls@reports.example"],
}
NAMES = {
    "host": f"mta-sts.{THEIRS}",
    "announcement": f"_mta-sts.{THEIRS}",
    "reports": f"_smtp._tls.{THEIRS}",
}

Said = list[tuple[str, str]]


class Customers:
    """The domains, and what their zones hold."""

    def __init__(self, cloud: Cloud, stack: Stack) -> None:
        self.cloud, self.stack = cloud, stack
        self.ours = cloud.create_zone(OURS)
        self.theirs = cloud.create_cloudflare_zone(THEIRS)
        self.zones = {domain: cloud.create_zone(domain) for domain in (MINE, FURTHER)}
        for domain, zone in {**self.zones, THEIRS: self.theirs}.items():
            cloud.put_records(zone, [(domain, "MX", 300, ["10 mail.solarmora.com."])])

    def program(
        self, theirs: Mapping[str, Any] | None, *more: str, zone: Mapping[str, Any] | None = None
    ) -> Program:
        """The domain of ours, further ones, and theirs with these keys.

        Args:
            zone: keys of `external`, or the zone itself.
        """
        domains = {
            domain: {**POLICY, "zone": {"route53": self.zones[domain]}} for domain in (MINE, *more)
        }
        if theirs is not None:
            zone = zone or {}
            is_whole = {"route53", "cloudflare"} & {*zone}
            given = zone if is_whole else {"external": {"route53": self.ours, **zone}}
            domains[THEIRS] = {**POLICY, "zone": given, **theirs}
        return configured(domains, self.cloud.cloudflare)

    def preview(self, theirs: Mapping[str, Any] | None, *more: str, **given: Any) -> Run:
        return self.stack.preview(self.program(theirs, *more, **given))

    def up(
        self,
        theirs: Mapping[str, Any] | None,
        *more: str,
        zone: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Run:
        """Deploy, a sender to theirs watching who must not be misled."""
        with Watcher(THEIRS, Vantage.from_environment()) as watcher:
            run = self.stack.up(self.program(theirs, *more, zone=zone), **options)
        assert watcher.misled == [], run.printed
        return run

    def succeeds(self, theirs: Mapping[str, Any] | None, *more: str, **given: Any) -> Run:
        run = self.up(theirs, *more, **given)
        assert not run.failed, run.printed
        return run

    def joins(self, **theirs: Any) -> list[Mapping[str, str]]:
        """Announced, after its owner made all records: those."""
        wanted = told(self.succeeds(theirs))
        self.makes(wanted)
        self.succeeds(theirs)
        assert self.seen() == both(**theirs)
        return wanted

    @contextmanager
    def owner_at_work(self) -> Iterator[None]:
        """The owner makes each record as soon as it can be known, while this runs."""
        over = threading.Event()
        works = threading.Thread(target=self._makes_all, args=(over,), daemon=True)
        works.start()
        try:
            yield
        finally:
            over.set()
            works.join(timeout=30)

    @contextmanager
    def cloud_gives_up(self) -> Iterator[None]:
        """AWS gives up all certificates that are asked for while this runs, once the
        provider waits for them to be issued."""
        over = threading.Event()

        def gives_up() -> None:
            while not over.wait(0.2):
                with LOCK:
                    asked = [each.looks for each in backends.acm().requested]
                if asked and min(asked) > LOOKS_OF_CREATE:
                    self.cloud.give_up_certificates()

        works = threading.Thread(target=gives_up, daemon=True)
        works.start()
        try:
            yield
        finally:
            over.set()
            works.join(timeout=30)

    def _makes_all(self, over: threading.Event) -> None:
        self.makes([_cname(f"_mta-sts.{THEIRS}", f"_mta-sts.{THEIRS}.{OURS}")])
        name = f"mta-sts.{THEIRS}"
        while not over.wait(0.2):
            with LOCK:
                asked = any(name in each.names for each in backends.acm().requested)
                hosts = [each.domain_name for each in backends.cloudfront().distributions.values()]
            if asked:
                self.makes([_cname(*(each.rstrip(".") for each in validation(name, ACCOUNT)))])
            if hosts:
                self.makes([_cname(name, hosts[0])])
                return

    def makes(self, wanted: Iterable[Mapping[str, str]], *which: str) -> None:
        """The owner makes these of the records that were told: all, if none is named."""
        records = [
            (each["name"], each["type"], 300, [_data(each)])
            for each in wanted
            if not which or _kind(each["name"]) in which
        ]
        self.cloud.put_records(self.theirs, records)

    def deletes(self, wanted: Iterable[Mapping[str, str]], which: str) -> None:
        """The owner deletes this one."""
        names = [(each["name"], each["type"]) for each in wanted if _kind(each["name"]) == which]
        self.cloud.delete_records(self.theirs, names)

    def seen(self, domain: str = THEIRS) -> tuple[str | None, Policy | None]:
        """The id and the policy that a sender finds."""
        sight = asyncio.run(look(domain, Vantage.from_environment()))
        return sight.record.id if sight.record else None, sight.policy

    def memory(self) -> Mapping[str, Any]:
        (found,) = (
            each["outputs"]["memory"]
            for each in self.stack.state()
            if each["urn"].endswith(f"mta-sts:index:MtaSts::{THEIRS}")
        )
        return dict(found)

    def certificate(self) -> list[str]:
        """The names in the certificate that the host's domains share."""
        (found,) = (
            each["outputs"]["subjectAlternativeNames"]
            for each in self.stack.state()
            if each["urn"].endswith("::cloudfront-certificate") and not each.get("delete")
        )
        return sorted(found)


def policy(**given: Any) -> Policy:
    keys = {**POLICY, **given}
    return Policy(mode=keys["mode"], mx=keys["mx"], max_age=keys["maxAge"])


def both(**given: Any) -> tuple[str, Policy]:
    """What a sender finds of this policy."""
    return policy(**given).id, policy(**given)


def on_the_line(run: Run, domain: str = THEIRS) -> Said:
    """What is said on the domain's own line."""
    return [(how, words) for how, name, words in run.messages if name == domain and how != "debug"]


def codes(run: Run, domain: str = THEIRS) -> list[tuple[str, str]]:
    """The findings: how bad, and which."""
    return [(how, words.partition(":")[0]) for how, words in on_the_line(run, domain)]


def told(run: Run) -> list[Mapping[str, str]]:
    """The records that the owner is to make."""
    return list(run.outputs[THEIRS]["toMake"])


def _kind(name: str) -> str:
    return next((kind for kind, each in NAMES.items() if each == name), "validation")


def _cname(name: str, value: str) -> Mapping[str, str]:
    return {"name": name, "type": "CNAME", "value": value}


def _data(wanted: Mapping[str, str]) -> str:
    return wanted["value"] if wanted["type"] == "TXT" else f"{wanted['value']}."
