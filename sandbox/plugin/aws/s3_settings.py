"""The resources that each set one thing on a bucket; their id is the bucket's name."""

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource, split_region
from sandbox.plugin.compare import same_json
from sandbox.plugin.resource import Made, Operation, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import UNKNOWN, Props, has_unknown

FLAGS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


class _Setting(AwsResource):
    """A setting is put, read back and taken away; all of it each time."""

    replaced_by = frozenset({"bucket", "region"})
    computed = frozenset({"region"})
    absent: ClassVar[tuple[str, ...]]
    """The error codes that say it is not set."""

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or str(props.get("bucket", ""))

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        raise NotImplementedError

    def get(self, s3: Any, bucket: str) -> Props | None:
        raise NotImplementedError

    def drop(self, s3: Any, bucket: str) -> None:
        raise NotImplementedError

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        region = inputs.get("region") or op.api.region
        bucket = inputs["bucket"]
        self.put(op.api.client("s3", region), bucket, inputs)
        return Made(bucket, {**inputs, "region": region})

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        bucket, region = split_region(identifier)
        region = region or state.get("region") or op.api.region
        try:
            found = self.get(op.api.client("s3", region), bucket)
        except Exception as failure:
            if code(failure) in ("NoSuchBucket", *self.absent):
                return None
            raise
        if found is None:
            return None
        kept: Props = {key: state[key] for key in ("skipDestroy",) if key in state}
        return Made(bucket, {**kept, "bucket": bucket, "region": region, **found})

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        region = old["region"]
        self.put(op.api.client("s3", region), identifier, inputs)
        return Made(identifier, {**inputs, "region": region})

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        if state.get("skipDestroy"):
            return
        try:
            self.drop(op.api.client("s3", state.get("region", "")), identifier)
        except Exception as failure:
            if code(failure) not in ("NoSuchBucket", *self.absent):
                raise


class BucketPublicAccessBlock(_Setting):
    source = "s3.bucket_public_access_block:BucketPublicAccessBlock"
    label = "S3 Bucket Public Access Block"
    defaults: ClassVar = dict.fromkeys(FLAGS, False)
    absent = ("NoSuchPublicAccessBlockConfiguration",)

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        flags = {_upper(flag): inputs.get(flag, False) for flag in FLAGS}
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=flags)

    def get(self, s3: Any, bucket: str) -> Props | None:
        found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        return {flag: found.get(_upper(flag), False) for flag in FLAGS}

    def drop(self, s3: Any, bucket: str) -> None:
        s3.delete_public_access_block(Bucket=bucket)


class BucketOwnershipControls(_Setting):
    source = "s3.bucket_ownership_controls:BucketOwnershipControls"
    label = "S3 Bucket Ownership Controls"
    absent = ("OwnershipControlsNotFoundError",)

    def rules(self, inputs: Props) -> Iterable[Problem]:
        allowed = ("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
        yield from rules.one_of(inputs, ("rule", "objectOwnership"), allowed)

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        rule = {"ObjectOwnership": inputs["rule"]["objectOwnership"]}
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [rule]})

    def get(self, s3: Any, bucket: str) -> Props | None:
        found = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
        return {"rule": {"objectOwnership": found[0]["ObjectOwnership"]}}

    def drop(self, s3: Any, bucket: str) -> None:
        s3.delete_bucket_ownership_controls(Bucket=bucket)


