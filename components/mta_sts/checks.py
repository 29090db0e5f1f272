"""Wrong input is refused at once, all of it in one message, before anything is made.

A value that is an Output is checked when it is known: see `policy_of`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from mta_sts.account_keys import AccountKeys, CollectorKeys
from mta_sts.arguments import (
    CloudFrontHostArgs,
    HostedDomain,
    MtaStsArgs,
    ReportCollectorArgs,
    TenantHostArgs,
    WorkerHostArgs,
)
from mta_sts.keys import (
    ComponentKeys,
    HostKeys,
    PolicyKeys,
    StackKeys,
    TenantHostKeys,
    WorkerHostKeys,
    certificate_arn,
)
from mta_sts.problems import ALLOWED, ArgumentError, lines, show
from mta_sts.protocol import Policy
from mta_sts.protocol.names import HostNameError, host_name
from mta_sts.protocol.tlsrpt import TlsRpt, all_lie_on


class StackDomain(StackKeys):
    """One checked entry of `mta-sts:domains`. `zone` is `{route53: id}`, the id None where the
    zone is to be looked up by the domain's name."""

    domain: str

    @property
    def arguments(self) -> dict[str, Any]:
        """What of it `MtaSts` takes as it stands: all but the zone, the host and the group."""
        given = {key: value for key, value in dict(self).items() if value is not None}
        return {key: value for key, value in given.items() if key not in ("zone", "host", "group")}


class Arguments(ComponentKeys):
    """The checked arguments of `MtaSts`; mode, mx and max_age may be or hold Outputs."""

    @property
    def reports_at_home(self) -> bool:
        """Whether all addresses, as far as they are known, lie on the reported domain itself."""
        rua = self.reports or []
        known = bool(rua) and not any(isinstance(each, pulumi.Output) for each in rua)
        return known and all_lie_on(self.domain, rua)

    @property
    def tlsrpt(self) -> str | None:
        """The TLS reporting record; None where there is none, or it is not known yet."""
        rua = self.reports or []
        known = bool(rua) and not any(isinstance(each, pulumi.Output) for each in rua)
        return TlsRpt(rua=rua).render() if known else None

    @property
    def policy_is_known(self) -> bool:
        """Whether no part of the policy is an Output."""
        parts = [self.mode, self.max_age, *(self.mx if isinstance(self.mx, list) else [self.mx])]
        return not any(isinstance(part, pulumi.Output) for part in parts)


def stack_domains(given: object, where: str = "mta-sts:domains") -> list[StackDomain]:
    """Check `mta-sts:domains` of a stack, as it came from the configuration.

    Args:
        where: what to call it, if it is from a file.

    Raises:
        ArgumentError: with every problem of every domain.
    """
    if not isinstance(given, Mapping) or not given:
        raise ArgumentError(where, [f"found {show(given)}; allowed: a mapping from domain to keys"])
    checked: list[StackDomain] = []
    spelled: dict[str, str] = {}
    allowed = [to_camel(field) for field in StackKeys.model_fields]
    problems: list[str] = []
    for domain, keys in given.items():
        try:
            name = host_name(domain)
        except HostNameError as error:
            problems.append(f"{domain}: domain: found {show(domain)}; {error.rule}")
            name = domain
        if name in spelled:
            problems.append(f"{domain}: this domain is given twice, also as {spelled[name]}")
        spelled[name] = domain
        if not isinstance(keys, Mapping):
            problems.append(f"{domain}: found {show(keys)}; allowed: {', '.join(allowed)}")
            continue
        try:
            keys = StackKeys.model_validate(keys)
        except ValidationError as error:
            problems += [f"{domain}: {line}" for line in lines(error, allowed, " in a stack")]
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
            "mta-sts:lookUp", [f"found {show(given)}; allowed: {ALLOWED['lookUp']}"]
        )
    return given


class Account(AccountKeys):
    """The checked `mta-sts:cloudflare` of a stack, and the secret of its access key."""

    secret: pulumi.Output[str] | None = None
    """The secret of the R2 access key. Left out: there is no key."""

    @property
    def access_key(self) -> dict[str, Any]:
        """The key for R2, as hosts take it; empty where there is none."""
        if self.access_key_id is None:
            return {}
        return {"access_key_id": self.access_key_id, "secret_access_key": self.secret}


