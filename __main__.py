"""The stack's configuration -> components."""

import pulumi

from mta_sts import CloudFrontHost, MtaSts, checks
from mta_sts.zones import route53

domains = checks.stack_domains(pulumi.Config("mta-sts").get_object("domains"))
zones = {
    each.domain: {"route53": each.zone["route53"] or route53.look_up(each.domain)}
    for each in domains
}
host = CloudFrontHost(
    "cloudfront",
    {"domains": [{"domain": each.domain, "zone": zones[each.domain]} for each in domains]},
)
for each in domains:
    domain = MtaSts(
        each.domain,
        {
            "domain": each.domain,
            "zone": zones[each.domain],
            "mode": each.mode,
            "mx": each.mx,
            "max_age": each.max_age,
            **({"reports": each.reports} if each.reports else {}),
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
            "gate_timeout": each.gate_timeout,
        },
    )
    pulumi.export(
        each.domain,
        {
            "id": domain.policy_id,
            "url": domain.url,
            "policy": domain.policy,
            "records": domain.records,
        },
    )
