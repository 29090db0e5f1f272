"""`aws.s3.Bucket`. Versioning, policy and encryption belong to the split resources."""

import time
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource, as_list, from_list, split_region, tags_of
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import AutoName, Made, Operation, Problems, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

GONE = ("404", "NoSuchBucket", "NotFound")

HOSTED_ZONES = {
    "us-east-1": "Z3AQBSTGFYJSTF",
    "us-east-2": "Z2O1EMRO9K5GLX",
    "us-west-1": "Z2F56UZL2M1ACD",
    "us-west-2": "Z3BJ6K6RIION7M",
    "eu-central-1": "Z21DNDUVLTQW6Q",
    "eu-west-1": "Z1BKCTXD74EZPE",
}


class Bucket(AwsResource):
    source = "s3.bucket:Bucket"
    label = "S3 Bucket"
    replaced_by = frozenset(
        {"bucket", "bucketPrefix", "objectLockEnabled", "bucketNamespace", "region"}
    )
    keeps = frozenset({"bucketNamespace", "requestPayer", "accelerationStatus"})
    defaults: ClassVar = {"forceDestroy": False}
    autoname = AutoName("bucket", longest=63, unless="bucketPrefix", change=str.lower)
    computed = frozenset(
        {
            "arn", "bucketDomainName", "bucketRegion", "bucketRegionalDomainName", "hostedZoneId",
            "region", "tagsAll", "bucket",
        }
    )  # fmt: skip
    volatile = frozenset({"tagsAll"})
    unsupported = frozenset(
        {
            "accelerationStatus", "acl", "bucketNamespace", "corsRules", "grants",
            "lifecycleRules", "logging", "objectLockConfiguration", "policy",
            "replicationConfiguration", "requestPayer", "serverSideEncryptionConfiguration",
            "versioning", "website",
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or str(props.get("bucket", ""))

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        return self.volatile if "tags" in keys else frozenset()

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.conflicts(inputs, "bucket", "bucketPrefix")
        yield from rules.length(inputs, ("bucket",), 0, 63)
        yield from rules.length(inputs, ("bucketPrefix",), 0, 63 - 26)
        yield from _name_rules(inputs)

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        region = inputs.get("region") or op.api.region
        s3 = op.api.client("s3", region)
        name = inputs.get("bucket") or f"{inputs['bucketPrefix']}{time.time_ns():026d}"
        request: dict[str, Any] = {"Bucket": name}
        if region != "us-east-1":
            request["CreateBucketConfiguration"] = {"LocationConstraint": region}
        if inputs.get("objectLockEnabled"):
            request["ObjectLockEnabledForBucket"] = True
        s3.create_bucket(**request)
        self._tag(op, name, region, inputs)
        return self._seen(op, name, region, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        name, region = split_region(identifier)
        region = region or state.get("region") or op.api.region
        try:
            op.api.client("s3", region).head_bucket(Bucket=name)
        except Exception as failure:
            if code(failure) in GONE:
                return None
            raise
        return self._seen(op, name, region, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        region = old["region"]
        if tags_of(op.api, inputs) != old.get("tagsAll", {}):
            self._tag(op, identifier, region, inputs)
        return self._seen(op, identifier, region, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        s3 = op.api.client("s3", state.get("region", ""))
        try:
            if state.get("forceDestroy"):
                _empty(s3, identifier)
            s3.delete_bucket(Bucket=identifier)
        except Exception as failure:
            if code(failure) not in GONE:
                raise

    def _tag(self, op: Operation[Aws], name: str, region: str, inputs: Props) -> None:
        s3 = op.api.client("s3", region)
        tags = tags_of(op.api, inputs)
        if tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(tags)})
        else:
            s3.delete_bucket_tagging(Bucket=name)

    def _seen(self, op: Operation[Aws], name: str, region: str, inputs: Props) -> Made:
        s3 = op.api.client("s3", region)
        try:
            tags = from_list(s3.get_bucket_tagging(Bucket=name)["TagSet"])
        except Exception as failure:
            if code(failure) not in ("NoSuchTagSet", "NoSuchTagSetError"):
                raise
            tags = {}
        own = {
            key: value
            for key, value in tags.items()
            if op.api.default_tags.get(key) != value or key in inputs.get("tags", {})
        }
        state = {
            **present({key: inputs.get(key) for key in ("bucketPrefix", "objectLockEnabled")}),
            "bucket": name,
            "forceDestroy": inputs.get("forceDestroy", False),
            "region": region,
            "arn": f"arn:aws:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegion": region,
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "hostedZoneId": HOSTED_ZONES.get(region, ""),
            "tags": own,
            "tagsAll": tags,
        }
        return Made(name, state)


def _name_rules(inputs: Props) -> Problems:
    words = "only lowercase alphanumeric characters, hyphens and periods allowed"
    yield from rules.matches(inputs, ("bucket",), r"^[a-z0-9.\x00-\x1f-]*$", words)
    name = inputs.get("bucket", "")
    if ".." in name or name.endswith(".") or name.startswith("."):
        yield Problem(("bucket",), f'"{name}" cannot start, end or have two adjacent periods')


def _empty(s3: Any, name: str) -> None:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=name)
    for page in pages:
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
        if not objects:
            continue
        answer = s3.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
        if answer.get("Errors"):
            raise Refused(f"emptying S3 Bucket ({name}): {answer['Errors'][0]['Message']}")
