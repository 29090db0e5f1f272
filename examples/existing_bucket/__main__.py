"""A policy in a bucket of another team, under a certificate that is there already.

    pulumi up                           makes the distribution, writes the file, and stops
    pulumi stack output bucketPolicy    what the bucket's owner attaches, beside his own statements
    pulumi up                           once it is attached: makes the name and announces the policy

The owner also lets this stack write: `s3:PutObject`, `s3:GetObject` and `s3:DeleteObject` on
`mta-sts.*`, and `s3:ListBucket`.
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
        "bucket": config.require("bucket"),
        "certificate": config.require("certificate"),
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
pulumi.export("bucketPolicy", host.bucket_policy)
