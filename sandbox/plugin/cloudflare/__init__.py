"""Cloudflare: the resource types and functions, on the official client."""

from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.errors import doing
from sandbox.plugin.cloudflare.functions import FUNCTIONS
from sandbox.plugin.package import Package

MODULES = {
    "cloudflare:index/dnsRecord:DnsRecord": "dns",
    "cloudflare:index/r2Bucket:R2Bucket": "r2",
    "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle": "r2_lifecycle",
    "cloudflare:index/r2CustomDomain:R2CustomDomain": "r2",
    "cloudflare:index/workersCustomDomain:WorkersCustomDomain": "workers",
    "cloudflare:index/workersRoute:WorkersRoute": "workers",
    "cloudflare:index/workersScript:WorkersScript": "script",
}

CLOUDFLARE = Package(
    name="cloudflare",
    types={token: f"{__name__}.{module}" for token, module in MODULES.items()},
    functions=FUNCTIONS,
    configured=Cloudflare.configured,
    doing=doing,
)
