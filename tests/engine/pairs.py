"""The pairs of host and zone, as programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from mta_sts import CloudFrontHost, MtaSts, TenantHost, WorkerHost
from mta_sts.arguments import Host, HostedDomain, Zone
from sandbox.cloud import Cloud
from tests.engine.programs import Program, policy


@dataclass(frozen=True)
class Pair:
    """A host and the kind of zone that it is used with."""

    host: str
    zone: str
    in_bucket: bool = False

    def __str__(self) -> str:
        stored = " in a bucket" if self.in_bucket else ""
        return f"{self.host}{stored} with {self.zone}"


PAIRS = [
    Pair("cloudfront", "route53"),
    Pair("cloudfront", "cloudflare"),
    Pair("r2", "cloudflare"),
    Pair("worker", "cloudflare"),
    Pair("worker", "cloudflare", in_bucket=True),
    Pair("worker-route", "cloudflare"),
]


def zone_of(cloud: Cloud, pair: Pair, domain: str) -> Zone:
    """A new zone, which the parent delegates to."""
    if pair.zone == "cloudflare":
        return Zone(cloudflare=cloud.create_cloudflare_zone(domain))
    return Zone(route53=cloud.create_zone(domain))


def program(
    cloud: Cloud,
    pairs: Mapping[str, Pair],
    zones: Mapping[str, Zone],
    before: Mapping[str, Pair] | None = None,
    each: Mapping[str, Mapping[str, Any]] | None = None,
    **arguments: Any,
) -> Program:
    """Domains, each with its pair.

    Args:
        before: the pairs of domains that move in this run.
        each: arguments of one domain; `arguments` are those of all.
    """
    before, each = before or {}, each or {}

    def hosted(kind: str) -> list[HostedDomain]:
        def on(pair: Pair | None) -> bool:
            return pair is not None and pair.host.startswith(kind)

        return [
            HostedDomain(domain=domain, zone=zones[domain], leaving=not on(pair))
            for domain, pair in pairs.items()
            if on(pair) or on(before.get(domain))
        ]

    def run() -> None:
        account = cloud.cloudflare.account
        key = {
            "access_key_id": cloud.cloudflare.access_key_id,
            "secret_access_key": pulumi.Output.secret(cloud.cloudflare.secret_access_key),
        }
        hosts: dict[str, Host] = {"r2": {"r2": {"account_id": account, **key}}}  # type: ignore[typeddict-item]
        if domains := hosted("tenant"):
            tenants = TenantHost("tenants", {"domains": domains})
            hosts["tenant"] = {
                "tenant": {
                    "target": tenants.target,
                    "bucket": tenants.bucket,
                    "distribution_id": tenants.distribution_id,
                    "connection_group_id": tenants.connection_group_id,
                }
            }
        if domains := hosted("cloudfront"):
            cloudfront = CloudFrontHost("cloudfront", {"domains": domains})
            hosts["cloudfront"] = {
                "cloudfront": {"target": cloudfront.target, "bucket": cloudfront.bucket}
            }
        if domains := hosted("worker"):
            in_bucket = any(pair.in_bucket for pair in (*pairs.values(), *before.values()))
            worker = WorkerHost(
                "worker", {"domains": domains, "account_id": account, "in_bucket": in_bucket}
            )
            served: dict[str, Any] = {"account_id": account, "script": worker.script}
            if in_bucket:
                served |= {"bucket": worker.bucket, **key}
            hosts["worker"] = {"worker": served}  # type: ignore[typeddict-item]
            hosts["worker-route"] = {"worker": {**served, "route": True}}  # type: ignore[typeddict-item]
        for domain, pair in pairs.items():
            made = MtaSts(
                domain,
                {
                    "domain": domain,
                    "zone": zones[domain],
                    "host": hosts[pair.host],
                    **policy(**arguments, **each.get(domain, {})),  # type: ignore[typeddict-item]
                },
            )
            pulumi.export(domain, {"id": made.policy_id, "memory": made.memory})

    return run
