"""S3, with bucket policies checked, and the history of each object for an edge that lags."""

import time
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.models import FakeKey, S3Backend

from sandbox.aws import bucket_policy
from sandbox.aws.paths import paths

REMEMBERED_VERSIONS = 200


@dataclass(frozen=True)
class Stored:
    """An object as it was at one time."""

    body: bytes
    etag: str
    content_type: str
    cache_control: str | None
    modified: str

    @property
    def headers(self) -> dict[str, str]:
        """Those with which it is served."""
        said = {
            "content-type": self.content_type,
            "etag": self.etag,
            "last-modified": self.modified,
        }
        return said | ({"cache-control": self.cache_control} if self.cache_control else {})


class S3(S3Backend):
    """Buckets that refuse bad policies and remember what each key held, and when."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._history: dict[tuple[str, str], list[tuple[float, Stored | None]]] = {}

    @property
    def _url_module(self) -> Any:
        return paths("s3")

    def put_bucket_policy(self, bucket_name: str, policy: bytes) -> None:
        block = self.get_bucket(bucket_name).public_access_block
        try:
            statements = bucket_policy.parse(policy, bucket_name)
        except bucket_policy.MalformedPolicyError as error:
            raise S3ClientError("MalformedPolicy", str(error)) from None
        if block and block.block_public_policy and bucket_policy.public(statements):
            raise S3ClientError(
                "AccessDenied",
                "User is not authorized to perform: s3:PutBucketPolicy on resource: "
                f'"arn:aws:s3:::{bucket_name}" because public policies are prevented by the '
                "BlockPublicPolicy setting in S3 Block Public Access.",
            )
        super().put_bucket_policy(bucket_name, policy)

    def put_object(self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> FakeKey:
        self._before(bucket_name, key_name)
        return super().put_object(bucket_name, key_name, *args, **kwargs)

    def delete_object(
        self, bucket_name: str, key_name: str, *args: Any, **kwargs: Any
    ) -> tuple[bool, dict[str, Any]]:
        self._before(bucket_name, key_name)
        return super().delete_object(bucket_name, key_name, *args, **kwargs)

    def _before(self, bucket_name: str, key_name: str) -> None:
        """Remember what the key holds until now: only now, as moto sets headers after a put."""
        past = self._history.setdefault((bucket_name, key_name), [])
        past.append((time.monotonic(), self.stored(bucket_name, key_name)))
        del past[:-REMEMBERED_VERSIONS]

    def stored(self, bucket_name: str, key_name: str, ago: float = 0.0) -> Stored | None:
        """What the key holds, or held so many seconds ago."""
        past = self._history.get((bucket_name, key_name), [])
        changes = [until for until, _ in past]
        later = bisect_right(changes, time.monotonic() - ago)
        if ago > 0 and later < len(past):
            return past[later][1]
        bucket = self.buckets.get(bucket_name)
        key = bucket.keys.get(key_name) if bucket else None
        if not isinstance(key, FakeKey):
            return None
        headers = {name.lower(): value for name, value in key.metadata.items()}
        return Stored(
            body=key.value,
            etag=key.etag,
            content_type=str(headers.get("content-type", "binary/octet-stream")),
            cache_control=headers.get("cache-control"),
            modified=key.last_modified_RFC1123,
        )

    def statements(self, bucket_name: str) -> list[dict[str, Any]]:
        """The statements of the bucket's policy."""
        policy = self.get_bucket(bucket_name).policy
        return bucket_policy.parse(policy, bucket_name) if policy else []

    def open_to_anybody(self, action: str, bucket_name: str, key_name: str) -> bool:
        """Whether an unsigned request may do this."""
        bucket = self.buckets.get(bucket_name)
        if bucket is None:
            return True  # S3 tells everybody that there is no such bucket
        block = bucket.public_access_block
        if block and block.restrict_public_buckets:
            return False
        resource = f"arn:aws:s3:::{bucket_name}" + (f"/{key_name}" if key_name else "")
        return bucket_policy.allows(
            self.statements(bucket_name), bucket_policy.Request(action, resource)
        )
