"""Policies in one AWS account; the zone of one domain in another account, that of a second one at
Cloudflare.

Components make no providers: their children use those that they are given. Where one component has
children in two accounts, a transform says which of them are in the other one.
"""

import pulumi
import pulumi_aws as aws
import pulumi_cloudflare as cloudflare

from mta_sts import CloudFrontHost, MtaSts
from mta_sts.arguments import HostedDomain, Zone

config = pulumi.Config()
at_aws: dict[str, str] = config.require_object("route53")
at_cloudflare: dict[str, str] = config.require_object("cloudflare")

hosting = aws.Provider(
    "hosting", region="eu-central-1", assume_roles=[{"role_arn": config.require("hosting")}]
)
dns = aws.Provider("dns", region="eu-central-1", assume_roles=[{"role_arn": config.require("dns")}])
edge = cloudflare.Provider("edge", api_token=config.require_secret("token"))


def records_elsewhere(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Hosted zones are in the account `dns`."""
    return in_account(dns, args) if args.type_ == "aws:route53/record:Record" else None


def file_elsewhere(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """The bucket is in the account `hosting`."""
    return in_account(hosting, args) if args.type_.startswith("aws:s3/") else None


def in_account(
    provider: pulumi.ProviderResource, args: pulumi.ResourceTransformArgs
) -> pulumi.ResourceTransformResult:
    options = pulumi.ResourceOptions(provider=provider)
    merged = pulumi.ResourceOptions.merge(args.opts, options)
    return pulumi.ResourceTransformResult(args.props, merged)


first = HostedDomain(domain=at_aws["domain"], zone=Zone(route53=at_aws["zone"]))
second = HostedDomain(domain=at_cloudflare["domain"], zone=Zone(cloudflare=at_cloudflare["zone"]))

host = CloudFrontHost(
    "policies",
    {"domains": [first, second]},
    pulumi.ResourceOptions(providers=[hosting, edge], transforms=[records_elsewhere]),
)
for hosted, options in (
    (first, pulumi.ResourceOptions(providers=[dns], transforms=[file_elsewhere])),
    (second, pulumi.ResourceOptions(providers=[hosting, edge])),
):
    MtaSts(
        hosted["domain"],
        {
            "domain": hosted["domain"],
            "zone": hosted["zone"],
            "mode": "testing",
            "mx": [f"mail.{hosted['domain']}"],
            "reports": ["mailto:tls-reports@reports.example"],
            "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
        },
        options,
    )
