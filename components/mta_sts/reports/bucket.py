"""Buckets: S3, and what speaks its API, as R2 does where AWS_ENDPOINT_URL_S3 says so.

Credentials, region and address are found as every program of AWS finds them: in the environment,
the user's configuration, or the machine's role.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from mta_sts.reports.found import ReportsNotReadError
from mta_sts.reports.stream import CHUNK, Budget, Stream

AT_ONCE = 16
"""Small objects that are fetched at the same time: one takes as long to answer as a thousand take
to read."""
SMALL = 2**20
"""Bytes. Objects up to this size are held in memory; larger ones are read as they come."""
CONNECT_TIMEOUT, READ_TIMEOUT = 10, 30
"""Seconds that an answer may take."""
ATTEMPTS = 3
HOW = (
    "Credentials, region and address are those of the AWS command line (AWS_PROFILE, or "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY); for R2, AWS_ENDPOINT_URL_S3 is "
    "https://<account>.r2.cloudflarestorage.com"
)
_FAILED = (BotoCoreError, ClientError, OSError, ValueError)


def objects(bucket: str, prefix: str) -> Iterator[tuple[str, Stream]]:
    """The name and the bytes of each object of a bucket whose name begins with `prefix`.

    Raises:
        ReportsNotReadError: the bucket does not answer, or does not let itself be read. So do the
            streams.
    """
    pool = ThreadPoolExecutor(AT_ONCE)
    pending: deque[tuple[str, int, Future[bytes] | None]] = deque()
    try:
        asked = _Bucket(bucket)
        for key, size in asked.listed(prefix):
            small = pool.submit(asked.whole, key) if size <= SMALL else None
            pending.append((key, size, small))
            if len(pending) > 2 * AT_ONCE:
                yield asked.stream(*pending.popleft())
        while pending:
            yield asked.stream(*pending.popleft())
    except _FAILED as error:
        raise _not_read(bucket, error) from None
    finally:
        pool.shutdown(cancel_futures=True)


class _Bucket:
    def __init__(self, name: str) -> None:
        self._name = name
        self._client = boto3.session.Session().client(
            "s3",
            config=Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                max_pool_connections=2 * AT_ONCE,
            ),
        )

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The key and size, in bytes, of what is no folder's mark and not hidden."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._name, Prefix=prefix):
            for each in page.get("Contents", ()):
                key = each["Key"]
                if not key.endswith("/") and not key.rpartition("/")[2].startswith("."):
                    yield key, each["Size"]

    def whole(self, key: str) -> bytes:
        body = self._client.get_object(Bucket=self._name, Key=key)["Body"]
        data: bytes = body.read()
        return data

    def stream(self, key: str, size: int, small: Future[bytes] | None) -> tuple[str, Stream]:
        chunks = (small.result(),) if small else self._chunks(key)
        return f"s3://{self._name}/{key}", Stream(chunks, Budget.of(size))

    def _chunks(self, key: str) -> Iterator[bytes]:
        try:
            body = self._client.get_object(Bucket=self._name, Key=key)["Body"]
            yield from body.iter_chunks(CHUNK)
        except _FAILED as error:
            raise _not_read(self._name, error) from None


def _not_read(bucket: str, error: Exception) -> ReportsNotReadError:
    return ReportsNotReadError(f"s3://{bucket}: {str(error).rstrip('.')}. {HOW}")
