"""CloudFront, with the refusals of AWS and the operations that moto lacks."""

import copy
import time
from typing import Any

from moto.cloudfront.exceptions import (
    DistributionAlreadyExists,
    NoSuchDistribution,
    NoSuchOriginAccessControl,
)
from moto.cloudfront.models import (
    CloudFrontBackend,
    Distribution,
    Invalidation,
    OriginAccessControl,
    random_id,
)

from sandbox.aws import backends
from sandbox.aws.cache_policies import find as find_cache_policy
from sandbox.aws.cloudfront_functions import LIVE, Functions, check_version
from sandbox.aws.cloudfront_responses import CloudFrontResponses
from sandbox.aws.distribution import MOST_ALIASES, TENANT_ONLY, Deployed, behaviors
from sandbox.aws.distribution import control as quotas
from sandbox.aws.errors import Refused
from sandbox.aws.paths import paths
from sandbox.aws.tenant_responses import PATHS as TENANT_PATHS
from sandbox.aws.tenants import Tenants, already_associated
from sandbox.certificates import covers

MORE_PATHS = (
    *TENANT_PATHS,
    "{0}/2020-05-31/function/(?P<function_name>[^/]+)/publish$",
    "{0}/2020-05-31/cache-policy$",
    "{0}/2020-05-31/cache-policy/(?P<policy_id>[^/]+)$",
    "{0}/2020-05-31/cache-policy/(?P<policy_id>[^/]+)/config$",
)


