"""What is made for one domain: the file and the name on its host, and the DNS records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import place
from mta_sts.announce import Gate, Gates
from mta_sts.hosts import HostModule, Site
from mta_sts.hosts.recorded import CLOUDFRONT, NAMED_BY, TENANT
from mta_sts.memory import Recorded
from mta_sts.program import this_program
from mta_sts.protocol import Record
from mta_sts.state import State
from mta_sts.zones import ZoneOfDomain


@dataclass(frozen=True)
class Domain:
    """One domain, as the component makes it."""

    component: pulumi.ComponentResource
    name: str
    domain: str
    state: State
    recorded: Recorded
    zone: ZoneOfDomain
    leaving: Sequence[ZoneOfDomain]
    """Zones that it moves out of: they keep its records for a while."""
    gates: Gates
    policy_id: pulumi.Output[str]
    policy: pulumi.Output[str]
    announces: bool
    """Whether the policy is announced: of a domain whose zone others keep, whether it can be."""

    def make(
        self, host: HostModule, given: Any, tlsrpt: pulumi.Output[str] | None
    ) -> pulumi.Output[list[dict[str, str]]]:
        """Make all of it; the records made, by name, type and value.

        Args:
            given: what the host is given.
            tlsrpt: the TLS reporting record, where there is to be one.
        """
        kind, target = host.kind(given), host.target(given, self.domain)
        site = Site(
            self.component,
            self.name,
            self.domain,
            self.policy,
            self.gates,
            lambda ready: self._claim(kind, target, ready),
            self._cname,
            is_named_by_owner=self.zone.announced_at is not None,
        )
        served = host.serve(site, given)
        ready = list(served.by)
        made = dict(served.records)
        for zone in [*self.leaving, self.zone]:
            if zone is not self.zone and zone.announced_at is None:
                options = site.options(protect=zone.protect)
                name, gate = f"mta-sts.{self.domain}", self.gates.before_cname
                cname, _ = self._record("cname", name, "CNAME", target, options, gate, zone=zone)
                ready.append(cname)
            if self.announces:
                name, txt, value = self._announce(site, zone, ready, target)
                ready.append(txt)
                made[name] = ("TXT", value)
            if tlsrpt is not None and zone.announced_at is None:
                name = f"_smtp._tls.{self.domain}"
                options = site.options(protect=zone.protect)
                _, value = self._record("tlsrpt", name, "TXT", tlsrpt, options, zone=zone)
                made[name] = ("TXT", value)
        if self.recorded.target and not pulumi.runtime.is_dry_run():
            self._keep_cloudfront(kind, target, ready)
        return pulumi.Output.all(
            *[
                {"name": record, "type": kind, "value": value}
                for record, (kind, value) in sorted(made.items())
            ]
        )

    def _announce(
        self,
        site: Site,
        zone: ZoneOfDomain,
        ready: Sequence[pulumi.Resource],
        target: pulumi.Input[str],
    ) -> tuple[str, pulumi.Resource, pulumi.Output[str]]:
        """The record that names the policy: its name, the resource, and its value."""
        options = site.options(depends_on=list(ready), protect=zone.protect)
        text = self.policy_id.apply(lambda known: Record(id=known).render())
        if zone.announced_at is not None:
            # No CNAME of ours stands between it and the host, which must be there first.
            text = pulumi.Output.all(text, target).apply(lambda known: str(known[0]))
        name = zone.announced_at or f"_mta-sts.{self.domain}"
        gate = self.gates.before_txt
        return name, *self._record("txt", name, "TXT", text, options, gate, zone=zone)

    def _cname(
        self,
        zone_id: pulumi.Input[str],
        target: pulumi.Input[str],
        options: pulumi.ResourceOptions,
        gate: Gate,
        *,
        proxied: bool = False,
    ) -> tuple[pulumi.Resource, pulumi.Output[str]]:
        name = f"mta-sts.{self.domain}"
        return self._record(
            "cname", name, "CNAME", target, options, gate, zone_id=zone_id, proxied=proxied
        )

    def _record(
        self,
        part: str,
        name: str,
        kind: str,
        value: pulumi.Input[str],
        options: pulumi.ResourceOptions,
        gate: Gate | None = None,
        *,
        zone: ZoneOfDomain | None = None,
        zone_id: pulumi.Input[str] | None = None,
        proxied: bool = False,
    ) -> tuple[pulumi.Resource, pulumi.Output[str]]:
        """The resource of a DNS record, called as it is called already; and its value.

        Args:
            gate: what it has to wait for.
            zone: left out: the zone given.
            zone_id: the zone's id, where it comes with an order.
        """
        zone = zone or self.zone
        first = f"{self.name}-{part}"
        called = self.state.resource_in(zone.module.RECORD_TYPE, first, zone.id)
        where = zone.id if zone_id is None else zone_id
        if gate is not None:
            own = pulumi.ResourceOptions(hooks=gate(called))
            options = pulumi.ResourceOptions.merge(options, own)
        record = zone.module.record(called, where, name, kind, value, options, proxied=proxied)
        return record, zone.module.value(record)

    def _claim(
        self, kind: str, target: pulumi.Input[str], ready: list[pulumi.Resource]
    ) -> pulumi.Input[str]:
        name = f"mta-sts.{self.domain}"
        if kind == CLOUDFRONT and self.state.distributions.tenant_of(name):
            tenancy = this_program().tenancy
            gone = place.off_tenant(self.name, self.component, ready, tenancy.certified(name))
            tenancy.free(name, gone)
        moves = place.is_gap(self.recorded, kind)
        has_place = self.state.outputs(place.PLACE, place.called(self.name)) is not None
        if not self.zone.module.NAMES_ARE_EXCLUSIVE or not (moves or has_place):
            return self.zone.id

        async def before() -> None:
            """The new host serves the policy, where it can be asked without the name."""
            if kind == CLOUDFRONT and moves:
                await self._wait(target)

        old = None if has_place else self._holder()
        return place.claim(self.name, self.component, self.zone.id, kind, ready, before, old)

    def _holder(self) -> tuple[str, str]:
        """The type and name of the resource that the name is on."""
        by = NAMED_BY[str(self.recorded.host)]
        if by in place.HOLDERS:
            kind, part = place.HOLDERS[by]
            return kind, f"{self.name}-{part}"
        kind = self.zone.module.RECORD_TYPE
        return kind, self.state.resource_in(kind, f"{self.name}-cname", self.zone.id)

    def _keep_cloudfront(
        self, kind: str, target: pulumi.Input[str], ready: Sequence[pulumi.Resource]
    ) -> None:
        """Once the name has left a distribution, it stays until no sender asks it: the only host
        that serves those who hold its address."""
        if kind == TENANT or {kind, self.recorded.host} == {CLOUDFRONT, TENANT}:
            return  # it has let go of the name
        was_there = self.recorded.host == TENANT or (
            self.recorded.host == CLOUDFRONT
            and self.state.distributions.has(self.recorded.target or "")
        )
        has_left = self.state.has_left_cloudfront(self.name, kind)
        if not (was_there or has_left):
            return

        async def keep(known: list[str]) -> bool:
            moves = has_left or known[0] != self.recorded.target
            if moves:
                await self._wait(None)
                await place.hold(self.gates.say)
            return moves

        made = pulumi.Output.all(target, *[each.urn for each in ready])
        _: pulumi.Output[bool] = made.apply(keep)

    async def _wait(self, target: pulumi.Input[str] | None) -> None:
        to = None if target is None else await pulumi.Output.from_input(target).future()
        await self.gates.wait(await self.policy_id.future() or "", to)
