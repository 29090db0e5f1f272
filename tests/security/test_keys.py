"""The keys that the sandbox gives out may do what their documents say, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import httpx
import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from sandbox.aws.iam import DOCUMENTS, documented
from sandbox.cloud import Cloud
from sandbox.cloudflare import permissions
from sandbox.setting import ROOT

BUCKET = "shared-bucket-0a1b2c3"
KEY = "mta-sts.example.com/.well-known/mta-sts.txt"
Client = Callable[[str], Any]


@pytest.fixture
def client(cloud: Cloud) -> Client:
    """Clients with the key of a stack."""
    environment = cloud.environment

    def made(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=environment["AWS_ENDPOINT_URL"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_REGION"],
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    return made


def refusal(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert caught.value.response["Error"]["Code"].startswith("AccessDenied")
    words = caught.value.response["Error"]["Message"]
    return str(words.partition("not authorized to perform: ")[2].partition(" ")[0])


def change(name: str, kind: str, value: str) -> dict[str, Any]:
    record = {"Name": name, "Type": kind, "TTL": 300, "ResourceRecords": [{"Value": value}]}
    return {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mta-sts.example.com.", "CNAME"),
        ("_mta-sts.example.com.", "TXT"),
        ("_smtp._tls.example.com.", "TXT"),
        ("_0a1b.mta-sts.example.com.", "CNAME"),  # of a certificate
        ("_mta-sts.deep.er.example.com.", "CNAME"),
    ],
)
def test_records_of_mta_sts(cloud: Cloud, client: Client, name: str, kind: str) -> None:
    zone = cloud.create_zone("example.com")
    value = '"v=TLSRPTv1"' if kind == "TXT" else "target.example.net."
    client("route53").change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch=change(name, kind, value)
    )
    assert cloud.keys.used == {"route53:ChangeResourceRecordSets"}


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("example.com.", "MX", "10 evil.example."),
        ("example.com.", "TXT", '"v=spf1 +all"'),
        ("www.example.com.", "CNAME", "evil.example."),
        ("mta-sts.example.com.", "A", "192.0.2.1"),
        ("xmta-sts.example.com.", "CNAME", "evil.example."),
        ("_dmarc.example.com.", "TXT", '"v=DMARC1; p=none"'),
        ("_acme-challenge.example.com.", "TXT", '"x"'),
        ("_mta-sts.example.com.", "NS", "evil.example."),
    ],
)
def test_other_records(cloud: Cloud, client: Client, name: str, kind: str, value: str) -> None:
    zone = cloud.create_zone("example.com")
    batch = change(name, kind, value)
    change_records = client("route53").change_resource_record_sets
    refused = refusal(change_records, HostedZoneId=zone, ChangeBatch=batch)
    assert refused == "route53:ChangeResourceRecordSets"
    both = change("_mta-sts.example.com.", "TXT", '"v=STSv1; id=1"')  # hidden behind one of ours
    both["Changes"] += batch["Changes"]
    assert refusal(change_records, HostedZoneId=zone, ChangeBatch=both).startswith("route53:")
    assert [write.status for write in cloud.log] == [403, 403]


def test_buckets_and_files_of_others(cloud: Cloud, client: Client) -> None:
    ours, s3 = client("s3"), cloud.client("s3")
    for bucket in (BUCKET, "payroll"):
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="salaries.csv", Body=b"1")
    ours.put_object(Bucket=BUCKET, Key=KEY, Body=b"2")
    assert ours.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"2"
    for bucket, key in ((BUCKET, "salaries.csv"), ("payroll", "salaries.csv"), ("payroll", KEY)):
        item = {"Bucket": bucket, "Key": key}
        assert refusal(ours.get_object, **item) == "s3:GetObject" or bucket == "payroll"
        assert refusal(ours.put_object, Body=b"", **item) == "s3:PutObject"
        assert refusal(ours.delete_object, **item) == "s3:DeleteObject"
    assert refusal(ours.list_objects_v2, Bucket="payroll") == "s3:ListBucket"
    assert refusal(ours.delete_bucket, Bucket="payroll") == "s3:DeleteBucket"
    assert refusal(ours.create_bucket, Bucket="mine") == "s3:CreateBucket"
    assert refusal(ours.put_object_acl, Bucket=BUCKET, Key=KEY, ACL="public-read").startswith("s3:")
    assert refusal(ours.list_buckets) == "s3:ListBuckets"


def test_the_reports_are_only_read(cloud: Cloud, client: Client) -> None:
    cloud.client("s3").create_bucket(Bucket="tls-reports")
    cloud.client("s3").put_object(Bucket="tls-reports", Key="mail/1", Body=b"1")
    ours = client("s3")
    assert ours.list_objects_v2(Bucket="tls-reports")["KeyCount"] == 1
    assert ours.get_object(Bucket="tls-reports", Key="mail/1")["Body"].read() == b"1"
    item = {"Bucket": "tls-reports", "Key": "mail/1"}
    assert refusal(ours.put_object, Body=b"", **item) == "s3:PutObject"
    assert refusal(ours.delete_object, **item) == "s3:DeleteObject"


def test_other_services(client: Client) -> None:
    assert refusal(client("kms").list_keys) == "kms:ListKeys"


def test_a_document_that_is_taken_away_takes_its_actions(cloud: Cloud, client: Client) -> None:
    assert client("route53").list_hosted_zones()["HostedZones"] == []
    cloud.keys.documents = [documented("reports")]
    assert refusal(client("route53").list_hosted_zones) == "route53:ListHostedZones"
    assert refusal(client("acm").list_certificates) == "acm:ListCertificates"


def test_a_refusal_beats_what_is_allowed(cloud: Cloud, client: Client) -> None:
    deny = {"Effect": "Deny", "Action": "route53:List*", "Resource": "*"}
    cloud.keys.documents.append({"Statement": deny})
    assert refusal(client("route53").list_hosted_zones) == "route53:ListHostedZones"


OPERATIONS = [
    ("GET", "/zones/{zone}/dns_records", "DNS Write"),
    ("POST", "/zones/{zone}/dns_records", "DNS Write"),
    ("GET", "/zones", "Zone Read"),
    ("GET", "/accounts/{account}/r2/buckets", "Workers R2 Storage Write"),
    ("POST", "/accounts/{account}/r2/buckets", "Workers R2 Storage Write"),
    ("GET", "/accounts/{account}/workers/scripts", "Workers Scripts Write"),
    ("PUT", "/accounts/{account}/workers/scripts/x", "Workers Scripts Write"),
    ("PUT", "/accounts/{account}/workers/domains", "Workers Scripts Write"),
    ("POST", "/zones/{zone}/workers/routes", "Workers Routes Write"),
]


@pytest.mark.parametrize(("method", "path", "group"), OPERATIONS)
def test_a_token_without_the_group_is_refused(
    cloud: Cloud, method: str, path: str, group: str
) -> None:
    zone = cloud.create_cloudflare_zone("example.com")
    base = cloud.environment["CLOUDFLARE_BASE_URL"]
    url = base + path.format(zone=zone, account=cloud.cloudflare.account)
    token = {"Authorization": f"Bearer {cloud.environment['CLOUDFLARE_API_TOKEN']}"}

    def status() -> int:
        return httpx.request(method, url, headers=token, json={}, timeout=30).status_code

    assert status() != 403
    assert cloud.cloudflare.used == {group}
    cloud.cloudflare.permissions -= {group}
    assert status() == 403
    if group.endswith("Write") and method == "GET":
        cloud.cloudflare.permissions |= {group.replace("Write", "Read")}
        assert status() == 200


def test_a_token_that_only_reads_writes_nothing(cloud: Cloud) -> None:
    cloud.cloudflare.permissions = frozenset({"DNS Read", "Zone Read"})
    zone = cloud.create_cloudflare_zone("example.com")
    base = cloud.environment["CLOUDFLARE_BASE_URL"]
    token = {"Authorization": f"Bearer {cloud.environment['CLOUDFLARE_API_TOKEN']}"}
    record = {"type": "TXT", "name": "_mta-sts.example.com", "content": '"x"', "ttl": 1}
    answer = httpx.post(f"{base}/zones/{zone}/dns_records", headers=token, json=record, timeout=30)
    assert answer.status_code == 403
    assert cloud.log[-1].status == 403


@pytest.mark.parametrize("file", sorted(DOCUMENTS.glob("*.json")), ids=lambda file: file.stem)
def test_documents_are_as_the_apis_take_them(file: Path) -> None:
    document = json.loads(file.read_text())
    if file.stem.startswith("cloudflare-"):
        assert set(document) == {"name", "policies"}
        for policy in document["policies"]:
            assert set(policy) == {"effect", "resources", "permission_groups"}
        known = {
            f"{group} {how}" for group in permissions.GROUPS.values() for how in ("Read", "Write")
        }
        assert permissions.documented(file.stem.removeprefix("cloudflare-")) <= known
        return
    assert document["Version"] == "2012-10-17"
    assert len(json.dumps(document, separators=(",", ":"))) <= 6144  # of a managed policy
    for statement in document["Statement"]:
        assert set(statement) - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
        actions = statement["Action"]
        assert not [each for each in actions if "*" in each]
        assert isinstance(actions, str) or actions == sorted(set(actions))


def test_the_pages_name_each_document() -> None:
    text = (ROOT / "docs" / "security.md").read_text()
    for file in DOCUMENTS.glob("*.json"):
        assert f"(policies/{file.name})" in text
