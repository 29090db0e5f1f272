"""`MtaSts`: the policy of one mail domain, announced only when it is live."""

from dataclasses import asdict, replace
from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import (
    announce,
    checks,
    elsewhere,
    external,
    leaving,
    life,
    reviews,
    state,
    takeover,
    zone_facts,
)
from mta_sts.arguments import MtaStsArgs
from mta_sts.case import in_force_until
from mta_sts.findings import ACM_ISSUERS, Finding, Terms
from mta_sts.given import given_terms, own_host, registered, tlsrpt_of
from mta_sts.hosts import HostModule, host_of
from mta_sts.hosts.recorded import CLOUDFRONT, TENANT, WORKER_ROUTE
from mta_sts.parts import Domain
from mta_sts.program import this_program
from mta_sts.protocol import Policy
from mta_sts.protocol.policy import policy_url
from mta_sts.review import review
from mta_sts.sight import Sight
from mta_sts.zones import ZoneOfDomain, zone_of

MOVED = "moved-host"


Records = pulumi.Output[list[dict[str, str]]]


class MtaSts(pulumi.ComponentResource):
    """MTA-STS for one mail domain: the policy file on its host, the `mta-sts` CNAME, and the
    `_mta-sts` record, which names a policy only after it was seen at its real name."""

    policy_id: pulumi.Output[str]
    """The id in the `_mta-sts` record: the first 32 hex digits of the policy's SHA-256."""
    policy: pulumi.Output[str]
    """The text of the policy file."""
    url: pulumi.Output[str]
    """Where senders fetch the policy."""
    records: pulumi.Output[list[dict[str, str]]]
    """The DNS records made: name, type and value of each."""
    to_make: pulumi.Output[list[dict[str, str]]]
    """The DNS records that the owner of a zone kept elsewhere makes, once: name, type and value of
    each. Empty for a zone of yours."""
    to_make_text: pulumi.Output[str]
    """The same as text to be sent to the owner: a table, in comments, and a piece of a zone file.
    Empty for a zone of yours."""
    memory: pulumi.Output[dict[str, Any]]
    """What the next run must know of this domain's past: the policy announced and since when, the
    longest max_age ever announced under enforce, in seconds, and the same as it was before."""

    def __init__(
        self,
        name: str,
        args: MtaStsArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self._given = given = checks.component(name, args)
        domain = given.domain
        self._zone = ZoneOfDomain(*zone_of(given.zone))
        self._host = host_of(given.host) if given.host else None
        self._kind = self._host[0].kind(self._host[1]) if self._host else CLOUDFRONT
        self._program = program = this_program()
        self._now = program.now
        self._elsewhere = elsewhere.kept(given, program, self._zone, opts)
        if self._elsewhere:
            self._zone = replace(self._zone, announced_at=self._elsewhere.owner.announced_at)
        self._state, self._reviews = program.state, program.reviews
        self._recorded = recorded = program.state.of(name, domain, self._zone.recorded)
        self._leaves = recorded.entry.leaving if recorded.entry else None
        self._leaving = (
            leaving.zones(domain, self._zone.recorded, program.state, program.now)
            if self._kind in (CLOUDFRONT, TENANT)
            else []
        )
        self._reports = program.reports(domain, recorded, given.reports_from, given.testing_period)
        self._opts = opts
        self._sight = Sight(
            domain,
            program.vantage,
            program.state,
            self._zone,
            self._leaving,
            self._kind,
            self._elsewhere.owner if self._elsewhere else None,
            opts,
        )

        policy = self._policy()
        found = self._found(policy)
        if not pulumi.runtime.is_dry_run():
            # In an update nothing is registered before every review has passed.
            passed: pulumi.Output[bool] = found.apply(
                lambda known: self._reviews.passed(domain, known)
            )
            policy = pulumi.Output.all(policy, passed).apply(lambda known: known[0])
        super().__init__(
            state.COMPONENT, name, registered(given, policy, self._known), self._options(opts)
        )
        _: pulumi.Output[bool] = pulumi.Output.from_input(reviews.say_unreviewed(self, given))
        said: pulumi.Output[bool] = pulumi.Output.all(policy, found, self.urn).apply(
            lambda known: self._say(*known)
        )

        self.policy = policy.apply(lambda known: known.render().decode("ascii"))
        self.policy_id = policy.apply(lambda known: known.id)
        self.url = pulumi.Output.from_input(policy_url(domain))
        released, moves = given.accept.get("removed-in-force"), given.accept.get(MOVED)
        self.memory = pulumi.Output.all(policy, found).apply(
            lambda known: self._recorded.next_entry(
                known[0],
                self._now,
                released,
                moves,
                self._leaves,
                protected=self._protects,
            ).to_outputs(domain)
        )
        # Registered before anything is made, and so with nothing that is made: see `Entry`.
        self.register_outputs(
            {
                "policyId": self.policy_id,
                "policy": self.policy,
                "url": self.url,
                "memory": pulumi.Output.all(self.memory, said).apply(lambda known: known[0]),
            }
        )
        self.records = self._made(name, policy)

    def _made(self, name: str, policy: pulumi.Output[Policy]) -> Records:
        """Make all that the domain has; the DNS records among it."""
        given, domain = self._given, self._given.domain
        host, values = self._host_to_use(name)
        others = self._program.handed_in.of(f"mta-sts.{domain}")
        target = host.target(values, domain)
        if self._recorded.host == self._kind and not self._leaves_group:
            pulumi.Output.all(policy, target).apply(lambda known: self._say_moved(*known))
        tlsrpt = tlsrpt_of(given)
        wanted = elsewhere.to_make(self._elsewhere, self, target, tlsrpt)
        self.to_make = wanted.apply(lambda known: [asdict(each) for each in known])
        self.to_make_text = wanted.apply(lambda known: external.text(domain, known))
        gates = announce.Gates(
            self,
            domain,
            self._recorded,
            self._zone,
            given.gate_timeout,
            self.policy_id,
            host.spread(values),
            others if self._kind == CLOUDFRONT else [],
            self._program.hooks,
            None if self._leaving else elsewhere.led(self._elsewhere, self, target),
        )
        return Domain(
            self,
            name,
            domain,
            self._state,
            self._recorded,
            self._zone,
            self._leaving,
            gates,
            self.policy_id,
            self.policy,
            self._elsewhere is None or self._elsewhere.announces(self._recorded),
        ).make(host, values, tlsrpt)

    def _policy(self) -> pulumi.Output[Policy]:
        """The policy, known at once where its arguments are: then what is wrong is said at once."""
        given = self._given
        values = (given.mode, given.mx, given.max_age)
        if given.policy_is_known:
            policy = checks.policy_of(given.domain, *values)
            self._known: Policy | None = self._staged(policy)
            return pulumi.Output.from_input(self._known)
        self._known = None
        # A policy is public by nature: where an argument is a secret, its file and its id are none.
        return pulumi.Output.unsecret(
            pulumi.Output.all(*values).apply(
                lambda known: self._staged(checks.policy_of(given.domain, *known))
            )
        )

    def _staged(self, policy: Policy) -> Policy:
        """The policy that is served now, on the way to the one that is asked for."""
        self._rollout: Finding | None = None
        if self._given.rollout:
            policy, self._rollout = life.staged(
                policy,
                self._recorded,
                self._now,
                self._given.testing_period,
                self._reports,
            )
        return policy

    def _found(self, policy: pulumi.Output[Policy]) -> pulumi.Output[list[Finding]]:
        """What the review finds, once the policy is known."""
        if self._known is None:
            return policy.apply(self._review)
        self._reviews.expect()
        return pulumi.Output.from_input(self._review(self._known))

    async def _review(self, policy: Policy) -> list[Finding]:
        if self._known is None:
            self._reviews.expect()
        try:
            return await self._weighed(policy)
        except BaseException as error:
            self._reviews.not_made(self._given.domain, error)
            raise

    async def _weighed(self, policy: Policy) -> list[Finding]:
        observed = await self._sight.observed(
            self._recorded, look_up=self._given.look_up, authoritative=self._changes(policy)
        )
        if observed is not None:
            self._recorded = takeover.with_live(self._recorded, observed)
            if self._leaving:
                self._leaves = leaving.seen(
                    self._leaves, str(self._leaving[0].id), observed, self._now
                )
        terms = replace(
            given_terms(self._given),
            zone_id=here.id if (here := self._zone.recorded) else None,
            leaves_zone=self._leaves.until if self._leaves else None,
            accept={
                code: why
                for code, why in self._given.accept.items()
                if code != MOVED or not self._may_move or self._leaves_group
            },
            host=self._kind,
            zone_name=await self._zone_name(),
            protected=self._was_protected,
            issuers=self._host[0].ISSUERS if self._host else ACM_ISSUERS,
            validation=self._sight.validation,
            group=self._program.groups.get(self._given.domain),
            owner=self._elsewhere.owner.wanted if self._elsewhere else None,
            recorded_group=self._state.certificates.group_of(f"mta-sts.{self._given.domain}"),
            recorded_at=self._state.distributions.at(self._recorded.target),
        )
        found = review(
            self._recorded, policy, observed, self._now, reports=self._reports, terms=terms
        )
        held = life.held(self._recorded, policy, self._now)
        return [*found, *(each for each in (self._rollout, held) if each)]

    def _changes(self, policy: Policy) -> bool:
        announced = self._recorded.memory(self._now).announced
        return announced is None or announced.policy != policy

    async def _zone_name(self) -> str | None:
        """The name of a zone that a route is to be in."""
        if self._kind != WORKER_ROUTE or self._recorded.host == WORKER_ROUTE:
            return None
        return await zone_facts.name(self._zone, self._opts)

    def _say_moved(self, policy: Policy, target: str) -> None:
        """Of a host that stays the same but for its address, which may be known late."""
        terms = Terms(target=target, host=self._kind)
        found = review(self._recorded, policy, None, self._now, terms=terms)
        reviews.say(self, "", [each for each in found if each.code == MOVED])

    async def _say(self, policy: Policy, found: list[Finding], urn: str) -> bool:
        reviews.say(self, takeover.said(self._recorded, policy, self._now), found)
        if pulumi.runtime.is_dry_run():
            await self._reviews.passed(self._given.domain, found)
        return True

    @property
    def _was_protected(self) -> bool:
        """Whether the last run left protected what serves the domain."""
        in_force = in_force_until(self._recorded.memory(self._now), self._now) is not None
        return in_force and not self._recorded.is_lifted

    @property
    def _leaves_group(self) -> bool:
        """Whether it goes to another group of its host, which needs no run that lifts something."""
        group = self._program.groups.get(self._given.domain)
        at = self._state.distributions.at(self._recorded.target)
        return group is not None and group.left_for_it(at) is not None

    @property
    def _may_move(self) -> bool:
        why = self._given.accept.get(MOVED)
        return why is not None and self._recorded.may_move(why)

    def _options(self, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
        """Protection (P6); lifted for the one run that moves the records to another zone, or the
        policy to another host."""
        given, recorded = self._given, self._recorded
        in_force = life.is_protected(recorded, self._known, given.accept, self._now)
        self._protects = in_force and not self._may_move
        self._is_protected = self._protects or bool(opts and opts.protect)
        own = pulumi.ResourceOptions(protect=True if self._protects else None)
        return pulumi.ResourceOptions.merge(opts, own)

    def _host_to_use(self, name: str) -> tuple[HostModule, Any]:
        """The host that was handed in, or a distribution of the domain's own."""
        if self._host:
            return self._host
        return own_host(self, f"{name}-host", self._given, self._is_protected)
