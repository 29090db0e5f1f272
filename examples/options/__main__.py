"""Options of a component that reach its children: tags and names by transforms, `protect`, and
`retain_on_delete`.

    pulumi config set keep true    and `pulumi up`: the domain can leave the stack
    pulumi destroy                 deletes nothing of it: records, file and host go on

`protect` is over and above the component's own protection under `enforce`, which it never lifts.
"""

import pulumi

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import Zone

config = pulumi.Config()
domain = config.require("domain")
zone = Zone(route53=config.require("zone"))
keep = config.get_bool("keep") or False

TAGGED = (
    "aws:acm/certificate:Certificate",
    "aws:cloudfront/distribution:Distribution",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketObjectv2:BucketObjectv2",
)


def ours(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Tags on all that takes them, and the bucket's name as all buckets here are named."""
    props = dict(args.props)
    if args.type_ in TAGGED:
        props["tags"] = {**(props.get("tags") or {}), "team": "mail"}
    if args.name == "policies-bucket":
        props["bucket"] = f"mail-{pulumi.get_stack()}-mta-sts"
    return pulumi.ResourceTransformResult(props, args.opts)


options = pulumi.ResourceOptions(transforms=[ours], protect=not keep, retain_on_delete=keep)
host = CloudFrontHost("policies", {"domains": [{"domain": domain, "zone": zone}]}, options)
MtaSts(
    domain,
    {
        "domain": domain,
        "zone": zone,
        "mode": config.get("mode") or "testing",
        "mx": [f"mail.{domain}"],
        "reports": ["mailto:tls-reports@reports.example"],
        "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
    },
    options,
)
