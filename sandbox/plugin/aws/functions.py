"""The functions a program can call, as `aws.route53.get_zone`."""

from collections.abc import Callable
from typing import Any

from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.cloudfront_distribution import ZONE
from sandbox.plugin.aws.errors import code
from sandbox.plugin.errors import Refused
from sandbox.plugin.wire import Props


def get_caller_identity(aws: Aws, args: Props) -> Props:
    found = aws.client("sts").get_caller_identity()
    account = found["Account"]
    return {"id": account, "accountId": account, "arn": found["Arn"], "userId": found["UserId"]}


def get_bucket(aws: Aws, args: Props) -> Props:
    name = args["bucket"]
    region = aws.client("s3").head_bucket(Bucket=name)["BucketRegion"]
    return {
        "id": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegion": region,
        "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "hostedZoneId": "",
        "region": region,
        "websiteDomain": "",
        "websiteEndpoint": "",
    }


def get_distribution(aws: Aws, args: Props) -> Props:
    identifier = args["id"]
    try:
        answer = aws.client("cloudfront").get_distribution(Id=identifier)
    except Exception as failure:
        if code(failure) == "NoSuchDistribution":
            raise Refused(f"reading CloudFront Distribution ({identifier}): empty result") from None
        raise
    found = answer["Distribution"]
    config = found["DistributionConfig"]
    return {
        "id": identifier,
        "aliases": config.get("Aliases", {}).get("Items") or [],
        "anycastIpListId": "",
        "arn": found["ARN"],
        "domainName": found["DomainName"],
        "enabled": config["Enabled"],
        "etag": answer["ETag"],
        "hostedZoneId": ZONE,
        "inProgressValidationBatches": found["InProgressInvalidationBatches"],
        "lastModifiedTime": str(found["LastModifiedTime"]),
        "status": found["Status"],
        "tags": args.get("tags", {}),
        "webAclId": config.get("WebACLId", ""),
    }


def get_zone(aws: Aws, args: Props) -> Props:
    route53 = aws.client("route53")
    if args.get("zoneId") and args.get("name"):
        raise Refused("only one of `zone_id` or `name` may be set")
    if args.get("vpcId") or args.get("tags"):
        raise Refused("the sandbox's aws provider looks zones up by name or zoneId only")
    if args.get("zoneId"):
        zone = route53.get_hosted_zone(Id=args["zoneId"])["HostedZone"]
    else:
        zone = _only([*_matching(route53, args.get("name"), private=_private(args))])
    identifier = zone["Id"].removeprefix("/hostedzone/")
    details = route53.get_hosted_zone(Id=identifier)
    servers = details.get("DelegationSet", {}).get("NameServers", [])
    config = zone.get("Config", {})
    return {
        "id": identifier,
        "arn": f"arn:aws:route53:::hostedzone/{identifier}",
        "callerReference": zone.get("CallerReference", ""),
        "comment": config.get("Comment", ""),
        "enableAcceleratedRecovery": False,
        "linkedServiceDescription": "",
        "linkedServicePrincipal": "",
        "name": _plain(zone["Name"]),
        "nameServers": servers,
        "primaryNameServer": servers[0] if servers else "",
        "privateZone": config.get("PrivateZone", False),
        "resourceRecordSetCount": zone.get("ResourceRecordSetCount", 0),
        "tags": args.get("tags", {}),
        "vpcId": args.get("vpcId", ""),
        "zoneId": identifier,
    }


def _private(args: Props) -> bool:
    return bool(args.get("privateZone", False))


def _matching(route53: Any, name: str | None, *, private: bool) -> list[Any]:
    pages = route53.get_paginator("list_hosted_zones").paginate()
    return [
        zone
        for page in pages
        for zone in page["HostedZones"]
        if (name is None or _plain(zone["Name"]) == _plain(name))
        and bool(zone.get("Config", {}).get("PrivateZone")) == private
    ]


def _only(zones: list[Any]) -> Any:
    if not zones:
        raise Refused("no matching Route 53 Hosted Zone found")
    if len(zones) > 1:
        raise Refused(
            "multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches"
            " to a single Route 53 Hosted Zone"
        )
    return zones[0]


def _plain(name: str) -> str:
    return name.removesuffix(".").lower()


FUNCTIONS: dict[str, Callable[[Aws, Props], Props]] = {
    "aws:cloudfront/getDistribution:getDistribution": get_distribution,
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:route53/getZone:getZone": get_zone,
    "aws:s3/getBucket:getBucket": get_bucket,
}
