"""Wrong input is refused at once, all of it in one message, before anything is made.

A value that is an Output is checked when it is known: see `policy_of`.
"""

import reprlib
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

import pulumi
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from mta_sts.arguments import CloudFrontHostArgs, HostedDomain, MtaStsArgs
from mta_sts.protocol import Policy
from mta_sts.protocol.errors import MaxAgeError, RuleBrokenError
from mta_sts.protocol.names import HostNameError, host_name
from mta_sts.protocol.policy import max_age_of, mode_of, mx_of
from mta_sts.protocol.tlsrpt import rua_of
from mta_sts.review import CODES, TESTING_PERIOD

SHORTEST_MAX_AGE = 86400
"""Seconds. RFC 8461 allows less, but Google Workspace refuses less than a day."""
DEFAULT_MAX_AGE = 604800
"""Seconds: a week, the least that Google Workspace recommends for testing."""
DEFAULT_GATE_TIMEOUT = 600.0
"""Seconds."""
COMMON_NAME_LIMIT = 64
"""Characters in the first name of an ACM certificate; the others may be longer."""
MOST_ALIASES = 100
"""Names that one CloudFront distribution serves."""

ALLOWED = {
    "domain": "a domain name of at least two labels, such as example.com",
    "domains": f"a list of 1 to {MOST_ALIASES} domains, each once, each with domain and zone",
    "mode": "testing, enforce or none",
    "mx": 'a list of host names, or "*." and a host name; empty in mode none only',
    "maxAge": f"a whole number of seconds from {SHORTEST_MAX_AGE} to 31557600",
    "reports": "a list of mailto: and https: addresses",
    "zone": "route53 and the id of the hosted zone: {route53: Z0123456789ABC}",
    "zone in a stack": "route53, or {route53: Z0123456789ABC} to name the hosted zone by its id",
    "host": "cloudfront and its outputs: {cloudfront: {target: …, bucket: …}}",
    "host in a stack": "cloudfront, the stack's shared distribution",
    "gateTimeout": "a number of seconds above 0",
    "testingPeriod": "a number of seconds above 0",
    "accept": f"a mapping from findings to reasons, in words; findings are {', '.join(CODES)}",
    "rollout": "automatic, with mode enforce",
    "lookUp": "true or false",
}


class ArgumentError(pulumi.RunError):
    """What a user gave is wrong, in every way that `problems` lists. Nothing was made or changed.
    The user mends it and runs again."""

    def __init__(self, where: str, problems: list[str]) -> None:
        self.problems = problems
        count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{where} has {count}; nothing was changed:{lines}")


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


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError("not a number of seconds")
    return float(value)


def _one_of(*choices: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("not a mapping")  # noqa: TRY004 -- pydantic takes ValueErrors only
        if len(value) != 1 or next(iter(value)) not in choices:
            raise ValueError("exactly one")
        return value

    return check


def _zone(value: Any) -> Any:
    """`{route53: id}`, the id a string or an Output."""
    identity = next(iter(_one_of("route53")(value).values()))
    if not isinstance(identity, pulumi.Output) and not (isinstance(identity, str) and identity):
        raise ValueError("not an id")
    return value


def _zone_in_stack(value: Any) -> Any:
    return {"route53": None} if value == "route53" else _zone(value)


def _host(value: Any) -> Any:
    outputs = next(iter(_one_of("cloudfront")(value).values()))
    if not isinstance(outputs, Mapping) or set(outputs) != {"target", "bucket"}:
        raise ValueError("not target and bucket")
    return value


def _host_in_stack(value: Any) -> Any:
    if value != "cloudfront":
        raise ValueError("not a host")
    return value


class _Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class _PolicyKeys(_Keys):
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


def _rollout(value: Any) -> str:
    if value != "automatic":
        raise ValueError("not a rollout")
    return str(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither")  # noqa: TRY004 -- pydantic takes ValueErrors only
    return value


class _DomainKeys(_PolicyKeys):
    reports: Annotated[list[Annotated[Any, _known(rua_of)]], Field(min_length=1)] | None = None
    gate_timeout: Annotated[float, PlainValidator(_seconds)] = DEFAULT_GATE_TIMEOUT
    testing_period: Annotated[float, PlainValidator(_seconds)] = TESTING_PERIOD
    accept: Annotated[dict[str, str], PlainValidator(_accept)] = {}
    rollout: Annotated[str | None, PlainValidator(_rollout)] = None

    @field_validator("rollout")
    @classmethod
    def _towards_enforce(cls, rollout: str | None, info: ValidationInfo) -> str | None:
        if rollout and info.data.get("mode") in ("testing", "none"):
            raise ValueError(f"mode is {info.data['mode']}")
        return rollout


class _StackKeys(_DomainKeys):
    model_config = ConfigDict(alias_generator=to_camel)

    zone: Annotated[dict[str, Any], PlainValidator(_zone_in_stack)]
    host: Annotated[str, PlainValidator(_host_in_stack)] = "cloudfront"


class _ComponentKeys(_DomainKeys):
    domain: Annotated[str, PlainValidator(host_name)]
    zone: Annotated[Any, PlainValidator(_zone)]
    host: Annotated[Any, PlainValidator(_host)] = None
    look_up: Annotated[bool, PlainValidator(_yes_or_no)] = True


class _HostedKeys(_Keys):
    domain: Annotated[str, PlainValidator(host_name)]
    zone: Annotated[Any, PlainValidator(_zone)]


class _HostKeys(_Keys):
    domains: Annotated[list[_HostedKeys], Field(min_length=1, max_length=MOST_ALIASES)]
    bucket: Any = None

    @field_validator("domains")
    @classmethod
    def _each_once(cls, domains: list[_HostedKeys]) -> list[_HostedKeys]:
        names = [hosted.domain for hosted in domains]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"twice: {', '.join(twice)}")
        if all(len(f"mta-sts.{name}") > COMMON_NAME_LIMIT for name in names):
            raise ValueError(
                f"a certificate needs a name of at most {COMMON_NAME_LIMIT} characters"
            )
        return domains


def _lines(error: ValidationError, keys: Iterable[str], context: str = "") -> list[str]:
    return [_line(found, keys, context) for found in error.errors(include_url=False)]


def _line(found: ErrorDetails, keys: Iterable[str], context: str) -> str:
    """One problem in our words: the key, what was found there, and what is allowed."""
    key, *index = found["loc"]
    where = f"{key}" + "".join(f"[{step}]" for step in index)
    if found["type"] == "extra_forbidden":
        return f"{where}: unknown key; allowed: {', '.join(keys)}"
    camel = to_camel(str(key))
    allowed = ALLOWED.get(camel + context) or ALLOWED[camel]
    if found["type"] == "missing":
        return f"{where}: missing; allowed: {allowed}"
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, RuleBrokenError):
        return f"{where}: found {_show(found['input'])}; {cause.rule}"
    reason = f" ({cause})" if isinstance(cause, ValueError) else ""
    return f"{where}: found {_show(found['input'])}; allowed: {allowed}{reason}"


