"""The stack's configuration -> components."""

import pulumi

from mta_sts import CloudFrontHost, MtaSts, checks, life, removed
from mta_sts.program import this_program
from mta_sts.zones import route53

config = pulumi.Config("mta-sts")
domains = checks.stack_domains(config.get_object("domains"))
look_up = checks.look_up(config.get_object("lookUp"))
removed.refuse_in_force(each.domain for each in domains)

program = this_program()
zones = {
    each.domain: {"route53": each.zone["route53"] or route53.look_up(each.domain)}
    for each in domains
}


def protects_host(each: checks.StackDomain) -> bool:
    recorded = program.state.memory_of(each.domain)
    reports = program.reports(each.domain, recorded, each.reports_from, each.testing_period)
    return life.protects_host(each, recorded, program.now, reports)


host = CloudFrontHost(
    "cloudfront",
    {
        "domains": [
            {
                "domain": each.domain,
                "zone": zones[each.domain],
                "protect": protects_host(each),
            }
            for each in domains
        ]
    },
)
for each in domains:
    domain = MtaSts(
        each.domain,
        {
            **each.arguments,
            "zone": zones[each.domain],
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
            "look_up": look_up,
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
