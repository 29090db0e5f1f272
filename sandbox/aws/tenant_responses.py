"""The operations on CloudFront's distribution tenants and connection groups, which moto lacks."""

from typing import TYPE_CHECKING, Any

from moto.cloudfront.responses import CloudFrontResponse
from moto.core.responses import ActionResult, EmptyResult

from sandbox.aws.tenants import STATUS, ConnectionGroup, Tenant, Tenants

if TYPE_CHECKING:
    from sandbox.aws.cloudfront import CloudFront

PATHS = (
    "{0}/2020-05-31/connection-group$",
    "{0}/2020-05-31/connection-group/(?P<group_id>[^/]+)$",
    "{0}/2020-05-31/distribution-tenant$",
    "{0}/2020-05-31/distribution-tenant/(?P<tenant_id>[^/]+)$",
    "{0}/2020-05-31/managed-certificate/(?P<tenant_id>[^/]+)$",
)
TENANT = (
    *("DistributionId", "ConnectionGroupId", "Domains", "Enabled", "Name"),
    *("Customizations", "ManagedCertificateRequest"),
)
GROUP = ("Name", "Enabled", "Ipv6Enabled")


class TenantResponses(CloudFrontResponse):
    @property
    def tenants(self) -> Tenants:
        backend: CloudFront = self.backend  # type: ignore[assignment]
        return backend.tenants

    # Connection groups

    def create_connection_group(self) -> ActionResult:
        group = self.tenants.create_group(self._given(GROUP))
        self._tag(group.arn)
        return _group(group)

    def get_connection_group(self) -> ActionResult:
        return _group(self.tenants.group(self._get_param("Identifier")))

    def update_connection_group(self) -> ActionResult:
        return _group(self.tenants.update_group(*self._version(), self._given(GROUP)))

    def delete_connection_group(self) -> ActionResult:
        self.tenants.delete_group(*self._version())
        return EmptyResult()

    # Tenants

    def create_distribution_tenant(self) -> ActionResult:
        tenant = self.tenants.create(self._given(TENANT))
        self._tag(tenant.arn)
        return _tenant(tenant)

    def get_distribution_tenant(self) -> ActionResult:
        return _tenant(self.tenants.tenant(self._get_param("Identifier")))

    def update_distribution_tenant(self) -> ActionResult:
        return _tenant(self.tenants.update(*self._version(), self._given(TENANT)))

    def delete_distribution_tenant(self) -> ActionResult:
        self.tenants.delete(*self._version())
        return EmptyResult()

    def get_managed_certificate_details(self) -> ActionResult:
        certificate = self.tenants.managed(self._get_param("Identifier"))
        details = {
            "CertificateArn": certificate.arn,
            "CertificateStatus": STATUS[certificate.status],
            "ValidationTokenHost": "cloudfront",
        }
        return ActionResult({"ManagedCertificateDetails": details})

    def _given(self, keys: tuple[str, ...]) -> dict[str, Any]:
        given = {key: self._get_param(key) for key in keys}
        return {key: value for key, value in given.items() if value is not None}

    def _version(self) -> tuple[str, str | None]:
        return self._get_param("Id"), self._get_param("IfMatch")

    def _tag(self, arn: str) -> None:
        self.backend.tagger.tag_resource(arn, self._get_param("Tags.Items", []) or [])


def _group(group: ConnectionGroup) -> ActionResult:
    return ActionResult({"ConnectionGroup": group.described(), "ETag": group.etag})


def _tenant(tenant: Tenant) -> ActionResult:
    return ActionResult({"DistributionTenant": tenant.described(), "ETag": tenant.etag})
