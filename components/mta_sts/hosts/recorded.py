"""Which host serves a domain, as the stack's state has it. Imports no provider."""

import functools
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mta_sts.protocol.policy import WELL_KNOWN
from mta_sts.zones.recorded import value_of

CLOUDFRONT, TENANT = "cloudfront", "tenant"
R2, WORKER, WORKER_ROUTE = "r2", "worker", "worker-route"

FILE = "aws:s3/bucketObjectv2:BucketObjectv2"
DISTRIBUTION_TENANT = "aws:cloudfront/distributionTenant:DistributionTenant"
R2_DOMAIN = "cloudflare:index/r2CustomDomain:R2CustomDomain"
SCRIPT = "cloudflare:index/workersScript:WorkersScript"
WORKER_DOMAIN = "cloudflare:index/workersCustomDomain:WorkersCustomDomain"
ROUTE = "cloudflare:index/workersRoute:WorkersRoute"

NAMED_BY = {
    CLOUDFRONT: "record",
    TENANT: "record",
    WORKER_ROUTE: "record",
    R2: R2,
    WORKER: WORKER,
}
"""What holds the name of a domain: hosts that share it hand it over without a gap."""
FILE_OF = {
    CLOUDFRONT: "policy",
    TENANT: "tenant-policy",
    R2: "r2-policy",
    WORKER: "worker-policy",
    WORKER_ROUTE: "worker-policy",
}
"""The end of the name of the resource that is the file; a Worker's may be inside its script."""

HELD = "const HELD = "
BUCKET_NAME = 63
"""Characters that the name of an R2 bucket may have."""

Outputs = Mapping[str, Any]
Find = Callable[[str, str], Outputs | None]
"""The outputs of a resource, by its type and name."""


@dataclass(frozen=True)
class Place:
    """Where a policy is served."""

    host: str
    target: str | None
    """What the CNAME points to; of a host without one, its name in words. None where the name does
    not lead there yet."""
    bucket: str | None = None
    written: str | None = None
    """The text of the file."""


def file_key(domain: str) -> str:
    """The key of a domain's policy in a bucket that is shared: the URL without its scheme."""
    return f"mta-sts.{domain}{WELL_KNOWN}"


def bucket_name(domain: str) -> str:
    """The name of the R2 bucket of one domain, the same at every run."""
    mark = hashlib.sha256(domain.encode("ascii")).hexdigest()[:8]
    plain = f"mta-sts-{domain.replace('.', '-')}"[: BUCKET_NAME - len(mark) - 1].rstrip("-")
    return f"{plain}-{mark}"


def words(host: str, name: str) -> str:
    """A host without a CNAME of its own, in words."""
    return {
        R2: f"the R2 bucket {name}",
        WORKER: f"the Worker {name}",
        WORKER_ROUTE: f"the Worker {name} (by a route)",
    }[host]


def script_with(held: Mapping[str, str] | None, code: str) -> str:
    """The text of a Worker: the policies inside it by host name, or null; then its code."""
    return f"{HELD}{json.dumps(held, indent=2, sort_keys=True)};\n{code}"


@functools.lru_cache(maxsize=8)
def held_in(script: str) -> Mapping[str, str]:
    """The policies inside a Worker, by host name."""
    if not script.startswith(HELD):
        return {}
    held, _ = json.JSONDecoder().raw_decode(script, len(HELD))
    return held or {}


def place_of(
    component: str,
    domain: str,
    cname: Outputs | None,
    find: Find,
    script: Callable[[str], str],
    endpoints: Collection[str] = (),
) -> Place | None:
    """The place of a domain; None where the state has none.

    Args:
        component: the name of its component.
        cname: the `mta-sts` CNAME, if there is one.
        script: the text of the Worker of a name; empty if there is none.
        endpoints: what the names of tenants point to.
    """
    if found := find(R2_DOMAIN, f"{component}-r2-domain"):
        return _with_file(Place(R2, words(R2, str(found["bucketName"]))), component, find)
    worker = find(WORKER_DOMAIN, f"{component}-worker-domain")
    route = find(ROUTE, f"{component}-worker-route")
    if worker or (route and cname and cname.get("proxied")):
        host = WORKER if worker else WORKER_ROUTE
        name = str(worker["service"] if worker else (route or {})["script"])
        inside = held_in(script(name)).get(f"mta-sts.{domain}")
        return _with_file(Place(host, words(host, name), written=inside), component, find)
    if cname:
        value = value_of(cname).rstrip(".")
        files = {host: find(FILE, f"{component}-{FILE_OF[host]}") for host in (CLOUDFRONT, TENANT)}
        # Of a tenant that could not be made yet, there is the file, and the name leads there.
        on_tenant = (
            find(DISTRIBUTION_TENANT, f"{component}-tenant")
            or value in endpoints
            or (files[TENANT] and not files[CLOUDFRONT])
        )
        return _with_file(Place(TENANT if on_tenant else CLOUDFRONT, value), component, find)
    not_named = (Place(host, None) for host in (CLOUDFRONT, TENANT, R2, WORKER))
    with_files = (_with_file(place, component, find) for place in not_named)
    return next((place for place in with_files if place.written is not None), None)


def _with_file(place: Place, component: str, find: Find) -> Place:
    file = find(FILE, f"{component}-{FILE_OF[place.host]}")
    if file is None:
        return place
    return replace(place, bucket=str(file["bucket"]), written=str(file["content"]))
