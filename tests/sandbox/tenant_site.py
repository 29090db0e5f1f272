"""A multi-tenant distribution made by hand, and its tenants."""

from typing import Any

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import Site, change

NOT_OF_TENANTS = ("Aliases", "ViewerCertificate")
CLOUDFRONT = {"ValidationTokenHost": "cloudfront"}


class Tenants(Site):
    """A multi-tenant distribution before the site's bucket, and a connection group."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.client = cloud.client("cloudfront")
        self.make_bucket()
        config = {k: v for k, v in self.config().items() if k not in NOT_OF_TENANTS}
        self.template = {**config, "ConnectionMode": "tenant-only", "TenantConfig": {}}
        made = self.create(self.template)
        self.distribution = str(made["Id"])
        self.let_in(made["ARN"])
        self.put(b"one\n")
        group = self.client.create_connection_group(Name="group")["ConnectionGroup"]
        self.group, self.endpoint = str(group["Id"]), str(group["RoutingEndpoint"])

    def leads(self, target: str | None = None) -> None:
        """Point the name there; left out: to the connection group."""
        change(self.cloud, self.zone, ("UPSERT", self.host, "CNAME", [target or self.endpoint]))

    def tenant(self, **changes: Any) -> dict[str, Any]:
        given = {
            "Name": "tenant",
            "DistributionId": self.distribution,
            "ConnectionGroupId": self.group,
            "Domains": [{"Domain": self.host}],
            "ManagedCertificateRequest": CLOUDFRONT,
            "Enabled": True,
            **changes,
        }
        made = self.client.create_distribution_tenant(
            **{key: value for key, value in given.items() if value is not None}
        )
        tenant: dict[str, Any] = made["DistributionTenant"]
        return tenant

    def update_tenant(self, id_: str, **changes: Any) -> None:
        found = self.client.get_distribution_tenant(Identifier=id_)
        self.client.update_distribution_tenant(
            Id=id_,
            IfMatch=found["ETag"],
            DistributionId=self.distribution,
            ConnectionGroupId=self.group,
            **{"Domains": [{"Domain": self.host}], "Enabled": True, **changes},
        )

    def details(self, id_: str) -> dict[str, Any]:
        found = self.client.get_managed_certificate_details(Identifier=id_)
        details: dict[str, Any] = found["ManagedCertificateDetails"]
        return details

    def attach(self, id_: str) -> None:
        certificate = {"Arn": self.details(id_)["CertificateArn"]}
        self.update_tenant(id_, Customizations={"Certificate": certificate})
