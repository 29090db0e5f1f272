"""`aws.s3.BucketObjectv2`. Its content is written and never read back."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import urlopen

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource, as_list, from_list, tags_of
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import AutoName, Made, Operation, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props, is_asset

HEADERS = {
    "cacheControl": "CacheControl",
    "contentDisposition": "ContentDisposition",
    "contentEncoding": "ContentEncoding",
    "contentLanguage": "ContentLanguage",
    "contentType": "ContentType",
    "metadata": "Metadata",
    "serverSideEncryption": "ServerSideEncryption",
    "storageClass": "StorageClass",
    "websiteRedirect": "WebsiteRedirectLocation",
}
"""Input -> the parameter of PutObject and the field of HeadObject."""

CONTENT = {"content", "contentBase64", "source"}
NOT_READ = (*CONTENT, "acl", "forceDestroy", "sourceHash", "tags", "overrideProvider")
GONE = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")


class BucketObjectv2(AwsResource):
    source = "s3.bucket_objectv2:BucketObjectv2"
    label = "S3 Object"
    replaced_by = frozenset({"bucket", "key", "region"})
    keeps = frozenset(
        {"acl", "bucketKeyEnabled", "contentType", "etag", "serverSideEncryption", "storageClass"}
    )
    defaults: ClassVar = {"forceDestroy": False}
    autoname = AutoName("key", longest=1024, random=False)
    computed = frozenset(
        {
            "arn", "contentType", "etag", "region", "serverSideEncryption", "storageClass",
            "tagsAll", "versionId",
        }
    )  # fmt: skip
    unsupported = frozenset(
        {
            "bucketKeyEnabled", "checksumAlgorithm", "kmsKeyId", "objectLockLegalHoldStatus",
            "objectLockMode", "objectLockRetainUntilDate",
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return f"{props['bucket']}/{props['key']}" if "bucket" in props else identifier

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        unknown = {"tagsAll"} if "tags" in keys else set()
        if keys - {"acl", "forceDestroy", "tags"}:
            unknown.add("versionId")
        if keys & {*CONTENT, "sourceHash"}:
            unknown.add("etag")
        return frozenset(unknown)

    def normal(self, inputs: Props) -> Props:
        spelled = dict(inputs)
        if isinstance(inputs.get("key"), str):
            spelled["key"] = _clean(inputs["key"])
        if is_asset(inputs.get("source")):
            spelled["source"] = inputs["source"].get("hash")
        return spelled

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.conflicts(inputs, "content", "contentBase64", "source")
        yield from rules.length(inputs, ("key",), 1, 1024)
        yield from rules.one_of(inputs, ("serverSideEncryption",), ("AES256", "aws:kms"))
        yield from rules.one_of(
            inputs,
            ("acl",),
            (
                "private", "public-read", "public-read-write", "authenticated-read",
                "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control",
            ),
        )  # fmt: skip
        if "etag" in inputs and inputs.get("serverSideEncryption") == "aws:kms":
            yield from rules.conflicts(inputs, "etag", "serverSideEncryption")

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        region = inputs.get("region") or op.api.region
        self._upload(op, region, inputs)
        return self._made(op, region, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        if not state:
            bucket, _, key = identifier.removeprefix("s3://").partition("/")
            if not key:
                raise Refused(f"unexpected format of ID ({identifier}), expected BUCKET/KEY")
            state = {"bucket": bucket, "key": key, "forceDestroy": False}
        return self._seen(op, state.get("region") or op.api.region, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        region = old["region"]
        if self._differs(old, inputs):
            self._upload(op, region, inputs)
        else:
            s3 = op.api.client("s3", region)
            at = {"Bucket": inputs["bucket"], "Key": _clean(inputs["key"])}
            tags = tags_of(op.api, inputs)
            if tags != old.get("tagsAll", {}):
                s3.put_object_tagging(**at, Tagging={"TagSet": as_list(tags)})
            if inputs.get("acl") and inputs["acl"] != old.get("acl"):
                s3.put_object_acl(**at, ACL=inputs["acl"])
        return self._made(op, region, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        s3 = op.api.client("s3", state.get("region", ""))
        bucket, key = state["bucket"], _clean(state["key"])
        try:
            if state.get("versionId"):
                _delete_versions(s3, bucket, key)
            else:
                s3.delete_object(Bucket=bucket, Key=key)
        except Exception as failure:
            if code(failure) not in GONE:
                raise

    def _differs(self, old: Props, inputs: Props) -> bool:
        """Whether anything changed that only another upload can change."""
        for key in (*HEADERS, *CONTENT, "etag", "sourceHash"):
            wanted, there = self.normal(inputs).get(key), self.normal(old).get(key)
            if wanted != there and not (wanted is None and key in self.keeps):
                return True
        return False

    def _upload(self, op: Operation[Aws], region: str, inputs: Props) -> None:
        request = {HEADERS[key]: inputs[key] for key in HEADERS if key in inputs}
        if "acl" in inputs:
            request["ACL"] = inputs["acl"]
        tags = tags_of(op.api, inputs)
        own_only = inputs.get("overrideProvider", {}).get("defaultTags", {}).get("tags") == {}
        if own_only:
            tags = inputs.get("tags", {})
        op.api.client("s3", region).put_object(
            Bucket=inputs["bucket"], Key=_clean(inputs["key"]), Body=_body(inputs), **request
        )
        if tags:
            op.api.client("s3", region).put_object_tagging(
                Bucket=inputs["bucket"],
                Key=_clean(inputs["key"]),
                Tagging={"TagSet": as_list(tags)},
            )

    def _made(self, op: Operation[Aws], region: str, inputs: Props) -> Made:
        made = self._seen(op, region, inputs)
        if made is None:
            raise Refused("couldn't find resource")
        return made

    def _seen(self, op: Operation[Aws], region: str, inputs: Props) -> Made | None:
        s3 = op.api.client("s3", region)
        bucket, key = inputs["bucket"], _clean(inputs["key"])
        try:
            head = s3.head_object(Bucket=bucket, Key=key)
        except Exception as failure:
            if code(failure) in GONE:
                return None
            raise
        tags = _tags(s3, bucket, key)
        state = {
            **{name: inputs[name] for name in NOT_READ if name in inputs},
            **present({name: head.get(field) for name, field in HEADERS.items()}),
            "bucket": bucket,
            "key": inputs["key"],
            "region": region,
            "arn": f"arn:aws:s3:::{bucket}/{key}",
            "etag": head["ETag"].strip('"'),
            "storageClass": head.get("StorageClass", "STANDARD"),
            "versionId": _version(head),
            "tagsAll": tags,
        }
        return Made(inputs["key"], state)


def _version(head: dict[str, Any]) -> str:
    version = head.get("VersionId")
    return version if version and version != "null" else ""


def _clean(key: str) -> str:
    """Leading and doubled slashes are not part of the key, as the real provider has it."""
    parts = [part for part in key.split("/") if part]
    return "/".join(parts) + ("/" if key.endswith("/") and parts else "")


def _body(inputs: Props) -> bytes:
    if "content" in inputs:
        return bytes(inputs["content"], "utf-8")
    if "contentBase64" in inputs:
        return base64.b64decode(inputs["contentBase64"])
    asset = inputs.get("source")
    if asset is None:
        return b""
    if "text" in asset:
        return bytes(asset["text"], "utf-8")
    if "path" in asset:
        return Path(asset["path"]).read_bytes()
    if str(asset.get("uri", "")).startswith("file:"):
        with urlopen(asset["uri"]) as opened:  # noqa: S310
            return bytes(opened.read())
    raise Refused("the sandbox's aws provider reads assets from text and files only")


def _delete_versions(s3: Any, bucket: str, key: str) -> None:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        for item in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            if item["Key"] == key:
                s3.delete_object(Bucket=bucket, Key=key, VersionId=item["VersionId"])


def _tags(s3: Any, bucket: str, key: str) -> dict[str, str]:
    """None where the other side has none: not everything with S3's API is S3."""
    try:
        return from_list(s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])
    except Exception as failure:
        if code(failure) == "NotImplemented":
            return {}
        raise
