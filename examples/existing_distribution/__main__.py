"""A policy on the distribution of a website, which is another team's, and in another stack.

    pulumi up                     makes all that is ours, says what the website adds, and stops
    pulumi stack output to_add    the same, for the website's program: see website/
    pulumi up                     once it is there: makes the name and announces the policy

The bucket, the function and what reads the bucket are ours. The name `mta-sts` is made only once
the distribution serves the policy under it, from no cache.
"""

import pulumi

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import Zone

config = pulumi.Config()
domain = config.require("domain")
zone = Zone(route53=config.require("zone"))

host = CloudFrontHost(
    "policies",
    {
        "domains": [{"domain": domain, "zone": zone}],
        "distribution": config.require("distribution"),
    },
)
MtaSts(
    domain,
    {
        "domain": domain,
        "zone": zone,
        "mode": "testing",
        "mx": [f"mail.{domain}"],
        "reports": ["mailto:tls-reports@reports.example"],
        "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
    },
)
pulumi.export("to_add", host.to_add)
