"""The keys of the configuration and of the components' arguments, and what each may be."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pulumi
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic.alias_generators import to_camel

from mta_sts.limits import (
    CERTIFICATE_REGION,
    COMMON_NAME_LIMIT,
    DEFAULT_GATE_TIMEOUT,
    DEFAULT_MAX_AGE,
    MOST_ALIASES,
    SHORTEST_MAX_AGE,
)
from mta_sts.protocol.errors import MaxAgeError
from mta_sts.protocol.names import host_name
from mta_sts.protocol.policy import max_age_of, mode_of, mx_of
from mta_sts.protocol.tlsrpt import rua_of
from mta_sts.reports.found import ReportsNotReadError
from mta_sts.reports.places import check_folder
from mta_sts.review import CODES, TESTING_PERIOD
from mta_sts.zone_keys import EXTERNAL, elsewhere_not, one_of, seconds, zone_given, zone_in_stack

_R2_KEY = {"access_key_id", "secret_access_key"}
HOSTS: dict[str, tuple[set[str], set[str]]] = {
    "cloudfront": ({"target", "bucket"}, set()),
    "tenant": ({"target", "bucket", "distribution_id", "connection_group_id"}, set()),
    "r2": ({"account_id"}, _R2_KEY),
    "worker": ({"account_id", "script"}, {"bucket", "route", *_R2_KEY}),
}
"""What each host is given: what must be there, and what may be."""
STACK_HOSTS = ("cloudfront", "tenant", "r2", "worker", "worker-route")


def _known(check: Callable[[Any], Any]) -> PlainValidator:
    return PlainValidator(lambda value: value if isinstance(value, pulumi.Output) else check(value))


def _unless_output(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    return value if isinstance(value, pulumi.Output) else check(value)


def _max_age(value: object) -> int:
    # Pulumi hands whole numbers to packaged components as floats.
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    try:
        seconds = max_age_of(whole)
    except MaxAgeError:
        raise ValueError("RFC 8461 3.2") from None
    if seconds < SHORTEST_MAX_AGE:
        raise ValueError("less than a day")
    return seconds


def _host(value: Any) -> Any:
    ((host, given),) = one_of(*HOSTS)(value).items()
    needed, more = HOSTS[host]
    if not isinstance(given, Mapping) or not needed <= given.keys() <= needed | more:
        optional = f", and may take {', '.join(sorted(more))}" if more else ""
        raise ValueError(f"{host} takes {', '.join(sorted(needed))}{optional}")
    if ("access_key_id" in given) != ("secret_access_key" in given):
        raise ValueError("an access key is an id and a secret")
    if host == "worker" and "access_key_id" in given and "bucket" not in given:
        raise ValueError("an access key is for a bucket, and none is given")
    return value


def _host_in_stack(value: Any) -> Any:
    if value not in STACK_HOSTS:
        raise ValueError("not a host")
    return value


def _suits_zone(host: Any, info: ValidationInfo) -> Any:
    """Cloudflare serves names only in a zone of the same account; a tenant is made only once the
    name leads to it."""
    kind = host if isinstance(host, str) or host is None else next(iter(host))
    zone = info.data.get("zone")
    if kind == "tenant":
        if zone is not None and EXTERNAL in zone:
            raise ValueError(
                "a tenant is made in the run that makes its CNAME, and others keep this zone: set "
                "host: cloudfront"
            )
        return host
    if kind not in (None, "cloudfront") and zone is not None and EXTERNAL in zone:
        raise ValueError(f"{elsewhere_not(str(kind))}: set host: cloudfront")
    if kind not in (None, "cloudfront") and zone is not None and "cloudflare" not in zone:
        raise ValueError(
            f"{kind} needs a zone of Cloudflare, of the same account, because Cloudflare serves no "
            "other names: set host: cloudfront, or move the zone"
        )
    return host


class Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class PolicyKeys(Keys):
    mode: Annotated[Any, _known(mode_of)]
    mx: Annotated[
        list[Annotated[Any, _known(mx_of)]],
        WrapValidator(_unless_output),
        Field(default=[], validate_default=True),
    ]
    max_age: Annotated[Any, _known(_max_age)] = DEFAULT_MAX_AGE

    @field_validator("mx")
    @classmethod
    def _at_least_one(cls, mx: Any, info: ValidationInfo) -> Any:
        if mx == [] and info.data.get("mode") in ("testing", "enforce"):
            raise ValueError("no name in it")
        return mx


def _accept(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ValueError("not a mapping")  # noqa: TRY004 -- pydantic takes ValueErrors only
    for code, reason in value.items():
        if code not in CODES:
            raise ValueError(f"no finding is called {code}")
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"{code} without a reason")
    return dict(value)


def _reports_from(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("not a path")
    try:
        check_folder(value)
    except ReportsNotReadError as error:
        raise ValueError(str(error)) from None
    return value


def _rollout(value: Any) -> str:
    if value != "automatic":
        raise ValueError("not a rollout")
    return str(value)


def _script(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[a-z0-9][a-z0-9-]{0,62}", value):
        raise ValueError("not a name")
    return value


def _group(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", value):
        raise ValueError("not a name")
    return value


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither")  # noqa: TRY004 -- pydantic takes ValueErrors only
    return value


class _DomainKeys(PolicyKeys):
    reports: Annotated[list[Annotated[Any, _known(rua_of)]], Field(min_length=1)] | None = None
    reports_from: Annotated[str | None, PlainValidator(_reports_from)] = None
    gate_timeout: Annotated[float, PlainValidator(seconds)] = DEFAULT_GATE_TIMEOUT
    testing_period: Annotated[float, PlainValidator(seconds)] = TESTING_PERIOD
    accept: Annotated[dict[str, str], PlainValidator(_accept)] = {}
    rollout: Annotated[str | None, PlainValidator(_rollout)] = None

    @field_validator("rollout")
    @classmethod
    def _towards_enforce(cls, rollout: str | None, info: ValidationInfo) -> str | None:
        if rollout and info.data.get("mode") in ("testing", "none"):
            raise ValueError(f"mode is {info.data['mode']}")
        return rollout


class StackKeys(_DomainKeys):
    model_config = ConfigDict(alias_generator=to_camel)

    zone: Annotated[dict[str, Any], PlainValidator(zone_in_stack)]
    """The DNS zone that takes the domain's records; the word alone looks it up by the name."""
    host: Annotated[str, PlainValidator(_host_in_stack), AfterValidator(_suits_zone)] = "cloudfront"
    """Where the policy is served: see [hosts](hosts.md). Left out: cloudfront."""
    group: Annotated[str | None, PlainValidator(_group)] = None
    """With host cloudfront, which of its distributions and certificates is this domain's, by a name
    of yours: see [many domains](many.md). Left out: default."""

    @field_validator("group")
    @classmethod
    def _of_cloudfront(cls, group: str | None, info: ValidationInfo) -> str | None:
        if group is not None and info.data.get("host", "cloudfront") != "cloudfront":
            raise ValueError(f"host is {info.data['host']}, which has no groups: leave it out")
        return group


