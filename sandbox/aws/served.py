"""What the edge reads of moto's state: distributions, certificates, functions, objects."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.aws import backends, bucket_policy, cache_policies
from sandbox.aws.cloudfront_functions import LIVE
from sandbox.aws.distribution import Deployed, behaviors, items
from sandbox.aws.s3 import Stored
from sandbox.certificates import Certificate

VIEWER_REQUEST = "viewer-request"


@dataclass(frozen=True)
class Ttl:
    """How long an object may be kept, in seconds."""

    least: int
    default: int
    most: int


@dataclass(frozen=True)
class Behavior:
    pattern: str | None
    """None: the default behaviour."""
    origin: str
    methods: frozenset[str]
    ttl: Ttl
    viewer_request: str | None
    """ARN of the function that sees the request first."""


@dataclass(frozen=True)
class Origin:
    domain: str
    path: str
    signed: bool
    """Whether an origin access control signs the requests."""


@dataclass(frozen=True)
class ErrorRule:
    min_ttl: int
    page: str
    status: int | None


@dataclass(frozen=True)
class Distribution:
    id: str
    arn: str
    host: str
    certificate_arn: str
    minimum_protocol: str
    root_object: str
    behaviors: tuple[Behavior, ...]
    origins: dict[str, Origin]
    errors: dict[int, ErrorRule]


def distribution(alias: str) -> Distribution | None:
    """The enabled distribution that has this alias, or a tenant with it, whose certificate it then
    shows."""
    cloudfront = backends.cloudfront()
    for found in cloudfront.distributions.values():
        if found.enabled and alias in found.aliases:
            return _distribution(found)
    tenant = cloudfront.tenants.holding([alias])
    if tenant is None or not tenant.enabled:
        return None
    template = cloudfront.distributions[tenant.distribution_id]
    if not template.enabled or not cloudfront.tenants.group(tenant.group_id).enabled:
        return None
    return replace(_distribution(template), certificate_arn=tenant.certificate_arn)


def _distribution(found: Deployed) -> Distribution:
    config: Any = found.distribution_config
    return Distribution(
        id=found.distribution_id,
        arn=found.arn,
        host=found.domain_name,
        certificate_arn=found.certificate_arn,
        minimum_protocol=config.ViewerCertificate.minimum_protocol_version,
        root_object=config.DefaultRootObject,
        behaviors=tuple(_behavior(behavior) for behavior in behaviors(config)),
        origins={
            origin.id: Origin(
                domain=origin.domain_name,
                path=origin.origin_path,
                signed=_signs(origin.origin_access_control_id),
            )
            for origin in config.Origins["Items"]
        },
        errors={
            int(rule["ErrorCode"]): ErrorRule(
                min_ttl=int(rule.get("ErrorCachingMinTTL", 10)),
                page=rule.get("ResponsePagePath") or "",
                status=int(rule["ResponseCode"]) if rule.get("ResponseCode") else None,
            )
            for rule in items(config.CustomErrorResponses)
        },
    )


def _signs(origin_access_control: str) -> bool:
    control = backends.cloudfront().origin_access_controls.get(origin_access_control)
    return control is not None and control.signing_behavior != "never"


def _behavior(behavior: Any) -> Behavior:
    if behavior.cache_policy_id:
        policy = cache_policies.find(behavior.cache_policy_id)
        ttl = Ttl(policy.min_ttl, policy.default_ttl, policy.max_ttl)
    else:
        ttl = Ttl(int(behavior.min_ttl), int(behavior.default_ttl), int(behavior.max_ttl))
    functions = {
        association["EventType"]: association["FunctionARN"]
        for association in items(behavior.function_associations)
    }
    return Behavior(
        pattern=getattr(behavior, "path_pattern", None),
        origin=behavior.target_origin_id,
        methods=frozenset(behavior.allowed_methods.items),
        ttl=ttl,
        viewer_request=functions.get(VIEWER_REQUEST),
    )


def certificate(arn: str) -> Certificate | None:
    """The certificate of this ARN, if it is issued and where CloudFront looks."""
    return backends.acm().issued(arn)


def live_code(arn: str) -> str | None:
    """The published code of a function."""
    for function in backends.cloudfront().stages.values():
        if function.arn == arn and LIVE in function.stages:
            return function.stages[LIVE].code.decode()
    return None


def invalidations(distribution_id: str) -> list[tuple[float, list[str]]]:
    """When (on the monotonic clock) which paths were invalidated."""
    found = backends.cloudfront().invalidated
    return [(when, paths) for when, id_, paths in found if id_ == distribution_id]


def bucket_exists(bucket: str) -> bool:
    return bucket in backends.s3().buckets


def allowed(action: str, bucket: str, key: str, distribution_arn: str | None) -> bool:
    """Whether a bucket lets the distribution do this; None: an unsigned request."""
    if distribution_arn is None:
        return backends.s3().open_to_anybody(action, bucket, key)
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
    request = bucket_policy.Request(
        action, resource, principal="cloudfront.amazonaws.com", source_arn=distribution_arn
    )
    return bucket_policy.allows(backends.s3().statements(bucket), request)


def stored(bucket: str, key: str, ago: float) -> Stored | None:
    """What a key holds, or held so many seconds ago."""
    return backends.s3().stored(bucket, key, ago)
