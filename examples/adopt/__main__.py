import pulumi
from by_hand import by_hand
from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import Zone

config = pulumi.Config()
domain, zone_id = config.require("domain"), config.require("zone")
zone = Zone(route53=zone_id)
ADOPTED = {
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


def adopted(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """What was made by hand goes on under the name that the components give it."""
    if args.name not in ADOPTED:
        return None
    alias = pulumi.Alias(name=ADOPTED[args.name], parent=pulumi.ROOT_STACK_RESOURCE)
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(aliases=[alias]))
    return pulumi.ResourceTransformResult(args.props, opts)


if config.get_bool("adopt"):
    options = pulumi.ResourceOptions(transforms=[adopted])
    host = CloudFrontHost("policies", {"domains": [{"domain": domain, "zone": zone}]}, options)
    MtaSts(domain, {"domain": domain, "zone": zone, "mode": "testing", "mx": [f"mail.{domain}"], "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}}}, options)
else:
    by_hand(domain, zone_id)