class ComponentKeys(_DomainKeys):
    domain: Annotated[str, PlainValidator(host_name)]
    zone: Annotated[Any, PlainValidator(zone_given)]
    host: Annotated[Any, PlainValidator(_host), AfterValidator(_suits_zone)] = None
    look_up: Annotated[bool, PlainValidator(_yes_or_no)] = True


class _HostedKeys(Keys):
    domain: Annotated[str, PlainValidator(host_name)]
    zone: Annotated[Any, PlainValidator(zone_given)]
    protect: Annotated[bool | None, PlainValidator(_yes_or_no)] = None
    leaving: Annotated[bool | None, PlainValidator(_yes_or_no)] = None
    group: Annotated[str | None, PlainValidator(_group)] = None


def _once(domains: list[_HostedKeys]) -> list[_HostedKeys]:
    counts = Counter(hosted.domain for hosted in domains)
    twice = sorted(name for name, count in counts.items() if count > 1)
    if twice:
        raise ValueError(f"twice: {', '.join(twice)}")
    return domains


def _in_one_account(domains: list[_HostedKeys]) -> list[_HostedKeys]:
    elsewhere = sorted(hosted.domain for hosted in domains if EXTERNAL in hosted.zone)
    if elsewhere:
        raise ValueError(f"{elsewhere_not('a Worker')}: {', '.join(elsewhere)}")
    return domains