def _show(value: object) -> str:
    return "nothing" if value is None else _short.repr(value)


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


class StackDomain(_StackKeys):
    """One checked entry of `mta-sts:domains`. `zone` is `{route53: id}`, the id None where the
    zone is to be looked up by the domain's name."""

    domain: str

    @property
    def enforces(self) -> bool:
        """Whether this run announces an enforce policy that is to be protected."""
        return self.mode == "enforce" and "removed-in-force" not in self.accept

    @property
    def arguments(self) -> dict[str, Any]:
        """What of it `MtaSts` takes as it stands: all but the zone and the host."""
        given = {key: value for key, value in dict(self).items() if value is not None}
        return {key: value for key, value in given.items() if key not in ("zone", "host")}


class Arguments(_ComponentKeys):
    """The checked arguments of `MtaSts`; mode, mx and max_age may be or hold Outputs."""

    @property
    def policy_is_known(self) -> bool:
        """Whether no part of the policy is an Output."""
        parts = [self.mode, self.max_age, *(self.mx if isinstance(self.mx, list) else [self.mx])]
        return not any(isinstance(part, pulumi.Output) for part in parts)


def stack_domains(given: object) -> list[StackDomain]:
    """Check `mta-sts:domains` of a stack, as it came from the configuration.

    Raises:
        ArgumentError: with every problem of every domain.
    """
    where = "mta-sts:domains"
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError(
            where, [f"found {_show(given)}; allowed: a mapping from domain to keys"]
        )
    checked: list[StackDomain] = []
    spelled: dict[str, str] = {}
    allowed = [to_camel(field) for field in _StackKeys.model_fields]
    problems: list[str] = []
    for domain, keys in given.items():
        try:
            name = host_name(domain)
        except HostNameError as error:
            problems.append(f"{domain}: domain: found {_show(domain)}; {error.rule}")
            name = domain
        if name in spelled:
            problems.append(f"{domain}: this domain is given twice, also as {spelled[name]}")
        spelled[name] = domain
        if not isinstance(keys, Mapping):
            problems.append(f"{domain}: found {_show(keys)}; allowed: {', '.join(allowed)}")
            continue
        try:
            keys = _StackKeys.model_validate(keys)
        except ValidationError as error:
            problems += [f"{domain}: {line}" for line in _lines(error, allowed, " in a stack")]
        else:
            checked.append(StackDomain.model_construct(domain=name, **dict(keys)))
    if problems:
        raise ArgumentError(where, problems)
    return checked


def look_up(given: object) -> bool:
    """Check `mta-sts:lookUp` of a stack; true where it is left out.

    Raises:
        ArgumentError: it is neither true nor false.
    """
    if given is None:
        return True
    if not isinstance(given, bool):
        raise ArgumentError(
            "mta-sts:lookUp", [f"found {_show(given)}; allowed: {ALLOWED['lookUp']}"]
        )
    return given


def component(name: str, args: MtaStsArgs) -> Arguments:
    """Check the arguments of the `MtaSts` called `name`.

    Raises:
        ArgumentError: with every problem.
    """
    try:
        return Arguments.model_validate(args)
    except ValidationError as error:
        raise ArgumentError(f"MtaSts {name}", _lines(error, list(Arguments.model_fields))) from None


def policy_of(domain: str, mode: Any, mx: Any, max_age: Any) -> Policy:
    """The policy of these values, now that all of them are known.

    Raises:
        ArgumentError: with every problem.
    """
    try:
        keys = _PolicyKeys.model_validate({"mode": mode, "mx": mx, "max_age": max_age})
        return Policy(mode=keys.mode, mx=keys.mx, max_age=keys.max_age)
    except ValidationError as error:
        problems = _lines(error, list(_PolicyKeys.model_fields))
    except ValueError as error:
        problems = [str(error)]
    raise ArgumentError(domain, problems)


def hosted_domains(name: str, args: CloudFrontHostArgs) -> list[HostedDomain]:
    """Check the arguments of the `CloudFrontHost` called `name`; its domains in order of name.

    Raises:
        ArgumentError: with every problem.
    """
    try:
        domains = _HostKeys.model_validate(args).domains
    except ValidationError as error:
        problems = _lines(error, list(_HostKeys.model_fields))
        raise ArgumentError(f"CloudFrontHost {name}", problems) from None
    return [
        HostedDomain(domain=hosted.domain, zone=hosted.zone)
        for hosted in sorted(domains, key=lambda hosted: hosted.domain)
    ]
