"""Mail domains of customers who keep their own DNS, on one host, announced in a zone of yours.

    pulumi config set zone Z0123456789ABC          the zone of yours, say mta-sts.example.com
    pulumi config set --path 'customers[0]' customer.example
    pulumi up
    pulumi stack output toMake                     what each customer makes, once
    pulumi up                                      once they did

A customer who takes his time, or never does it, holds up nobody else: his name is in the host's
certificate only once AWS can validate it. No later change needs a customer.
"""

import pulumi

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import HostedDomain, Zone

config = pulumi.Config()
customers: list[str] = config.require_object("customers")
mx: list[str] = config.require_object("mx")
announced_in = Zone(external={"route53": config.require("zone")})

host = CloudFrontHost(
    "policies",
    {"domains": [HostedDomain(domain=customer, zone=announced_in) for customer in customers]},
)
to_make = []
for customer in customers:
    policy = MtaSts(
        customer,
        {
            "domain": customer,
            "zone": announced_in,
            "mode": "testing",
            "mx": mx,
            "reports": ["mailto:tls-reports@example.com"],
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
        },
    )
    to_make.append(policy.to_make_text)
pulumi.export("toMake", pulumi.Output.all(*to_make).apply("\n".join))
