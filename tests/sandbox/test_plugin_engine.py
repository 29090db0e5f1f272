"""The plugin under the real engine, against the local cloud."""

from collections.abc import Iterator
from pathlib import Path

import pulumi_aws as aws
import pytest
from pulumi import ResourceOptions

from sandbox.cloud import Cloud
from tests.engine.stack import Stack
from tests.sandbox.plugin_programs import (
    CODE,
    Site,
    attached,
    done,
    names,
    refusal,
    resource,
)


@pytest.fixture
def stack(cloud: Cloud, tmp_path: Path) -> Iterator[Stack]:
    with attached(cloud, tmp_path) as new:
        yield new


def test_a_site_from_preview_to_destroy(cloud: Cloud, stack: Stack) -> None:
    site = Site(cloud.create_zone("example.com"))

    planned = done(stack.preview(site))
    assert set(planned.values()) == {"create"}
    assert site.known == []
    assert cloud.log == []

    assert done(stack.up(site)) == planned
    assert set(site.known) >= {"file.etag", "edge.domainName", "certificate.options"}

    cloud.log.clear()
    assert set(done(stack.refresh(site)).values()) == {"refresh"}
    assert set(done(stack.up(site)).values()) == {"same"}
    assert cloud.log == []

    site.content = "two"
    site.names = ["mta-sts.example.com", "mta-sts.b.example.com"]
    planned = {name: step for name, step in done(stack.preview(site)).items() if step != "same"}
    replaced = "create-replacement replace delete-replaced"
    assert planned == {
        "file": "update",
        "certificate": replaced,
        "issued": replaced,
        "proof-mta-sts.example.com": replaced,  # it may be another record, as far as is known
        "proof-mta-sts.b.example.com": "create",
        "edge": "update",
    }
    assert {"file.arn", "edge.domainName"} <= set(site.known)
    unknown = {"file.etag", "file.versionId", "edge.etag", "certificate.options"}
    assert not unknown & set(site.known)

    changed = {name: step for name, step in done(stack.up(site)).items() if step != "same"}
    assert changed == {n: s for n, s in planned.items() if n != "proof-mta-sts.example.com"}
    assert len(cloud.client("acm").list_certificates()["CertificateSummaryList"]) == 1

    assert set(done(stack.destroy(site)).values()) == {"delete"}
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("acm").list_certificates()["CertificateSummaryList"] == []
    assert cloud.client("cloudfront").list_distributions()["DistributionList"]["Quantity"] == 0


def test_what_changes_and_what_stays(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_zone("example.com")

    def program(others: list[str] | None, kind: str, value: str) -> None:
        aws.acm.Certificate(
            "set",
            domain_name="a.example.com",
            subject_alternative_names=others,
            validation_method="DNS",
        )
        aws.route53.Record("type", zone_id=zone, name="x", type=kind, ttl=60, records=[value])
        ignored = ResourceOptions(ignore_changes=["records"])
        aws.route53.Record(
            "ignored", zone_id=zone, name="y", type="TXT", ttl=60, records=[value], opts=ignored
        )

    done(stack.up(lambda: program(["b.example.com", "c.example.com"], "CNAME", "z.example.com")))
    cloud.log.clear()
    reordered = ["c.example.com", "a.example.com", "b.example.com"]
    assert done(stack.up(lambda: program(reordered, "A", "192.0.2.1"))) == {
        "set": "same",
        "type": "update",
        "ignored": "same",
    }
    assert [write.operation for write in cloud.log] == ["ChangeResourceRecordSets"]
    assert done(stack.up(lambda: program(None, "A", "192.0.2.1")))["set"] == "same"


def test_a_given_name_is_deleted_before_it_is_made_again(cloud: Cloud, stack: Stack) -> None:
    def program(*, locked: bool) -> None:
        aws.s3.Bucket("given", bucket="given-name", object_lock_enabled=locked)
        aws.s3.Bucket("auto", object_lock_enabled=locked)

    done(stack.up(lambda: program(locked=False)))
    assert done(stack.up(lambda: program(locked=True))) == {
        "given": "delete-replaced replace create-replacement",
        "auto": "create-replacement replace delete-replaced",
    }


def test_drift_is_seen_by_refresh_and_mended(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_zone("example.com")

    def program() -> None:
        bucket = aws.s3.Bucket("files", bucket="files")
        for name, etag in (("watched", "f97c5d29941bfb1b2fdab0874906ab82"), ("blind", None)):
            aws.s3.BucketObjectv2(name, bucket=bucket.id, content="one", etag=etag)
        for name in ("txt", "gone"):
            aws.route53.Record(
                name, zone_id=zone, name=f"{name}.", type="TXT", ttl=60, records=["b", "a"]
            )
        aws.cloudfront.Function("code", runtime="cloudfront-js-2.0", code=CODE)

    done(stack.up(program))
    function = resource(stack.state(), "code")["id"]
    cloudfront = cloud.client("cloudfront")
    cloud.put_records(zone, [("txt.example.com", "TXT", 60, ["a", "c"])])
    cloud.delete_records(zone, [("gone.example.com", "TXT")])
    for key in ("watched", "blind"):
        cloud.client("s3").put_object(Bucket="files", Key=key, Body=b"by hand")
    cloudfront.update_function(
        Name=function,
        IfMatch=cloudfront.describe_function(Name=function)["ETag"],
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return {}; }",
    )

    done(stack.refresh(program))
    assert resource(stack.state(), "txt")["inputs"]["records"] == ["a", "c"]
    assert "gone" not in names(stack.state())
    assert done(stack.up(program)) == {
        "files": "same",
        "watched": "update",
        "blind": "same",  # nothing tells what its content is
        "txt": "update",
        "gone": "create",
        "code": "update",
    }
    assert cloud.client("s3").get_object(Bucket="files", Key="watched")["Body"].read() == b"one"


def test_import(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_zone("example.com")
    cloud.put_records(zone, [("_t.example.com", "TXT", 60, ["one"])])
    cloud.client("s3").create_bucket(Bucket="mine")
    cloud.log.clear()

    def program(name: str) -> None:
        aws.route53.Record(
            "txt",
            zone_id=zone,
            name="_t.example.com",
            type="TXT",
            ttl=60,
            records=["one"],
            opts=ResourceOptions(import_=f"{zone}_{name}_TXT"),
        )
        aws.s3.Bucket("bucket", bucket="mine", opts=ResourceOptions(import_="mine"))

    missing = f"resource '{zone}_other.example.com_TXT' does not exist"
    assert missing in refusal(stack.up(lambda: program("other.example.com")))
    assert done(stack.up(lambda: program("_t.example.com")))["txt"] == "import"
    assert set(done(stack.up(lambda: program("_t.example.com"))).values()) == {"same"}
    assert cloud.log == []
