"""Names on their way to a tenant or from one; what is said where a tenant is not made."""

import asyncio
from typing import Any

import pulumi
import pytest

from mta_sts import tenancy
from mta_sts.arguments import Tenant
from mta_sts.hosts import tenants, unmade_tenant
from mta_sts.hosts.recorded import DISTRIBUTION_TENANT, TENANT
from mta_sts.hosts.recorded_distributions import CONNECTION_GROUP, DISTRIBUTION
from mta_sts.state import State
from mta_sts.tenancy import StillOnDistributionError, Tenancy, TenantKeptError
from mta_sts.zones.recorded import ROUTE53

DOMAIN = "solarmora.com"
NAME = f"mta-sts.{DOMAIN}"
URN = f"urn:pulumi:test::mta-sts::mta-sts:index:MtaSts${DISTRIBUTION_TENANT}::{DOMAIN}-tenant"
OURS = "urn:pulumi:test::mta-sts::mta-sts:index:MtaSts$"
ENDPOINT = "d333.cloudfront.net"
FILE = "aws:s3/bucketObjectv2:BucketObjectv2"


def resource(kind: str, called: str, **outputs: Any) -> dict[str, Any]:
    return {f"{OURS}{kind}::{called}": {"type": kind, "outputs": outputs}}


ON_TENANT = resource(DISTRIBUTION_TENANT, f"{DOMAIN}-tenant", domains=[{"domain": NAME}])
ON_DISTRIBUTION = resource(
    DISTRIBUTION, "cloudfront-distribution", aliases=[NAME], domainName="d1.cloudfront.net"
)
GROUP = resource(CONNECTION_GROUP, "tenants-connection-group", routingEndpoint=ENDPOINT)


def cname(target: str) -> dict[str, Any]:
    return resource(
        ROUTE53, f"{DOMAIN}-cname", name=NAME, type="CNAME", zoneId="Z1", records=[target]
    )


def file(part: str) -> dict[str, Any]:
    return resource(FILE, f"{DOMAIN}-{part}", bucket="b", content="version: STSv1\n")


@pytest.mark.parametrize(
    ("resources", "host"),
    [
        (cname("d1.cloudfront.net") | file("policy"), "cloudfront"),
        (cname("d2.cloudfront.net") | file("tenant-policy") | ON_TENANT, "tenant"),
        # The name leads there, and the tenant could not be made yet.
        (cname(ENDPOINT) | file("tenant-policy") | file("policy") | GROUP, "tenant"),
        (cname("d2.cloudfront.net") | file("tenant-policy"), "tenant"),
        # It is on its way there: the name still leads to the distribution.
        (cname("d1.cloudfront.net") | file("tenant-policy") | file("policy") | GROUP, "cloudfront"),
        # The name could not be made.
        (file("tenant-policy"), "tenant"),
    ],
)
def test_where_a_domain_is(resources: dict[str, Any], host: str) -> None:
    place = State(resources).place_of(DOMAIN, DOMAIN)
    assert place is not None
    assert place.host == host


def test_a_name_goes_to_a_tenant() -> None:
    async def run() -> list[str] | None:
        names = Tenancy(State({}))
        names.takes([NAME])
        return await names.left_to([NAME, "mta-sts.solarmora.net"], "arn").future()

    assert asyncio.run(run()) == ["mta-sts.solarmora.net"]


def test_a_name_comes_from_a_tenant() -> None:
    """The tenant waits for the certificate, and the distribution for the tenant."""

    async def run() -> list[str] | None:
        names = Tenancy(State(ON_TENANT))
        left = asyncio.ensure_future(names.left_to([NAME], "arn").future())
        assert await names.certified(NAME).future() == "arn"
        assert not left.done()
        names.free(NAME, pulumi.Output.from_input(""))
        return await left

    assert asyncio.run(run()) == [NAME]


def test_a_tenant_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "PATIENCE", 0.05)

    async def run() -> None:
        await Tenancy(State(ON_TENANT)).left_to([NAME], "arn").future()

    with pytest.raises(TenantKeptError, match=r"solarmora\.com: a CloudFrontHost lists it, but"):
        asyncio.run(run())


def test_a_tenant_waits_for_the_distribution() -> None:
    """For that which has the name, and for no other."""

    async def run() -> str | None:
        names = Tenancy(State(ON_DISTRIBUTION))
        names.has_changed("other-distribution", pulumi.Output.from_input("E1"))
        let_go = asyncio.ensure_future(names.let_go(NAME).future())
        await asyncio.sleep(0.05)
        assert not let_go.done()
        names.has_changed("cloudfront-distribution", pulumi.Output.from_input("E2"))
        return await let_go

    assert asyncio.run(run()) == "E2"


def test_a_distribution_that_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "PATIENCE", 0.05)

    async def run() -> None:
        await Tenancy(State(ON_DISTRIBUTION)).let_go(NAME).future()

    with pytest.raises(StillOnDistributionError, match="cloudfront-distribution has the name"):
        asyncio.run(run())


IMPORT = (
    "\n  pulumi import --protect=false --generate-code=false --parent "
    f"'it=urn:pulumi:test::mta-sts::mta-sts:index:MtaSts::{DOMAIN}' {DISTRIBUTION_TENANT} "
    f"{DOMAIN}-tenant "
)
SAID = [
    ("CNAMEAlreadyExists: …", f"{NAME} is on another distribution or tenant of CloudFront already"),
    ("EntityLimitExceeded: …", "the account has as many distribution tenants as its quota allows"),
    ("InvalidArgument: … Could not verify Domain Name ownership. …", "CloudFront does not see yet"),
    (
        "waiting CloudFront Distribution Tenant (dt_3EzW6) managed certificate: …",
        "CloudFront has the tenant dt_3EzW6, and no certificate",
    ),
    ("EntityAlreadyExists: …", f"a tenant {NAME} is there already"),
]


@pytest.mark.parametrize(("error", "begins"), SAID)
def test_the_way_on(error: str, begins: str) -> None:
    said = unmade_tenant.way_on(error, URN, {"name": NAME})
    assert said is not None
    assert said.startswith(begins)
    assert "run `pulumi up` again" in said


def test_how_a_tenant_comes_back() -> None:
    waited, there = SAID[-2][0], SAID[-1][0]
    assert (unmade_tenant.way_on(waited, URN, {"name": NAME}) or "").endswith(f"{IMPORT}'dt_3EzW6'")
    assert (unmade_tenant.way_on(there, URN, {"name": NAME}) or "").endswith(
        f"{IMPORT}'<id of the tenant>'"
    )


def test_of_another_error_nothing_is_said() -> None:
    assert unmade_tenant.way_on("AccessDenied: …", URN, {"name": NAME}) is None


def test_the_name_of_a_tenant() -> None:
    """AWS allows 128 characters, and neither dot nor hyphen at the end."""
    assert tenants._tenant_name(NAME) == NAME
    long = f"mta-sts.{'a' * 60}.{'b' * 50}.example.com"
    name = tenants._tenant_name(long)
    assert len(name) <= 128
    assert name.startswith("mta-sts.aaa")
    assert name != tenants._tenant_name(long.replace("example", "example2"))


def test_the_word() -> None:
    given = Tenant(target="d2", bucket="b", distribution_id="E2", connection_group_id="cg_2")
    assert tenants.kind(given) == TENANT
    assert tenants.target(given, DOMAIN) == "d2"
    assert tenants.spread(given) == 0
