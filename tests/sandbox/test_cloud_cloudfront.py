"""Distributions, origin access controls, functions: what CloudFront keeps and what it refuses."""

from typing import Any

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import BY_HOST, CACHING_DISABLED, Site, refusal


@pytest.fixture
def site(cloud: Cloud) -> Site:
    return Site(cloud)


def test_a_distribution_is_kept_as_it_was_given(site: Site) -> None:
    config = site.config()
    made = site.create(config)
    kept = site.cloud.client("cloudfront").get_distribution(Id=made["Id"])
    distribution = kept["Distribution"]
    assert distribution["Status"] == "Deployed"
    assert distribution["DomainName"].endswith(".cloudfront.net")
    (origin,) = distribution["DistributionConfig"]["Origins"]["Items"]
    assert origin["OriginAccessControlId"] == config["Origins"]["Items"][0]["OriginAccessControlId"]
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": ""}
    behavior = distribution["DistributionConfig"]["DefaultCacheBehavior"]
    expected = config["DefaultCacheBehavior"]
    for key in ("CachePolicyId", "FunctionAssociations", "Compress", "ViewerProtocolPolicy"):
        assert behavior[key] == expected[key]
    assert not {"ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL"} & behavior.keys()
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]["Items"]
    assert [(e["ErrorCode"], e["ErrorCachingMinTTL"]) for e in errors] == [(403, 0), (404, 0)]
    certificate = distribution["DistributionConfig"]["ViewerCertificate"]
    assert certificate["ACMCertificateArn"] == site.certificate
    assert certificate["CloudFrontDefaultCertificate"] is False


