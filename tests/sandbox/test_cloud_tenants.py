"""Distribution tenants and connection groups: what CloudFront keeps and what it refuses."""

from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import answers, fetch, refusal
from tests.sandbox.tenant_site import CLOUDFRONT, Tenants


@pytest.fixture
def site(cloud: Cloud) -> Tenants:
    return Tenants(cloud)


def refused(call: Any, *args: Any, **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(*args, **given)
    return refusal(caught.value)


def test_it_serves_once_its_certificate_is_attached(site: Tenants) -> None:
    assert answers(site.cloud, site.endpoint, "A") == ["127.0.0.1"]
    site.leads()
    tenant = site.tenant()
    assert tenant["Domains"] == [{"Domain": site.host, "Status": "inactive"}]
    assert site.details(tenant["Id"])["CertificateStatus"] == "issued"
    with pytest.raises(httpx.ConnectError):
        fetch(site.cloud, site.host)
    site.attach(tenant["Id"])
    answer = fetch(site.cloud, site.host)
    assert (answer.status_code, answer.text) == (200, "one\n")
    found = site.client.get_distribution_tenant(Identifier="tenant")["DistributionTenant"]
    assert found["Domains"] == [{"Domain": site.host, "Status": "active"}]
    site.update_tenant(tenant["Id"], Enabled=False)
    with pytest.raises(httpx.ConnectError):
        fetch(site.cloud, site.host)


@pytest.mark.parametrize("target", [None, "example.net."])
def test_a_name_that_does_not_lead_there(site: Tenants, target: str | None) -> None:
    if target:
        site.leads(target)
    assert refused(site.tenant) == ("InvalidArgument", 400)


def test_a_certificate_that_is_pending_and_given_up(site: Tenants) -> None:
    site.leads()
    site.cloud.acm.pending = True
    tenant = site.tenant()
    assert site.details(tenant["Id"])["CertificateStatus"] == "pending-validation"
    site.cloud.give_up_certificates()
    assert site.details(tenant["Id"])["CertificateStatus"] == "validation-timed-out"
    assert refused(site.attach, tenant["Id"]) == ("InvalidArgument", 400)
    site.cloud.acm.pending = False
    site.update_tenant(tenant["Id"], ManagedCertificateRequest=CLOUDFRONT)
    assert site.details(tenant["Id"])["CertificateStatus"] == "issued"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"Name": "other"}, ("CNAMEAlreadyExists", 409)),
        ({"Domains": [{"Domain": "mta-sts.example.org"}]}, ("EntityAlreadyExists", 409)),
        ({"Name": "other", "DistributionId": "E0"}, ("EntityNotFound", 404)),
        ({"Name": "other", "ConnectionGroupId": "cg_0"}, ("EntityNotFound", 404)),
    ],
)
def test_a_second_one(site: Tenants, changes: dict[str, Any], error: tuple[str, int]) -> None:
    site.leads()
    site.tenant()
    assert refused(site.tenant, **changes) == error


def test_no_certificate(site: Tenants) -> None:
    site.leads()
    assert refused(site.tenant, ManagedCertificateRequest=None) == ("InvalidArgument", 400)
    given = {"Customizations": {"Certificate": {"Arn": site.certificate}}}
    assert site.tenant(ManagedCertificateRequest=None, **given)["Domains"][0]["Status"] == "active"


def test_a_name_is_in_one_place_only(site: Tenants) -> None:
    site.leads()
    tenant = site.tenant()
    own = {
        "CallerReference": "own",
        "Aliases": {"Quantity": 1, "Items": [site.host]},
        "ViewerCertificate": {
            "ACMCertificateArn": site.certificate,
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
    }
    direct = {**site.template, **own, "ConnectionMode": "direct"}
    assert refused(site.create, direct) == ("CNAMEAlreadyExists", 409)
    site.update_tenant(tenant["Id"], Enabled=False)
    assert refused(site.create, direct) == ("CNAMEAlreadyExists", 409)
    etag = site.client.get_distribution_tenant(Identifier=tenant["Id"])["ETag"]
    site.client.delete_distribution_tenant(Id=tenant["Id"], IfMatch=etag)
    site.create(direct)
    assert refused(site.tenant) == ("CNAMEAlreadyExists", 409)


def test_a_multi_tenant_distribution_has_no_names(site: Tenants) -> None:
    named = {**site.template, "CallerReference": "own"}
    named["Aliases"] = {"Quantity": 1, "Items": [site.host]}
    assert refused(site.create, named) == ("InvalidArgument", 400)
    domain = site.client.get_distribution(Id=site.distribution)["Distribution"]["DomainName"]
    assert answers(site.cloud, domain, "A") == []


def test_deletion(site: Tenants) -> None:
    site.leads()
    tenant = site.tenant()["Id"]
    etag = site.client.get_distribution_tenant(Identifier=tenant)["ETag"]
    delete = site.client.delete_distribution_tenant
    assert refused(delete, Id=tenant, IfMatch=etag) == ("ResourceNotDisabled", 409)
    site.update_tenant(tenant, Enabled=False)
    assert refused(delete, Id=tenant, IfMatch=etag) == ("PreconditionFailed", 412)
    site.update(site.distribution, Enabled=False)
    version = site.client.get_distribution(Id=site.distribution)["ETag"]
    in_use = refused(site.client.delete_distribution, Id=site.distribution, IfMatch=version)
    assert in_use == ("ResourceInUse", 409)
    update_group = site.client.update_connection_group
    group = site.client.get_connection_group(Identifier=site.group)["ETag"]
    assert refused(update_group, Id=site.group, IfMatch=group, Enabled=False) == (
        "ResourceInUse",
        409,
    )
    etag = site.client.get_distribution_tenant(Identifier=tenant)["ETag"]
    delete(Id=tenant, IfMatch=etag)
    site.client.delete_distribution(Id=site.distribution, IfMatch=version)
    delete_group = site.client.delete_connection_group
    assert refused(delete_group, Id=site.group, IfMatch=group) == ("ResourceNotDisabled", 409)
    changed = update_group(Id=site.group, IfMatch=group, Enabled=False)["ETag"]
    delete_group(Id=site.group, IfMatch=changed)
    assert refused(site.client.get_connection_group, Identifier=site.group) == (
        "EntityNotFound",
        404,
    )


def test_the_quota(site: Tenants) -> None:
    site.leads()
    site.cloud.cloudfront.most_tenants = 0
    assert refused(site.tenant) == ("EntityLimitExceeded", 400)
