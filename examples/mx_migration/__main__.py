"""A domain's MX records and its MTA-STS policy in one program: how mail moves to another host.

The MX records depend on the policy, so a host that both lists gain is announced before it is in
DNS. What a move takes, each line one `pulumi up`, under `enforce`:

    allowed: [old]        mail: [old]
    allowed: [old, new]   mail: [old, new]   the policy names the new host, then DNS does
    allowed: [old, new]   mail: [new]        once no sender can hold the policy before
    allowed: [new]        mail: [new]        once the TTL of the MX records has run out

`pulumi preview` says when each is due. Out of turn, the review stops it, or warns: the policy never
forgets a host that is in DNS, and a sender that still holds the policy before takes the old host
for as long as DNS has it.
"""

import pulumi
import pulumi_aws as aws

from mta_sts import MtaSts

config = pulumi.Config()
domain, zone = config.require("domain"), config.require("zone")
mail: list[str] = config.require_object("mail")
allowed: list[str] = config.require_object("allowed")

policy = MtaSts(
    domain,
    {
        "domain": domain,
        "zone": {"route53": zone},
        "mode": config.get("mode") or "testing",
        "mx": allowed,
        "reports": [f"mailto:tls-reports@reports.{domain}"],
    },
)
aws.route53.Record(
    "mx",
    zone_id=zone,
    name=domain,
    type="MX",
    ttl=300,
    records=[f"{10 * place} {host}." for place, host in enumerate(mail, start=1)],
    opts=pulumi.ResourceOptions(depends_on=[policy]),
)
pulumi.export("policy", policy.policy)
