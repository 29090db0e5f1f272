"""`MtaSts`: the policy of one mail domain, announced only when it is live."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import announce, checks, life, reviews, state
from mta_sts.arguments import CloudFront, MtaStsArgs
from mta_sts.aside import aside
from mta_sts.findings import Finding, Terms
from mta_sts.hosts import cloudfront
from mta_sts.observe import observe
from mta_sts.program import this_program
from mta_sts.protocol import Policy, Record
from mta_sts.protocol.policy import policy_url
from mta_sts.protocol.tlsrpt import TlsRpt
from mta_sts.protocol.vantage import VantageError
from mta_sts.review import review
from mta_sts.words import summary
from mta_sts.zones import zone_of

MOVED = "moved-host"


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
        self._zone, zone_id = zone_of(given.zone)
        # Of a zone that is an Output it is not known yet which it is.
        self._zone_id = None if isinstance(zone_id, pulumi.Output) else str(zone_id)
        program = this_program()
        self._recorded = program.state.of(
            domain, self._zone, cloudfront.FILE_TYPE, cloudfront.file_key(domain)
        )
        self._now, self._vantage = program.now, program.vantage
        self._reviews = program.reviews
        self._reports = program.reports(
            domain, self._recorded, given.reports_from, given.testing_period
        )
        self._invoke = _invoke_options(opts)

        policy = self._policy()
        found = self._found(policy)
        if not pulumi.runtime.is_dry_run():
            # In an update nothing is registered before every review has passed.
            passed: pulumi.Output[bool] = found.apply(
                lambda known: self._reviews.passed(domain, known)
            )
            policy = pulumi.Output.all(policy, passed).apply(lambda known: known[0])
        super().__init__(state.COMPONENT, name, self._inputs(policy), self._options(opts))
        said: pulumi.Output[bool] = pulumi.Output.all(policy, found, self.urn).apply(
            lambda known: self._say(*known)
        )

        self.policy = policy.apply(lambda known: known.render().decode("ascii"))
        self.policy_id = policy.apply(lambda known: known.id)
        self.url = pulumi.Output.from_input(policy_url(domain))
        released, moves = given.accept.get("removed-in-force"), given.accept.get(MOVED)
        self.memory = policy.apply(
            lambda known: self._recorded.next_entry(known, self._now, released, moves).to_outputs(
                domain
            )
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
        self._children(name, zone_id, policy)

    def _children(
        self, name: str, zone_id: pulumi.Input[str], policy: pulumi.Output[Policy]
    ) -> None:
        given, domain = self._given, self._given.domain
        host = self._host(name)
        pulumi.Output.all(policy, host["target"]).apply(lambda known: self._say_moved(*known))
        file = cloudfront.write(
            f"{name}-policy", host, domain, self.policy, pulumi.ResourceOptions(parent=self)
        )
        gates = announce.Gates(
            self, domain, self._zone, self._recorded, given.gate_timeout, self.policy_id
        )
        cname = self._zone.record(
            f"{name}-cname",
            zone_id,
            f"mta-sts.{domain}",
            "CNAME",
            host["target"],
            pulumi.ResourceOptions(parent=self, depends_on=[file], hooks=gates.before_cname()),
        )
        txt = self._zone.record(
            f"{name}-txt",
            zone_id,
            f"_mta-sts.{domain}",
            "TXT",
            policy.apply(lambda known: Record(id=known.id).render()),
            pulumi.ResourceOptions(parent=self, depends_on=[file, cname], hooks=gates.before_txt()),
        )
        made = {f"_mta-sts.{domain}": ("TXT", txt), f"mta-sts.{domain}": ("CNAME", cname)}
        if given.reports:
            made[f"_smtp._tls.{domain}"] = (
                "TXT",
                self._zone.record(
                    f"{name}-tlsrpt",
                    zone_id,
                    f"_smtp._tls.{domain}",
                    "TXT",
                    pulumi.Output.all(*given.reports).apply(lambda rua: TlsRpt(rua=rua).render()),
                    pulumi.ResourceOptions(parent=self),
                ),
            )
        self.records = pulumi.Output.all(
            *[
                {"name": record, "type": kind, "value": self._zone.value(resource)}
                for record, (kind, resource) in sorted(made.items())
            ]
        )

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
        observed = None
        if self._given.look_up:
            try:
                # What a resolver remembers is good enough where nothing changes.
                vantage = replace(self._vantage, authoritative=self._changes(policy))
                servers = await self._new_zone_servers()
                unannounced = self._recorded.announced_id not in (None, self._recorded.written_id)
                observed = await aside(
                    observe(self._given.domain, vantage, zone_servers=servers, served=unannounced)
                )
            except VantageError as error:
                raise pulumi.RunError(str(error)) from None
        terms = Terms(
            testing_period=int(self._given.testing_period),
            zone_id=self._zone_id,
            accept={
                code: why
                for code, why in self._given.accept.items()
                if code != MOVED or not self._may_move
            },
            reports=bool(self._given.reports),
            tlsrpt=self._given.tlsrpt,
            reports_at_home=self._given.reports_at_home,
        )
        found = review(
            self._recorded, policy, observed, self._now, reports=self._reports, terms=terms
        )
        held = life.held(self._recorded, policy, self._now)
        return [*found, *(each for each in (self._rollout, held) if each)]

    def _changes(self, policy: Policy) -> bool:
        announced = self._recorded.memory(self._now).announced
        return announced is None or announced.policy != policy

    async def _new_zone_servers(self) -> tuple[str, ...] | None:
        """The name servers of a zone that the records are not in yet."""
        if self._zone_id in (None, self._recorded.zone_id):
            return None
        return await self._zone.name_servers(self._zone_id, self._invoke)

    def _say_moved(self, policy: Policy, target: str) -> None:
        terms = Terms(target=target)
        found = review(self._recorded, policy, None, self._now, terms=terms)
        reviews.say(self, "", [each for each in found if each.code == MOVED])

    async def _say(self, policy: Policy, found: list[Finding], urn: str) -> bool:
        announced = self._recorded.memory(self._now).announced
        reviews.say(self, summary(announced.policy if announced else None, policy), found)
        if pulumi.runtime.is_dry_run():
            await self._reviews.passed(self._given.domain, found)
        return True

    @property
    def _may_move(self) -> bool:
        why = self._given.accept.get(MOVED)
        return why is not None and self._recorded.may_move(why)

    def _inputs(self, policy: pulumi.Output[Policy]) -> dict[str, Any]:
        """What the component registers as its own, so that a preview shows what changes."""
        given = self._given

        def public(value: Any) -> pulumi.Output[Any]:
            return pulumi.Output.unsecret(pulumi.Output.from_input(value))

        return {
            "domain": self._given.domain,
            "zone": self._given.zone,
            # Each by itself: in a preview one may be known where another is not.
            "mode": policy.apply(lambda known: known.mode) if self._known else public(given.mode),
            "mx": policy.apply(lambda known: list(known.mx)),
            "maxAge": (
                policy.apply(lambda known: known.max_age) if self._known else public(given.max_age)
            ),
            "reports": self._given.reports,
            "accept": self._given.accept or None,
            "rollout": self._given.rollout,
        }

    def _options(self, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
        """Protection (P6); lifted for the one run that moves the records to another zone, or the
        policy to another host."""
        given, recorded = self._given, self._recorded
        # Where it is not known which zone it is, accept moved-host lifts the protection.
        zone_ids = (recorded.zone_id, self._zone_id)
        other_zone = None not in zone_ids and zone_ids[0] != zone_ids[1]
        moves = other_zone or self._may_move
        protect = life.is_protected(recorded, self._known, given.accept, self._now) and not moves
        self._is_protected = protect
        own = pulumi.ResourceOptions(protect=True if protect else None)
        return pulumi.ResourceOptions.merge(own, opts)

    def _host(self, name: str) -> CloudFront:
        if self._given.host:
            handed_in: CloudFront = self._given.host["cloudfront"]
            return handed_in
        own = cloudfront.CloudFrontHost(
            f"{name}-host",
            {
                "domains": [
                    {
                        "domain": self._given.domain,
                        "zone": self._given.zone,
                        "protect": self._is_protected,
                    }
                ]
            },
            pulumi.ResourceOptions(parent=self),
        )
        return CloudFront(target=own.target, bucket=own.bucket)


def _invoke_options(opts: pulumi.ResourceOptions | None) -> pulumi.InvokeOptions:
    """What the component's children would use, before there is a component to be their parent."""
    if opts is None:
        return pulumi.InvokeOptions()
    given = opts.providers or []
    providers = list(given.values()) if isinstance(given, Mapping) else list(given)
    aws = next((each for each in providers if each.package == "aws"), opts.provider)
    return pulumi.InvokeOptions(parent=opts.parent, provider=aws)
