"""What the clouds hold that the stack does not know of."""

from collections.abc import Iterator
from typing import Any

from sandbox.aws import backends
from sandbox.aws.backends import LOCK
from sandbox.cloud import Cloud
from sandbox.cloudflare.r2_buckets import objects

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
    for bucket in account.buckets.values():
        yield "R2Bucket", bucket.name
        for key in objects().buckets[bucket.name].keys:
            yield "BucketObjectv2", f"{bucket.name}/{key}"
        for name in bucket.domains:
            yield "R2CustomDomain", name
    for worker in account.workers:
        yield "WorkersScript", worker
    for zone_id, routes in account.routes.items():
        for route in routes.values():
            yield "WorkersRoute", f"{zone_id} {route.pattern}"
    for domain in account.worker_domains.values():
        yield "WorkersCustomDomain", domain.hostname


def in_state(resources: list[dict[str, Any]]) -> set[Thing]:
    """What of that the state knows of."""
    return {
        thing
        for each in resources
        if "outputs" in each and (thing := _known(each["type"].rpartition(":")[2], each))
    }


def _known(kind: str, resource: dict[str, Any]) -> Thing | None:
    outputs = resource["outputs"]
    match kind:
        case "Bucket":
            return kind, outputs["bucket"]
        case "BucketObjectv2":
            return kind, f"{outputs['bucket']}/{outputs['key']}"
        case "Distribution" | "OriginAccessControl":
            return kind, resource["id"]
        case "Certificate":
            return kind, outputs["arn"]
        case "Function" | "R2Bucket":
            return kind, outputs["name"]
        case "Record" | "DnsRecord":
            return kind, f"{outputs['zoneId']} {outputs['name']} {outputs['type']}"
        case "R2CustomDomain":
            return kind, outputs["domain"]
        case "WorkersScript":
            return kind, outputs["scriptName"]
        case "WorkersCustomDomain":
            return kind, outputs["hostname"]
        case "WorkersRoute":
            return kind, f"{outputs['zoneId']} {outputs['pattern']}"
    return None