class BucketServerSideEncryptionConfiguration(_Setting):
    source = (
        "s3.bucket_server_side_encryption_configuration:BucketServerSideEncryptionConfiguration"
    )
    label = "S3 Bucket Server-side Encryption Configuration"
    sets = frozenset({"rules"})
    keeps = frozenset({"rules.blockedEncryptionTypes"})
    absent = ("ServerSideEncryptionConfigurationNotFoundError",)
    unsupported = frozenset({"expectedBucketOwner", "rules.blockedEncryptionTypes"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        for rule in rules.each(inputs, "rules"):
            default = (*rule, "applyServerSideEncryptionByDefault")
            allowed = ("AES256", "aws:kms", "aws:kms:dsse")
            yield from rules.one_of(inputs, (*default, "sseAlgorithm"), allowed)

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        listed = [
            {
                "ApplyServerSideEncryptionByDefault": present(
                    {
                        "SSEAlgorithm": default.get("sseAlgorithm"),
                        "KMSMasterKeyID": default.get("kmsMasterKeyId"),
                    }
                ),
                "BucketKeyEnabled": rule.get("bucketKeyEnabled", False),
            }
            for rule in inputs["rules"]
            for default in [rule.get("applyServerSideEncryptionByDefault", {})]
        ]
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": listed})

    def get(self, s3: Any, bucket: str) -> Props | None:
        found = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]
        return {
            "rules": [
                present(
                    {
                        "applyServerSideEncryptionByDefault": present(
                            {
                                "sseAlgorithm": default.get("SSEAlgorithm"),
                                "kmsMasterKeyId": default.get("KMSMasterKeyID"),
                            }
                        ),
                        "bucketKeyEnabled": rule.get("BucketKeyEnabled", False),
                    }
                )
                for rule in found["Rules"]
                for default in [rule.get("ApplyServerSideEncryptionByDefault", {})]
            ]
        }

    def drop(self, s3: Any, bucket: str) -> None:
        s3.delete_bucket_encryption(Bucket=bucket)


class BucketVersioning(_Setting):
    source = "s3.bucket_versioning:BucketVersioning"
    label = "S3 Bucket Versioning"
    keeps = frozenset({"versioningConfiguration.mfaDelete"})
    absent = ()
    unsupported = frozenset({"expectedBucketOwner", "mfa", "versioningConfiguration.mfaDelete"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        path = ("versioningConfiguration", "status")
        yield from rules.one_of(inputs, path, ("Enabled", "Suspended", "Disabled"))

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        status = inputs["versioningConfiguration"]["status"]
        if status != "Disabled":  # what a bucket is before it was ever versioned
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})

    def get(self, s3: Any, bucket: str) -> Props | None:
        status = s3.get_bucket_versioning(Bucket=bucket).get("Status", "Disabled")
        return {"versioningConfiguration": {"status": status}}

    def drop(self, s3: Any, bucket: str) -> None:
        if s3.get_bucket_versioning(Bucket=bucket).get("Status"):
            s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


class BucketPolicy(_Setting):
    source = "s3.bucket_policy:BucketPolicy"
    label = "S3 Bucket Policy"
    absent = ("NoSuchBucketPolicy",)

    def rules(self, inputs: Props) -> Iterable[Problem]:
        policy = inputs["policy"]
        if isinstance(policy, str) and policy != UNKNOWN:
            try:
                is_object = isinstance(json.loads(policy), dict)
            except ValueError as failure:
                yield Problem(("policy",), f'"policy" contains an invalid JSON policy: {failure}')
            else:
                if not is_object:
                    yield Problem(("policy",), '"policy" contains an invalid JSON policy')

    def recorded(self, inputs: Props) -> Props:
        policy = inputs.get("policy")
        unfinished = not isinstance(policy, dict) or has_unknown(policy)
        return inputs if unfinished else {**inputs, "policy": json.dumps(policy)}

    def normal(self, inputs: Props) -> Props:
        return {**inputs, "policy": same_json(inputs.get("policy"))}

    def put(self, s3: Any, bucket: str, inputs: Props) -> None:
        s3.put_bucket_policy(Bucket=bucket, Policy=inputs["policy"])

    def get(self, s3: Any, bucket: str) -> Props | None:
        return {"policy": s3.get_bucket_policy(Bucket=bucket)["Policy"]}

    def drop(self, s3: Any, bucket: str) -> None:
        s3.delete_bucket_policy(Bucket=bucket)


def _upper(name: str) -> str:
    return name[0].upper() + name[1:]
