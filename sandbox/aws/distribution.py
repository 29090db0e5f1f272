"""A distribution as CloudFront keeps it: moto's, with what moto drops."""

import copy
import time
from typing import Any

from moto.cloudfront.models import Distribution, DistributionConfig, random_id
from moto.core.utils import utcnow

MOST_ALIASES, MOST_DISTRIBUTIONS, MOST_TENANTS = 100, 500, 10_000
TENANT_ONLY = "tenant-only"
"""The connection mode of a distribution whose names are those of its tenants."""
DEFAULT_TTL, MAX_TTL = 86400, 31536000
"""Of a behaviour without a cache policy, in seconds."""


class Control:
    """What a test can set: the seconds from a change of a distribution to its status Deployed, and
    the quotas of distributions and of tenants."""

    deploy_seconds = 0.0
    most_distributions = MOST_DISTRIBUTIONS
    most_tenants = MOST_TENANTS


control = Control()


class Deployed(Distribution):
    """A distribution with versions, a time of change and a status that follows it."""

    def __init__(self, account_id: str, region_name: str, config: dict[str, Any]) -> None:
        super().__init__(account_id, region_name, _copied(config))
        self.restore_dropped(config)
        self.changed()

    def replace(self, config: dict[str, Any]) -> None:
        self.distribution_config = DistributionConfig(_copied(config))
        self.restore_dropped(config)
        self.changed()

    def changed(self) -> None:
        self.etag = random_id()
        self.last_modified_time = utcnow().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self._deployed_at = time.monotonic() + control.deploy_seconds

    @property  # type: ignore[misc]  # moto's can be set as well
    def status(self) -> str:
        return "Deployed" if time.monotonic() >= self._deployed_at else "InProgress"

    @property
    def certificate_arn(self) -> str:
        config: Any = self.distribution_config
        return str(config.ViewerCertificate.acm_certificate_arn)

    @property
    def enabled(self) -> bool:
        config: Any = self.distribution_config
        return bool(config.Enabled)

    @property
    def aliases(self) -> set[str]:
        config: Any = self.distribution_config
        return {alias.lower() for alias in config.Aliases.get("Items") or []}

    @property
    def connection_mode(self) -> str:
        config: Any = self.distribution_config
        return str(config.ConnectionMode)

    @property
    def arns_of_functions(self) -> set[str]:
        return {
            association["FunctionARN"]
            for behavior in behaviors(self.distribution_config)
            for association in items(behavior.function_associations)
        }

    @property
    def origin_access_controls(self) -> set[str]:
        config: Any = self.distribution_config
        return {origin.origin_access_control_id for origin in config.Origins["Items"]} - {""}

    def restore_dropped(self, config: dict[str, Any]) -> None:
        """Put back what moto's classes leave out of the configuration they are given."""
        kept: Any = self.distribution_config
        kept.ConnectionMode = config.get("ConnectionMode") or "direct"
        kept.TenantConfig = config.get("TenantConfig")
        for origin, given in zip(kept.Origins["Items"], config["Origins"]["Items"], strict=True):
            origin.origin_access_control_id = given.get("OriginAccessControlId") or ""
            origin.s3_origin_config = given.get("S3OriginConfig")
        given_behaviors = [config["DefaultCacheBehavior"], *items(config.get("CacheBehaviors"))]
        for behavior, given in zip(behaviors(kept), given_behaviors, strict=True):
            _restore_behavior(behavior, given)
        certificate = kept.ViewerCertificate
        if certificate.acm_certificate_arn:
            certificate.cloud_front_default_certificate = False
            certificate.certificate = certificate.acm_certificate_arn
            certificate.certificate_source = "acm"


def _restore_behavior(behavior: Any, given: dict[str, Any]) -> None:
    functions = items(given.get("FunctionAssociations"))
    behavior.function_associations = {"Quantity": len(functions), "Items": functions}
    behavior.compress = bool(given.get("Compress"))
    if given.get("CachePolicyId"):
        behavior.forwarded_values = None
        behavior.min_ttl = behavior.default_ttl = behavior.max_ttl = None
    else:
        behavior.min_ttl = given.get("MinTTL", 0)
        behavior.default_ttl = given.get("DefaultTTL", DEFAULT_TTL)
        behavior.max_ttl = given.get("MaxTTL", MAX_TTL)


def behaviors(config: Any) -> list[Any]:
    """The default behaviour, then the others in their order."""
    return [config.DefaultCacheBehavior, *items(config.CacheBehaviors)]


def items(listed: Any) -> list[Any]:
    """The items of one of CloudFront's lists, which may be left out."""
    return (listed or {}).get("Items") or []


def _copied(config: dict[str, Any]) -> dict[str, Any]:
    """A copy, as moto's classes change the dictionaries they are given."""
    return copy.deepcopy(config)