class CloudFront(CloudFrontBackend):
    """Distributions, origin access controls and functions."""

    distributions: dict[str, Deployed]  # type: ignore[assignment]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.functions = Functions(account_id)  # type: ignore[assignment]
        self.tenants = Tenants(account_id, lambda: self.distributions)
        self.invalidated: list[tuple[float, str, list[str]]] = []

    @property
    def _url_module(self) -> Any:
        return paths("cloudfront", CloudFrontResponses, MORE_PATHS)

    @property
    def stages(self) -> Functions:
        return self.functions  # type: ignore[return-value]

    # Distributions

    def create_distribution_with_tags(
        self, distribution_config: dict[str, Any], tags: list[dict[str, str]]
    ) -> tuple[Distribution, str, str]:
        known = self._distribution_with_caller_reference(distribution_config["CallerReference"])
        if known is not None:
            raise DistributionAlreadyExists(known.distribution_id)
        if len(self.distributions) >= quotas.most_distributions:
            raise Refused(
                "TooManyDistributions",
                "Processing your request would cause you to exceed the maximum number of "
                "distributions allowed.",
            )
        distribution = Deployed(self.account_id, self.region_name, distribution_config)
        self._check(distribution)
        self.distributions[distribution.distribution_id] = distribution
        self.tagger.tag_resource(distribution.arn, tags)
        return distribution, distribution.location, distribution.etag

    def update_distribution(
        self, dist_config: dict[str, Any], _id: str, if_match: Any
    ) -> tuple[Distribution, str, str]:
        distribution = self._distribution(_id)
        check_version(if_match, distribution.etag)
        changed = copy.copy(distribution)
        changed.replace(dist_config)
        self._check(changed)
        self.distributions[_id] = changed
        return changed, changed.location, changed.etag

    def delete_distribution(self, distribution_id: str, if_match: Any) -> None:
        distribution = self._distribution(distribution_id)
        check_version(if_match, distribution.etag)
        if distribution.enabled or distribution.status != "Deployed":
            raise Refused(
                "DistributionNotDisabled",
                "The distribution you are trying to delete has not been disabled.",
            )
        if any(tenant.distribution_id == distribution_id for tenant in self.tenants.all):
            raise Refused("ResourceInUse", "The distribution has distribution tenants.")
        del self.distributions[distribution_id]

    def create_invalidation(self, dist_id: str, paths: list[str], caller_ref: str) -> Invalidation:
        invalidation = super().create_invalidation(dist_id, paths, caller_ref)
        self.invalidated.append((time.monotonic(), dist_id, paths))
        return invalidation

    def _distribution(self, distribution_id: str) -> Deployed:
        if distribution_id not in self.distributions:
            raise NoSuchDistribution
        return self.distributions[distribution_id]

    def _check(self, distribution: Deployed) -> None:
        if distribution.connection_mode == TENANT_ONLY and distribution.aliases:
            raise Refused(
                "InvalidArgument", "A multi-tenant distribution has no alternate domain names."
            )
        self._check_aliases(distribution)
        for behavior in behaviors(distribution.distribution_config):
            if behavior.cache_policy_id:
                find_cache_policy(behavior.cache_policy_id)
        for control in distribution.origin_access_controls:
            if control not in self.origin_access_controls:
                raise Refused(
                    "InvalidOriginAccessControl", "The origin access control is not valid."
                )
        live = {function.arn for function in self.stages.values() if LIVE in function.stages}
        if not distribution.arns_of_functions <= live:
            raise Refused(
                "InvalidFunctionAssociation",
                "The function ARN must reference a LIVE function in this account.",
            )

    def _check_aliases(self, distribution: Deployed) -> None:
        aliases = distribution.aliases
        if len(aliases) > MOST_ALIASES:
            raise Refused(
                "TooManyDistributionCNAMEs",
                "Your request contains more CNAMEs than are allowed per distribution.",
            )
        others = [each for each in self.distributions.values() if each.id != distribution.id]
        if any(aliases & other.aliases for other in others) or self.tenants.holding(aliases):
            raise already_associated()
        if not distribution.certificate_arn:
            if aliases:
                raise _invalid_certificate(
                    "To add an alternate domain name (CNAME) to a CloudFront distribution, you "
                    "must attach a trusted certificate that validates your authorization to use "
                    "the domain name."
                )
            return
        certificate = backends.acm().issued(distribution.certificate_arn)
        if certificate is None:
            raise _invalid_certificate(
                "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't "
                "valid, or doesn't include a valid certificate chain."
            )
        if not all(covers(certificate.names, alias) for alias in aliases):
            raise _invalid_certificate(
                "The certificate that is attached to your distribution doesn't cover the "
                "alternate domain name (CNAME) that you're trying to add."
            )

    # Origin access controls

    def create_origin_access_control(self, config_dict: dict[str, str]) -> OriginAccessControl:
        self._refuse_taken(config_dict, None)
        return super().create_origin_access_control(config_dict)

    def change_origin_access_control(
        self, control_id: str, config: dict[str, str], if_match: str | None
    ) -> OriginAccessControl:
        control = self.get_origin_access_control(control_id)
        check_version(if_match, control.etag)
        self._refuse_taken(config, control)
        control.update(config)
        control.etag = random_id()
        return control

    def remove_origin_access_control(self, control_id: str, if_match: str | None) -> None:
        if control_id not in self.origin_access_controls:
            raise NoSuchOriginAccessControl
        check_version(if_match, self.origin_access_controls[control_id].etag)
        if any(control_id in d.origin_access_controls for d in self.distributions.values()):
            raise Refused(
                "OriginAccessControlInUse",
                "Cannot delete the origin access control because it's in use by one or more "
                "distributions.",
            )
        del self.origin_access_controls[control_id]

    def _refuse_taken(self, config: dict[str, str], own: OriginAccessControl | None) -> None:
        for other in self.origin_access_controls.values():
            if other is not own and other.name == config.get("Name"):
                raise Refused(
                    "OriginAccessControlAlreadyExists",
                    "An origin access control with the specified parameters already exists.",
                )

    # Functions

    def function_in_use(self, arn: str) -> bool:
        return any(arn in d.arns_of_functions for d in self.distributions.values())


def _invalid_certificate(message: str) -> Refused:
    return Refused("InvalidViewerCertificate", message)
