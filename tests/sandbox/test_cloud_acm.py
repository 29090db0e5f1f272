"""Certificates: issued when DNS says so."""

import pytest
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.cloud import Cloud
from tests.sandbox.cloud_site import Site, change, refusal


@pytest.fixture
def site(cloud: Cloud) -> Site:
    return Site(cloud)


def status(site: Site, arn: str) -> str:
    return str(site.describe_certificate(arn)["Status"])


def test_pending_until_each_name_is_validated(site: Site) -> None:
    arn = site.request_certificate("a.example.com", "b.example.com")
    options = site.describe_certificate(arn)["DomainValidationOptions"]
    assert [option["DomainName"] for option in options] == ["a.example.com", "b.example.com"]
    first, second = (option["ResourceRecord"] for option in options)
    assert first["Name"].endswith(".a.example.com.")
    assert first["Name"].split(".")[0] != second["Name"].split(".")[0]
    change(site.cloud, site.zone, ("CREATE", first["Name"], "CNAME", [first["Value"]]))
    change(site.cloud, site.zone, ("CREATE", second["Name"], "CNAME", ["_wrong.test."]))
    described = site.describe_certificate(arn)
    assert described["Status"] == "PENDING_VALIDATION"
    assert [o["ValidationStatus"] for o in described["DomainValidationOptions"]] == [
        "SUCCESS",
        "PENDING_VALIDATION",
    ]
    assert "NotAfter" not in described
    change(site.cloud, site.zone, ("UPSERT", second["Name"], "CNAME", [second["Value"]]))
    described = site.describe_certificate(arn)
    assert described["Status"] == "ISSUED"
    assert described["SubjectAlternativeNames"] == ["a.example.com", "b.example.com"]
    change(site.cloud, site.zone, ("DELETE", second["Name"], "CNAME", [second["Value"]]))
    assert status(site, arn) == "ISSUED"


def test_the_quota_of_names(site: Site) -> None:
    site.cloud.acm.most_names = 2
    site.request_certificate("a.example.com", "b.example.com")
    with pytest.raises(ClientError) as caught:
        site.request_certificate("a.example.com", "b.example.com", "c.example.com")
    assert refusal(caught.value) == ("LimitExceededException", 400)
    assert "Certificate has too many domains." in str(caught.value)


def test_two_certificates_of_a_domain_want_one_record(site: Site) -> None:
    other = site.request_certificate("other.example.com", site.host, f"*.{site.host}")
    records = [
        option["ResourceRecord"]
        for arn in (site.certificate, other)
        for option in site.describe_certificate(arn)["DomainValidationOptions"]
    ]
    assert records[0] == records[2] == records[3] != records[1]


@pytest.mark.parametrize(
    ("at", "values", "issued"),
    [
        ("example.com", ['0 issue "letsencrypt.org"'], False),
        ("example.com", ['0 issue "letsencrypt.org"', '0 issue "amazon.com"'], True),
        ("example.com", ['0 issue ";"'], False),
        ("example.com", ['0 iodef "mailto:ca@example.com"'], True),
        ("example.com", ['0 issue "amazonaws.com; policy=x"'], True),
        ("example.com", ['0 issuewild ";"'], True),
        ("new.example.com", ['0 issue "amazontrust.com"'], True),
    ],
)
def test_caa(site: Site, at: str, values: list[str], issued: bool) -> None:
    if at != "example.com":
        site.cloud.put_records(site.zone, [("example.com", "CAA", 60, ['0 issue ";"'])])
    site.cloud.put_records(site.zone, [(at, "CAA", 60, values)])
    arn = site.request_certificate("new.example.com")
    site.validate(arn)
    described = site.describe_certificate(arn)
    if issued:
        assert described["Status"] == "ISSUED"
    else:
        assert (described["Status"], described["FailureReason"]) == ("FAILED", "CAA_ERROR")


def test_held_pending(site: Site) -> None:
    site.cloud.acm.pending = True
    arn = site.request_certificate("new.example.com")
    site.validate(arn)
    assert status(site, arn) == "PENDING_VALIDATION"
    assert status(site, site.certificate) == "ISSUED"
    site.cloud.acm.pending = False
    assert status(site, arn) == "ISSUED"


def test_in_use(site: Site) -> None:
    distribution = site.build()
    assert site.describe_certificate(site.certificate)["InUseBy"] == [distribution["ARN"]]
    with pytest.raises(ClientError) as caught:
        site.cloud.client("acm").delete_certificate(CertificateArn=site.certificate)
    assert refusal(caught.value) == ("ResourceInUseException", 400)


def test_requests(site: Site) -> None:
    acm = site.cloud.client("acm")
    long = f"mta-sts.{'a' * 56}.com"
    with pytest.raises(ClientError) as caught:
        acm.request_certificate(DomainName=long, ValidationMethod="DNS")
    assert refusal(caught.value) == ("ValidationException", 400)
    arn = acm.request_certificate(
        DomainName="example.com",
        SubjectAlternativeNames=[long],
        ValidationMethod="DNS",
        KeyAlgorithm="EC_prime256v1",
        Tags=[{"Key": "a", "Value": "b"}],
    )["CertificateArn"]
    described = site.describe_certificate(arn)
    assert described["SubjectAlternativeNames"] == ["example.com", long]
    assert described["KeyAlgorithm"] == "EC_prime256v1"
    tags = acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
    assert tags == [{"Key": "a", "Value": "b"}]
    acm.delete_certificate(CertificateArn=arn)
    listed = acm.list_certificates()["CertificateSummaryList"]
    assert [each["CertificateArn"] for each in listed] == [site.certificate]