def test_versions_and_status(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    id_ = site.distribute()["Id"]
    before = cloudfront.get_distribution(Id=id_)
    site.cloud.cloudfront.deploy_seconds = 0.2
    site.update(id_, Comment="changed")
    after = cloudfront.get_distribution(Id=id_)
    assert after["Distribution"]["DistributionConfig"]["Comment"] == "changed"
    assert after["Distribution"]["Status"] == "InProgress"
    assert after["ETag"] != before["ETag"]
    assert after["Distribution"]["LastModifiedTime"] > before["Distribution"]["LastModifiedTime"]
    waiter = cloudfront.get_waiter("distribution_deployed")
    waiter.wait(Id=id_, WaiterConfig={"Delay": 0.05, "MaxAttempts": 20})
    with pytest.raises(ClientError) as caught:
        cloudfront.update_distribution(
            Id=id_,
            IfMatch=before["ETag"],
            DistributionConfig=after["Distribution"]["DistributionConfig"],
        )
    assert refusal(caught.value) == ("PreconditionFailed", 412)


def test_deletion(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    id_ = site.distribute()["Id"]
    etag = cloudfront.get_distribution(Id=id_)["ETag"]
    with pytest.raises(ClientError) as caught:
        cloudfront.delete_distribution(Id=id_, IfMatch=etag)
    assert refusal(caught.value) == ("DistributionNotDisabled", 409)
    site.update(id_, Enabled=False)
    with pytest.raises(ClientError) as caught:
        cloudfront.delete_distribution(Id=id_, IfMatch=etag)
    assert refusal(caught.value) == ("PreconditionFailed", 412)
    cloudfront.delete_distribution(Id=id_, IfMatch=cloudfront.get_distribution(Id=id_)["ETag"])
    with pytest.raises(ClientError) as caught:
        cloudfront.get_distribution(Id=id_)
    assert refusal(caught.value) == ("NoSuchDistribution", 404)


def _other_alias(config: dict[str, Any], site: Site) -> None:
    config["Aliases"]["Items"] = ["mta-sts.example.org"]


def _pending(config: dict[str, Any], site: Site) -> None:
    arn = site.request_certificate("new.example.com", site.host)
    config["ViewerCertificate"]["ACMCertificateArn"] = arn


def _other_region(config: dict[str, Any], site: Site) -> None:
    arn = site.certificate.replace("us-east-1", "eu-west-1")
    config["ViewerCertificate"]["ACMCertificateArn"] = arn


def _no_certificate(config: dict[str, Any], site: Site) -> None:
    config["ViewerCertificate"] = {"CloudFrontDefaultCertificate": True}


def _no_such_control(config: dict[str, Any], site: Site) -> None:
    config["Origins"]["Items"][0]["OriginAccessControlId"] = "E123"


def _no_such_policy(config: dict[str, Any], site: Site) -> None:
    config["DefaultCacheBehavior"]["CachePolicyId"] = "E123"


def _unpublished(config: dict[str, Any], site: Site) -> None:
    made = site.cloud.client("cloudfront").create_function(
        Name="draft",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=BY_HOST,
    )
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    config["DefaultCacheBehavior"]["FunctionAssociations"]["Items"][0]["FunctionARN"] = arn


@pytest.mark.parametrize(
    ("spoil", "code", "status"),
    [
        (_other_alias, "InvalidViewerCertificate", 400),
        (_pending, "InvalidViewerCertificate", 400),
        (_other_region, "InvalidViewerCertificate", 400),
        (_no_certificate, "InvalidViewerCertificate", 400),
        (_no_such_control, "InvalidOriginAccessControl", 400),
        (_no_such_policy, "NoSuchCachePolicy", 404),
        (_unpublished, "InvalidFunctionAssociation", 400),
    ],
)
def test_refused_configurations(site: Site, spoil: Any, code: str, status: int) -> None:
    config = site.config()
    spoil(config, site)
    with pytest.raises(ClientError) as caught:
        site.create(config)
    assert refusal(caught.value) == (code, status)
    assert site.cloud.client("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0


def test_an_alias_belongs_to_one_distribution(site: Site) -> None:
    config = site.config()
    site.create(config)
    with pytest.raises(ClientError) as caught:
        site.create({**config, "CallerReference": "another"})
    assert refusal(caught.value) == ("CNAMEAlreadyExists", 409)
    other = site.create({**config, "CallerReference": "another", "Aliases": {"Quantity": 0}})
    with pytest.raises(ClientError) as caught:
        site.update(other["Id"], Aliases=config["Aliases"], Comment="not kept")
    assert refusal(caught.value) == ("CNAMEAlreadyExists", 409)
    kept = site.cloud.client("cloudfront").get_distribution(Id=other["Id"])["Distribution"]
    assert kept["DistributionConfig"]["Comment"] == ""
    with pytest.raises(ClientError) as caught:
        site.create(config)
    assert refusal(caught.value) == ("DistributionAlreadyExists", 409)


def test_quotas(site: Site) -> None:
    aliases = [f"mta-sts{number}.example.com" for number in range(101)]
    config = site.config()
    with pytest.raises(ClientError) as caught:
        site.create({**config, "Aliases": {"Quantity": 101, "Items": aliases}})
    assert refusal(caught.value) == ("TooManyDistributionCNAMEs", 400)
    site.cloud.cloudfront.most_distributions = 1
    site.create(config)
    with pytest.raises(ClientError) as caught:
        site.create({**config, "CallerReference": "another"})
    assert refusal(caught.value) == ("TooManyDistributions", 400)


def test_origin_access_controls(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    distribution = site.distribute()
    (listed,) = cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]
    control = cloudfront.get_origin_access_control(Id=listed["Id"])
    with pytest.raises(ClientError) as caught:
        site.origin_access_control("policies")
    assert refusal(caught.value) == ("OriginAccessControlAlreadyExists", 409)
    config = control["OriginAccessControl"]["OriginAccessControlConfig"]
    changed = cloudfront.update_origin_access_control(
        Id=listed["Id"],
        IfMatch=control["ETag"],
        OriginAccessControlConfig={**config, "Description": "of the policies"},
    )
    with pytest.raises(ClientError) as caught:
        cloudfront.delete_origin_access_control(Id=listed["Id"], IfMatch=control["ETag"])
    assert refusal(caught.value) == ("PreconditionFailed", 412)
    with pytest.raises(ClientError) as caught:
        cloudfront.delete_origin_access_control(Id=listed["Id"], IfMatch=changed["ETag"])
    assert refusal(caught.value) == ("OriginAccessControlInUse", 409)
    site.update(distribution["Id"], Enabled=False)
    etag = cloudfront.get_distribution(Id=distribution["Id"])["ETag"]
    cloudfront.delete_distribution(Id=distribution["Id"], IfMatch=etag)
    cloudfront.delete_origin_access_control(Id=listed["Id"], IfMatch=changed["ETag"])
    with pytest.raises(ClientError) as caught:
        cloudfront.get_origin_access_control(Id=listed["Id"])
    assert refusal(caught.value) == ("NoSuchOriginAccessControl", 404)


def test_functions(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    config = {"Comment": "one", "Runtime": "cloudfront-js-2.0"}
    made = cloudfront.create_function(Name="f", FunctionConfig=config, FunctionCode=b"one")
    assert made["FunctionSummary"]["Status"] == "UNPUBLISHED"
    with pytest.raises(ClientError) as caught:
        cloudfront.describe_function(Name="f", Stage="LIVE")
    assert refusal(caught.value) == ("NoSuchFunctionExists", 404)
    cloudfront.publish_function(Name="f", IfMatch=made["ETag"])
    updated = cloudfront.update_function(
        Name="f",
        IfMatch=made["ETag"],
        FunctionConfig={**config, "Comment": "two"},
        FunctionCode=b"two",
    )
    assert updated["ETag"] != made["ETag"]
    read = {
        stage: cloudfront.get_function(Name="f", Stage=stage)["FunctionCode"].read()
        for stage in ("DEVELOPMENT", "LIVE")
    }
    assert read == {"DEVELOPMENT": b"two", "LIVE": b"one"}
    live = cloudfront.describe_function(Name="f", Stage="LIVE")["FunctionSummary"]
    assert live["FunctionConfig"]["Comment"] == "one"
    assert live["FunctionMetadata"]["Stage"] == "LIVE"
    for call in (cloudfront.publish_function, cloudfront.delete_function):
        with pytest.raises(ClientError) as caught:
            call(Name="f", IfMatch=made["ETag"])
        assert refusal(caught.value) == ("PreconditionFailed", 412)
    with pytest.raises(ClientError) as caught:
        cloudfront.create_function(Name="f", FunctionConfig=config, FunctionCode=b"")
    assert refusal(caught.value) == ("FunctionAlreadyExists", 409)
    with pytest.raises(ClientError) as caught:
        cloudfront.create_function(Name="g", FunctionConfig=config, FunctionCode=b" " * 10241)
    assert refusal(caught.value) == ("FunctionSizeLimitExceeded", 413)
    cloudfront.delete_function(Name="f", IfMatch=updated["ETag"])
    assert cloudfront.list_functions()["FunctionList"]["Quantity"] == 0


def test_a_function_in_use_stays(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    site.distribute()
    described = cloudfront.describe_function(Name="by-host")
    assert described["FunctionSummary"]["Status"] == "DEPLOYED"
    with pytest.raises(ClientError) as caught:
        cloudfront.delete_function(Name="by-host", IfMatch=described["ETag"])
    assert refusal(caught.value) == ("FunctionInUse", 409)


def test_managed_cache_policies(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    listed = cloudfront.list_cache_policies(Type="managed")["CachePolicyList"]["Items"]
    by_name = {
        item["CachePolicy"]["CachePolicyConfig"]["Name"]: item["CachePolicy"]["Id"]
        for item in listed
    }
    assert by_name["Managed-CachingDisabled"] == CACHING_DISABLED
    policy = cloudfront.get_cache_policy(Id=CACHING_DISABLED)["CachePolicy"]
    assert policy["CachePolicyConfig"]["MaxTTL"] == 0


def test_tags(site: Site) -> None:
    cloudfront = site.cloud.client("cloudfront")
    tags = {"Items": [{"Key": "a", "Value": "b"}]}
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": site.config(), "Tags": tags}
    )
    arn = made["Distribution"]["ARN"]
    assert cloudfront.list_tags_for_resource(Resource=arn)["Tags"] == tags
