"""MTA-STS (RFC 8461) as Pulumi components.

`mta_sts.protocol` is pure Python; the components are imported only when they are asked for, so that
the protocol works where Pulumi is not installed.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mta_sts.arguments import (
        CloudFrontHostArgs,
        MtaStsArgs,
        ReportCollectorArgs,
        TenantHostArgs,
        WorkerHostArgs,
    )
    from mta_sts.collector import ReportCollector
    from mta_sts.domain import MtaSts
    from mta_sts.hosts.cloudfront import CloudFrontHost
    from mta_sts.hosts.tenants import TenantHost
    from mta_sts.hosts.worker import WorkerHost

__all__ = [
    "CloudFrontHost",
    "CloudFrontHostArgs",
    "MtaSts",
    "MtaStsArgs",
    "ReportCollector",
    "ReportCollectorArgs",
    "TenantHost",
    "TenantHostArgs",
    "WorkerHost",
    "WorkerHostArgs",
]

__version__ = "0.1.0"

_HOME = {
    "CloudFrontHost": "mta_sts.hosts.cloudfront",
    "CloudFrontHostArgs": "mta_sts.arguments",
    "MtaSts": "mta_sts.domain",
    "MtaStsArgs": "mta_sts.arguments",
    "ReportCollector": "mta_sts.collector",
    "ReportCollectorArgs": "mta_sts.arguments",
    "TenantHost": "mta_sts.hosts.tenants",
    "TenantHostArgs": "mta_sts.arguments",
    "WorkerHost": "mta_sts.hosts.worker",
    "WorkerHostArgs": "mta_sts.arguments",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
