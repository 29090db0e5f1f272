"""MX hosts that are outputs: of another stack, and of a resource of this program.

What another stack exports is known in a preview, so all is reviewed there. What a resource of this
program gives may be known only when that is made: then the preview says so, and the review comes in
the `pulumi up`, before anything of the domain is written.
"""

import pulumi
import pulumi_aws as aws

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import Zone

config = pulumi.Config()
zones: dict[str, str] = config.require_object("zones")
elsewhere, here = zones

server = aws.route53.Record(
    "mail", zone_id=zones[here], name=f"mail.{here}", type="A", ttl=300, records=["192.0.2.25"]
)
mail = pulumi.StackReference(config.require("mail"))
mx = {elsewhere: mail.require_output("mx"), here: server.fqdn.apply(lambda name: [name])}

host = CloudFrontHost(
    "policies",
    {"domains": [{"domain": domain, "zone": Zone(route53=zones[domain])} for domain in zones]},
)
for domain in zones:
    MtaSts(
        domain,
        {
            "domain": domain,
            "zone": Zone(route53=zones[domain]),
            "mode": "testing",
            "mx": mx[domain],
            "reports": ["mailto:tls-reports@reports.example"],
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
        },
    )
