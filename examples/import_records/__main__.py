"""Records that were made outside of Pulumi, for a policy on a web server, become those of `MtaSts`.

    pulumi config set cname Z0123456789ABC_mta-sts.solarmora.com_A     or _CNAME
    pulumi config set txt Z0123456789ABC__mta-sts.solarmora.com_TXT
    pulumi up

In that one run each is imported, and then changed in place: the name once the new host serves the
policy, the id once it is served under that name. There is no moment without a record. The web
server goes on for the TTL of the name.
"""

import pulumi

from mta_sts import MtaSts

config = pulumi.Config()
domain = config.require("domain")
made_by_hand = {f"{domain}-{part}": config.get(part) for part in ("cname", "txt")}


def brought_in(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """With the id by which the provider knows it."""
    identity = made_by_hand.get(args.name)
    if identity is None:
        return None
    options = pulumi.ResourceOptions(import_=identity)
    merged = pulumi.ResourceOptions.merge(args.opts, options)
    return pulumi.ResourceTransformResult(args.props, merged)


MtaSts(
    domain,
    {
        "domain": domain,
        "zone": {"route53": config.require("zone")},
        "mode": "testing",
        "mx": [f"mail.{domain}"],
        "reports": ["mailto:tls-reports@reports.example"],
    },
    pulumi.ResourceOptions(transforms=[brought_in]),
)
