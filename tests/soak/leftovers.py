"""What the clouds hold that the stack does not know of."""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.cloud import Cloud
from sandbox.cloudflare.r2_buckets import objects
from sandbox.cloudflare.state import Cloudflare

Thing = tuple[str, str]
"""The resource type's own word, as the engine prints it, and by what it is known there."""

OF_ZONES = ("NS", "SOA", "MX")
"""Types of records that are not ours."""


def in_clouds(cloud: Cloud) -> set[Thing]:
    """All that there is, but for zones and what was there before."""
    with LOCK:
        return {*_in_aws(), *_at_cloudflare(cloud)}


def _in_aws() -> Iterator[Thing]:
    for bucket in backends.s3().buckets.values():
        yield "Bucket", bucket.name
        for key in bucket.keys:
            yield "BucketObjectv2", f"{bucket.name}/{key}"
    cloudfront = backends.cloudfront()
    for distribution in cloudfront.distributions:
        yield "Distribution", distribution
    for control in cloudfront.origin_access_controls:
        yield "OriginAccessControl", control
    for function in cloudfront.stages.values():
        yield "Function", function.name
    for certificate in backends.acm().requested:
        yield "Certificate", certificate.arn
    for zone in backends.route53().zones.values():
        for record in zone.rrsets:
            if str(record.type) not in OF_ZONES:
                yield "Record", f"{zone.resource_id} {record.name.rstrip('.')} {record.type}"


def _at_cloudflare(cloud: Cloud) -> Iterator[Thing]:
    account = cloud.cloudflare
    for zone in account.zones.values():
        for record in zone.records.values():
            if record.type not in OF_ZONES and not record.managed:
                yield "DnsRecord", f"{zone.id} {record.name} {record.type}"
    yield from _on_workers(account)
    for bucket in account.buckets.values():
        yield "R2Bucket", bucket.name
        for key in objects().buckets[bucket.name].keys:
            yield "BucketObjectv2", f"{bucket.name}/{key}"
        for name in bucket.domains:
            yield "R2CustomDomain", name


def _on_workers(account: Cloudflare) -> Iterator[Thing]:
    for worker in account.workers:
        yield "WorkersScript", worker
    for zone_id, routes in account.routes.items():
        for route in routes.values():
            yield "WorkersRoute", f"{zone_id} {route.pattern}"
    for domain in account.worker_domains.values():
        yield "WorkersCustomDomain", domain.hostname


def in_state(resources: list[dict[str, Any]]) -> set[Thing]:
    """What of that the state knows of."""
    kinds = [(each["type"].rpartition(":")[2], each) for each in resources]
    return {
        (kind, IDENTITY[kind](each, each["outputs"]))
        for kind, each in kinds
        if kind in IDENTITY and "outputs" in each
    }


IDENTITY: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "Bucket": lambda _, outputs: str(outputs["bucket"]),
    "BucketObjectv2": lambda _, outputs: f"{outputs['bucket']}/{outputs['key']}",
    "Distribution": lambda resource, _: str(resource["id"]),
    "OriginAccessControl": lambda resource, _: str(resource["id"]),
    "Certificate": lambda _, outputs: str(outputs["arn"]),
    "Function": lambda _, outputs: str(outputs["name"]),
    "R2Bucket": lambda _, outputs: str(outputs["name"]),
    "Record": lambda _, outputs: _record(outputs),
    "DnsRecord": lambda _, outputs: _record(outputs),
    "R2CustomDomain": lambda _, outputs: str(outputs["domain"]),
    "WorkersScript": lambda _, outputs: str(outputs["scriptName"]),
    "WorkersCustomDomain": lambda _, outputs: str(outputs["hostname"]),
    "WorkersRoute": lambda _, outputs: f"{outputs['zoneId']} {outputs['pattern']}",
}
"""By the types of which the clouds are asked, the name under which they have a resource."""


def _record(outputs: dict[str, Any]) -> str:
    return f"{outputs['zoneId']} {outputs['name'].rstrip('.')} {outputs['type']}"
