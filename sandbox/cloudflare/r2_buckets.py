"""The calls for R2 buckets, whose objects are in moto under an account of their own."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from moto.s3.models import s3_backends

from sandbox.aws.s3 import Stored
from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply
from sandbox.cloudflare.state import Bucket, control

if TYPE_CHECKING:
    from sandbox.aws.s3 import S3

MOTO_ACCOUNT = "999999999999"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]")
LOCATIONS = ("apac", "eeur", "enam", "weur", "wnam", "oc")
JURISDICTION_HEADER = "HTTP_CF_R2_JURISDICTION"
STORAGE_CLASS_HEADER = "HTTP_CF_R2_STORAGE_CLASS"


def objects() -> "S3":
    """The objects of all buckets."""
    return cast("S3", s3_backends[MOTO_ACCOUNT]["aws"])


def stored(bucket: str, key: str, ago: float = 0.0) -> Stored | None:
    """What a bucket holds under a key, or held so many seconds ago."""
    return objects().stored(bucket, key, ago) if bucket in control.buckets else None


def keep(bucket: str, key: str, body: bytes, content_type: str) -> Stored:
    """Put an object into a bucket; what it holds then. Raises KeyError: there is no bucket."""
    made = objects().put_object(control.buckets[bucket].name, key, body)
    made.set_metadata({"Content-Type": content_type})
    return cast("Stored", stored(bucket, key))


@contextmanager
def _apart(name: str) -> Iterator[None]:
    """Keep moto from looking for a bucket of this name among those of S3, and there among ours."""
    of_s3 = s3_backends.bucket_accounts.pop(name, None)
    try:
        yield
    finally:
        s3_backends.bucket_accounts.pop(name, None)
        if of_s3:
            s3_backends.bucket_accounts[name] = of_s3


def list_buckets(call: Call) -> Reply | Plain:
    contains, size = call.query.get("name_contains", ""), int(call.query.get("per_page", "20"))
    after = call.query.get("cursor") or call.query.get("start_after", "")
    found = [name for name in sorted(control.buckets) if contains in name and name > after]
    shown = found[:size]
    info: dict[str, Any] = {"per_page": size}
    if len(found) > size:
        info["cursor"] = shown[-1]
    return Reply({"buckets": [_described(control.buckets[name]) for name in shown]}, info)


def create(call: Call) -> Reply | Plain:
    fields = call.fields
    name, location = str(fields.get("name")), fields.get("locationHint", LOCATIONS[2])
    if not NAME.fullmatch(name) or location not in LOCATIONS:
        raise Refused(400, 10005, "The specified bucket name is not valid.")
    if name in control.buckets:
        raise Refused(409, 10004, "The bucket you tried to create already exists, and you own it.")
    bucket = Bucket(
        name=name,
        location=location,
        storage_class=fields.get("storageClass", "Standard"),
        jurisdiction=call.environ.get(JURISDICTION_HEADER, "default"),
    )
    control.buckets[name] = bucket
    with _apart(name):
        objects().create_bucket(name, "us-east-1")
    return Reply(_described(bucket))


def get(call: Call) -> Reply | Plain:
    return Reply(_described(bucket_of(call)))


def edit(call: Call) -> Reply | Plain:
    bucket = bucket_of(call)
    bucket.storage_class = call.environ.get(STORAGE_CLASS_HEADER, bucket.storage_class)
    return Reply(_described(bucket))


def delete(call: Call) -> Reply | Plain:
    bucket = bucket_of(call)
    if objects().buckets[bucket.name].keys:
        raise Refused(409, 10008, "The bucket you tried to delete is not empty.")
    if bucket.domains:
        raise Refused(409, 10068, "The bucket you tried to delete has custom domains.")
    with _apart(bucket.name):
        objects().delete_bucket(bucket.name)
    del control.buckets[bucket.name]
    return Reply({})


def bucket_of(call: Call) -> Bucket:
    found = control.buckets.get(call.parameters["bucket"])
    jurisdiction = call.environ.get(JURISDICTION_HEADER, "default")
    if found is None or found.jurisdiction != jurisdiction:
        raise Refused(404, 10006, "The specified bucket does not exist.")
    return found


def _described(bucket: Bucket) -> dict[str, Any]:
    return {
        "name": bucket.name,
        "creation_date": bucket.created,
        "location": bucket.location.upper(),
        "storage_class": bucket.storage_class,
        "jurisdiction": bucket.jurisdiction,
    }


BUCKETS = "/accounts/<account_id>/r2/buckets"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", BUCKETS, "r2.buckets.list", list_buckets),
    ("POST", BUCKETS, "r2.buckets.create", create),
    ("GET", f"{BUCKETS}/<bucket>", "r2.buckets.get", get),
    ("PATCH", f"{BUCKETS}/<bucket>", "r2.buckets.edit", edit),
    ("DELETE", f"{BUCKETS}/<bucket>", "r2.buckets.delete", delete),
]