def _without_groups(domains: list[_HostedKeys]) -> list[_HostedKeys]:
    grouped = sorted(hosted.domain for hosted in domains if hosted.group is not None)
    if grouped:
        raise ValueError(f"only a CloudFrontHost has groups: {', '.join(grouped)}")
    return domains


def _few_in_each_group(domains: list[_HostedKeys]) -> list[_HostedKeys]:
    """Those that leave are counted where they are said to be: the state knows where they are."""
    counts = Counter(hosted.group or "default" for hosted in domains if not hosted.leaving)
    full = [f"group {name} has {count}" for name, count in counts.items() if count > MOST_ALIASES]
    if full:
        raise ValueError(
            f"{', '.join(sorted(full))} domains: one distribution serves at most {MOST_ALIASES}. "
            "Split them by `group`"
        )
    return domains


class TenantHostKeys(Keys):
    domains: Annotated[
        list[_HostedKeys],
        Field(min_length=1),
        AfterValidator(_once),
        AfterValidator(_without_groups),
    ]


class WorkerHostKeys(Keys):
    domains: Annotated[
        list[_HostedKeys],
        Field(min_length=1),
        AfterValidator(_once),
        AfterValidator(_without_groups),
        AfterValidator(_in_one_account),
    ]
    account_id: Any
    script: Annotated[str | None, PlainValidator(_script)] = None
    in_bucket: Annotated[bool, PlainValidator(_yes_or_no)] = False


def _distribution(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch("[A-Z0-9]{6,32}", value):
        raise ValueError("not an id")
    return value


def certificate_arn(value: Any) -> str:
    """The ARN of a certificate that CloudFront takes."""
    found = re.fullmatch(r"arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate/\S+", str(value))
    if not found:
        raise ValueError("not the ARN of a certificate")
    if found[1] != CERTIFICATE_REGION:
        raise ValueError(f"it is in {found[1]}, and CloudFront takes none from there")
    return str(value)


def _has_a_short_name(domains: list[_HostedKeys], group: str) -> None:
    long = [len(f"mta-sts.{hosted.domain}") > COMMON_NAME_LIMIT for hosted in domains]
    # One of a zone kept elsewhere may not be in the certificate yet.
    mine = [EXTERNAL not in hosted.zone for hosted in domains]
    if any(long) and all(each or not my for each, my in zip(long, mine, strict=True)):
        whose = ", of a domain whose zone is yours" if not all(mine) else ""
        which = f" in group {group}" if group else ""
        raise ValueError(
            f"a certificate needs a name of at most {COMMON_NAME_LIMIT} characters{whose}{which}"
        )


class HostKeys(Keys):
    bucket: Any = None
    distribution: Annotated[Any, _known(_distribution)] = None
    certificate: Annotated[Any, _known(certificate_arn)] = None
    domains: Annotated[
        list[_HostedKeys],
        Field(min_length=1),
        AfterValidator(_once),
        AfterValidator(_few_in_each_group),
    ]

    @field_validator("certificate")
    @classmethod
    def _of_a_distribution_of_its_own(cls, certificate: Any, info: ValidationInfo) -> Any:
        if info.data.get("distribution") is not None:
            raise ValueError("distribution is given, too")
        return certificate

    @field_validator("domains")
    @classmethod
    def _have_a_short_name(
        cls, domains: list[_HostedKeys], info: ValidationInfo
    ) -> list[_HostedKeys]:
        if info.data.get("distribution") is not None or info.data.get("certificate") is not None:
            if grouped := sorted(hosted.domain for hosted in domains if hosted.group is not None):
                raise ValueError(
                    "groups are distributions and certificates of the host's own, and one of these "
                    f"is given: leave that out, or the group of {', '.join(grouped)}"
                )
            if any(EXTERNAL in hosted.zone for hosted in domains):
                raise ValueError(
                    "a domain whose zone is external needs the host's own certificate, for which "
                    "its owner is asked: leave out certificate and distribution"
                )
            return domains
        for group in sorted({hosted.group or "" for hosted in domains}):
            _has_a_short_name([each for each in domains if (each.group or "") == group], group)
        return domains