def account(
    given: object, secret: pulumi.Output[str] | None, domains: Iterable[StackDomain]
) -> Account | None:
    """Check `mta-sts:cloudflare` of a stack; None where no domain needs it and it is left out.

    Args:
        given: as it came from the configuration.
        secret: `mta-sts:secretAccessKey`.

    Raises:
        ArgumentError: it is wrong, or what the hosts of the domains need is missing.
    """
    where = "mta-sts:cloudflare"
    hosts = {each.host for each in domains}
    on_cloudflare = sorted(hosts - {"cloudfront", "tenant"})
    if given is None:
        if on_cloudflare:
            needed = f"found nothing; host {on_cloudflare[0]} needs {{accountId: …}}"
            raise ArgumentError(where, [needed])
        return None
    if not isinstance(given, Mapping):
        raise ArgumentError(where, [f"found {show(given)}; allowed: {{accountId: …}}"])
    try:
        keys = AccountKeys.model_validate(given)
    except ValidationError as error:
        allowed = [to_camel(field) for field in AccountKeys.model_fields]
        raise ArgumentError(where, lines(error, allowed)) from None
    needs_key = "r2" in hosts or (keys.policies_in == "r2" and on_cloudflare)
    if needs_key and (keys.access_key_id is None or secret is None):
        raise ArgumentError(
            where,
            [
                "accessKeyId: policies in R2 need an R2 access key: its id here, and its secret by "
                "`pulumi config set --secret mta-sts:secretAccessKey`"
            ],
        )
    return Account.model_construct(**dict(keys), secret=secret)


def component(name: str, args: MtaStsArgs) -> Arguments:
    """Check the arguments of the `MtaSts` called `name`.

    Raises:
        ArgumentError: with every problem.
    """
    try:
        return Arguments.model_validate(args)
    except ValidationError as error:
        raise ArgumentError(f"MtaSts {name}", lines(error, list(Arguments.model_fields))) from None


def policy_of(domain: str, mode: Any, mx: Any, max_age: Any) -> Policy:
    """The policy of these values, now that all of them are known.

    Raises:
        ArgumentError: with every problem.
    """
    try:
        keys = PolicyKeys.model_validate({"mode": mode, "mx": mx, "max_age": max_age})
        return Policy(mode=keys.mode, mx=keys.mx, max_age=keys.max_age)
    except ValidationError as error:
        problems = lines(error, list(PolicyKeys.model_fields))
    except ValueError as error:
        problems = [str(error)]
    raise ArgumentError(domain, problems)


def hosted_domains(name: str, args: CloudFrontHostArgs) -> list[HostedDomain]:
    """Check the arguments of the `CloudFrontHost` called `name`; its domains in order of name.

    Raises:
        ArgumentError: with every problem.
    """
    return _domains_of(f"CloudFrontHost {name}", HostKeys, args)


def certificate(name: str, arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """The ARN of the certificate that the `CloudFrontHost` called `name` is given, checked once it
    is known.

    Raises:
        ArgumentError: CloudFront does not take it.
    """

    def checked(known: str) -> str:
        try:
            return certificate_arn(known)
        except ValueError as error:
            said = f"certificate: found {show(known)}; allowed: {ALLOWED['certificate']} ({error})"
            raise ArgumentError(f"CloudFrontHost {name}", [said]) from None

    return pulumi.Output.from_input(arn).apply(checked)


def tenant_domains(name: str, args: TenantHostArgs) -> list[HostedDomain]:
    """Check the arguments of the `TenantHost` called `name`; its domains in order of name.

    Raises:
        ArgumentError: with every problem.
    """
    return _domains_of(f"TenantHost {name}", TenantHostKeys, args, " of tenants")


def worker_domains(name: str, args: WorkerHostArgs) -> list[HostedDomain]:
    """Check the arguments of the `WorkerHost` called `name`; its domains in order of name.

    Raises:
        ArgumentError: with every problem.
    """
    return _domains_of(f"WorkerHost {name}", WorkerHostKeys, args, " of a Worker")


def collector(name: str, args: ReportCollectorArgs) -> CollectorKeys:
    """Check the arguments of the `ReportCollector` called `name`.

    Raises:
        ArgumentError: with every problem.
    """
    context = " of a collector"
    try:
        return CollectorKeys.model_validate(args)
    except ValidationError as error:
        problems = lines(error, list(CollectorKeys.model_fields), context)
        raise ArgumentError(f"ReportCollector {name}", problems) from None


def _domains_of(
    where: str,
    keys: type[HostKeys] | type[TenantHostKeys] | type[WorkerHostKeys],
    args: CloudFrontHostArgs | TenantHostArgs | WorkerHostArgs,
    context: str = "",
) -> list[HostedDomain]:
    try:
        domains = keys.model_validate(args).domains
    except ValidationError as error:
        raise ArgumentError(where, lines(error, list(keys.model_fields), context)) from None
    checked: list[HostedDomain] = []
    for hosted in sorted(domains, key=lambda hosted: hosted.domain):
        each = HostedDomain(domain=hosted.domain, zone=hosted.zone)
        if hosted.protect is not None:
            each["protect"] = hosted.protect
        if hosted.leaving is not None:
            each["leaving"] = hosted.leaving
        if hosted.group is not None:
            each["group"] = hosted.group
        checked.append(each)
    return checked
