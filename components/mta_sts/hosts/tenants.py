"""One multi-tenant distribution of CloudFront before one private S3 bucket, and a distribution
tenant for each domain, with a certificate of its own that CloudFront asks for and renews.

A certificate is validated by the name leading to CloudFront: so the CNAME comes before the tenant.
"""

import hashlib

import pulumi
import pulumi_aws as aws

from mta_sts import arguments, checks, place
from mta_sts.aws import DistributionTenant
from mta_sts.findings import ACM_ISSUERS
from mta_sts.hosts import Served, Site, bucket, distribution, unmade_tenant
from mta_sts.hosts.recorded import TENANT
from mta_sts.hosts.shared import once_reviewed, protection
from mta_sts.hosts.shared import short as short_name
from mta_sts.program import this_program

ISSUERS = ACM_ISSUERS
LONGEST_NAME = 128
"""Characters in the name of a tenant."""


def kind(given: arguments.Tenant) -> str:
    """The word for this host."""
    return TENANT


def target(given: arguments.Tenant, domain: str) -> pulumi.Input[str]:
    """What the CNAME points to."""
    return given["target"]


def spread(given: arguments.Tenant) -> float:
    """None: nothing is cached, and S3 gives what was last written."""
    return 0.0


def serve(site: Site, given: arguments.Tenant) -> Served:
    """Write the policy file into the host's bucket, point the name at the connection group, and
    make the tenant."""
    file = bucket.write(site, TENANT, given["bucket"])
    let_go = this_program().tenancy.let_go(site.host_name)
    endpoint: pulumi.Output[str] = pulumi.Output.all(given["target"], let_go).apply(
        lambda known: known[0]
    )
    options = site.options(depends_on=[file])
    cname, value = site.cname(site.claim([file]), endpoint, options, site.gates.before_pointing)
    tenant = DistributionTenant(
        f"{site.name}-tenant",
        site.options(
            depends_on=[cname],
            # The name is free for another tenant only once the old one is gone.
            delete_before_replace=True,
            # The provider puts the certificate there once it is issued.
            ignore_changes=["customizations"],
            hooks=unmade_tenant.named(),
        ),
        name=_tenant_name(site.host_name),
        distributionId=place.on_tenant(site.name, site.component, given["distribution_id"]),
        connectionGroupId=given["connection_group_id"],
        domains=[{"domain": site.host_name}],
        managedCertificateRequest={
            "primaryDomainName": site.host_name,
            "validationTokenHost": "cloudfront",
        },
    )
    return Served([file, cname, tenant], {site.host_name: ("CNAME", value)})


def _tenant_name(host_name: str) -> str:
    """What a tenant is called, the same at every run."""
    if len(host_name) <= LONGEST_NAME:
        return host_name
    mark = hashlib.sha256(host_name.encode("ascii")).hexdigest()[:8]
    return f"{host_name[: LONGEST_NAME - len(mark) - 1].rstrip('.-')}-{mark}"


class TenantHost(pulumi.ComponentResource):
    """Serves the policy files of all its domains, each by a distribution tenant of its own."""

    target: pulumi.Output[str]
    """The routing endpoint of the connection group: what the `mta-sts` CNAMEs point to."""
    bucket: pulumi.Output[str]
    """The name of the bucket that holds the policies."""
    distribution_id: pulumi.Output[str]
    """The id of the multi-tenant distribution."""
    connection_group_id: pulumi.Output[str]
    """The id of the connection group."""

    def __init__(
        self,
        name: str,
        args: arguments.TenantHostArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        domains = checks.tenant_domains(name, args)
        names = [f"mta-sts.{hosted['domain']}" for hosted in domains]
        this_program().tenancy.takes(
            f"mta-sts.{hosted['domain']}" for hosted in domains if not hosted.get("leaving")
        )
        super().__init__(
            "mta-sts:index:TenantHost",
            name,
            {"names": once_reviewed(names)},
            protection(domains, opts),
        )
        short = short_name(name)
        own = bucket.private(self, short)
        access, function = distribution.reading(self, short)
        group = aws.cloudfront.ConnectionGroup(
            f"{short}-connection-group",
            ipv6_enabled=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        made = distribution.of_tenants(
            self, short, own.bucket_regional_domain_name, access, function
        )
        bucket.attached(self, short, own.bucket, bucket.read_only_by(own.arn, made.arn))
        self.target = group.routing_endpoint
        self.bucket = own.bucket
        self.distribution_id = made.id
        self.connection_group_id = group.id
        self.register_outputs(
            {
                "target": self.target,
                "bucket": self.bucket,
                "distributionId": self.distribution_id,
                "connectionGroupId": self.connection_group_id,
            }
        )
