"""`MtaSts`: the policy of one mail domain, announced only when it is live."""

from typing import Any

import pulumi

from mta_sts import announce, checks, memory
from mta_sts.arguments import CloudFront, MtaStsArgs
from mta_sts.clock import now
from mta_sts.hosts import cloudfront
from mta_sts.protocol import Policy, Record
from mta_sts.protocol.policy import policy_url
from mta_sts.protocol.tlsrpt import TlsRpt
from mta_sts.zones import zone_of


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
        given = checks.component(name, args)
        domain = given.domain
        policy = _policy(given)
        super().__init__(memory.COMPONENT, name, _inputs(given, policy), opts)

        zone, zone_id = zone_of(given.zone)
        recorded = memory.recall(domain, zone, cloudfront.FILE_TYPE, cloudfront.file_key(domain))
        host = self._host(name, given)
        self.policy = policy.apply(lambda known: known.render().decode("ascii"))
        self.policy_id = policy.apply(lambda known: known.id)

        self.url = pulumi.Output.from_input(policy_url(domain))
        self.memory = policy.apply(
            lambda known: recorded.next_entry(known, now()).to_outputs(domain)
        )
        # Registered before anything is made, and so with nothing that is made: see `Entry`.
        self.register_outputs(
            {
                "policyId": self.policy_id,
                "policy": self.policy,
                "url": self.url,
                "memory": self.memory,
            }
        )

        file = cloudfront.write(
            f"{name}-policy", host, domain, self.policy, pulumi.ResourceOptions(parent=self)
        )
        gates = announce.Gates(self, domain, zone, recorded, given.gate_timeout)
        cname = zone.record(
            f"{name}-cname",
            zone_id,
            f"mta-sts.{domain}",
            "CNAME",
            host["target"],
            pulumi.ResourceOptions(parent=self, hooks=gates.before_cname()),
        )
        txt = zone.record(
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
                zone.record(
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
                {"name": record, "type": kind, "value": zone.value(resource)}
                for record, (kind, resource) in sorted(made.items())
            ]
        )

    def _host(self, name: str, given: checks.Arguments) -> CloudFront:
        if given.host:
            handed_in: CloudFront = given.host["cloudfront"]
            return handed_in
        own = cloudfront.CloudFrontHost(
            f"{name}-host",
            {"domains": [{"domain": given.domain, "zone": given.zone}]},
            pulumi.ResourceOptions(parent=self),
        )
        return CloudFront(target=own.target, bucket=own.bucket)


def _policy(given: checks.Arguments) -> pulumi.Output[Policy]:
    """The policy, known at once where its arguments are: then what is wrong is said at once."""
    values = (given.mode, given.mx, given.max_age)
    if given.policy_is_known:
        return pulumi.Output.from_input(checks.policy_of(given.domain, *values))
    # A policy is public by nature: where an argument is a secret, its file and its id are none.
    return pulumi.Output.unsecret(
        pulumi.Output.all(*values).apply(lambda known: checks.policy_of(given.domain, *known))
    )


def _inputs(given: checks.Arguments, policy: pulumi.Output[Policy]) -> dict[str, Any]:
    """What the component registers as its own inputs, so that a preview shows what changes."""
    return {
        "domain": given.domain,
        "zone": given.zone,
        "mode": policy.apply(lambda known: known.mode),
        "mx": policy.apply(lambda known: list(known.mx)),
        "maxAge": policy.apply(lambda known: known.max_age),
        "reports": given.reports,
    }
