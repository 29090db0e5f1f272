"""Hundreds of domains on CloudFront, each with a certificate of its own: distribution tenants.

    pulumi config set --path 'domains[0]' customer.example
    pulumi config set --path 'zones["customer.example"]' Z0123456789ABC

Where a domain comes from a `CloudFrontHost` of this program, construct the `TenantHost` before
that, and keep the domain there as `leaving` for one run: it lets go of the name first.
"""

import pulumi

from mta_sts import MtaSts, TenantHost
from mta_sts.arguments import Host, HostedDomain, Zone

config = pulumi.Config()
domains: list[str] = config.require_object("domains")
zones = {name: Zone(route53=zone) for name, zone in config.require_object("zones").items()}

tenants = TenantHost(
    "policies",
    {"domains": [HostedDomain(domain=domain, zone=zones[domain]) for domain in domains]},
)
host: Host = {
    "tenant": {
        "target": tenants.target,
        "bucket": tenants.bucket,
        "distribution_id": tenants.distribution_id,
        "connection_group_id": tenants.connection_group_id,
    }
}
for domain in domains:
    MtaSts(
        domain,
        {
            "domain": domain,
            "zone": zones[domain],
            "mode": "testing",
            "mx": [f"mail.{domain}"],
            "host": host,
        },
    )
