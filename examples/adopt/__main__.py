"""Resources written by hand (by_hand.py) become those of the components: nothing that serves mail
is deleted or replaced, and senders find a policy all the time.

    pulumi up                         all is by hand; the file has a second key, mta-sts.<domain>/…
    pulumi config set adopt true
    pulumi up                         the components go on with what is there, changed in place

An alias tells the engine what a resource was called before. It may go after that `pulumi up`.
"""

import pulumi
from by_hand import by_hand

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import Zone

config = pulumi.Config()
domain, zone_id = config.require("domain"), config.require("zone")

BEFORE = {
    "policies-bucket": "policies",
    "policies-bucket-policy": "policy",
    "policies-certificate": "certificate",
    f"policies-{domain}-validation": "validation",
    "policies-issued": "issued",
    "policies-access": "access",
    "policies-distribution": "distribution",
    f"{domain}-policy": "file-by-name",
    f"{domain}-cname": "cname",
    f"{domain}-txt": "txt",
}


def goes_on(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """With the alias of what it was before."""
    if args.name not in BEFORE:
        return None
    alias = pulumi.Alias(name=BEFORE[args.name], parent=pulumi.ROOT_STACK_RESOURCE)
    options = pulumi.ResourceOptions(aliases=[alias])
    merged = pulumi.ResourceOptions.merge(args.opts, options)
    return pulumi.ResourceTransformResult(args.props, merged)


if config.get_bool("adopt"):
    zone = Zone(route53=zone_id)
    with_aliases = pulumi.ResourceOptions(transforms=[goes_on])
    host = CloudFrontHost("policies", {"domains": [{"domain": domain, "zone": zone}]}, with_aliases)
    MtaSts(
        domain,
        {
            "domain": domain,
            "zone": zone,
            "mode": "testing",
            "mx": [f"mail.{domain}"],
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
        },
        with_aliases,
    )
else:
    by_hand(domain, zone_id)
