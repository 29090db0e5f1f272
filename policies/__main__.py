"""What an organisation allows in the MTA-STS policies of its mail domains.

Each check takes the inputs of one domain's `MtaSts` and the configuration of its own policy, and
yields what is not allowed. Where an input is unknown in a preview, asking for it raises, and the
policy SDK says of that one check that it could not run; the update knows the value, and checks it.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from mta_sts.findings import Terms
from mta_sts.memory import Recorded
from mta_sts.protocol import Policy as StsPolicy
from mta_sts.protocol.tlsrpt import all_lie_on
from mta_sts.review import review

COMPONENT = "mta-sts:index:MtaSts"
MODES = ["testing", "enforce", "none"]
FINDINGS = ["reports-at-home", "max-age-testing", "max-age-short", "max-age-growing"]
"""The findings that need neither DNS nor a domain's past."""
WEEK = 604800
LONGEST = 31557600
"""Seconds: RFC 8461 3.2 allows no longer max_age."""

Values = Mapping[str, Any]
Check = Callable[[Values, Values], Iterator[str]]


class ConfigurationError(Exception):
    """The pack's own configuration is wrong, so nothing is checked. Its owner mends it."""


def modes(given: Values, config: Values) -> Iterator[str]:
    """The mode that is served is one of those allowed."""
    allowed = config["allowed"]
    if given["mode"] not in allowed:
        yield f"mode: found {given['mode']!r}; allowed: {', '.join(allowed)}"


def max_age(given: Values, config: Values) -> Iterator[str]:
    """max_age is from floor to ceiling. In mode none there is no floor: whoever leaves wants
    senders to forget soon (RFC 8461 8.3)."""
    floor, ceiling = int(config["floor"]), int(config["ceiling"])
    if floor > ceiling:
        raise ConfigurationError(f"max-age: floor {floor} is above ceiling {ceiling}")
    found = int(given["maxAge"])
    if found > ceiling or (found < floor and given["mode"] != "none"):
        yield f"maxAge: found {found}; allowed: {floor} to {ceiling} seconds"


def reports(given: Values, config: Values) -> Iterator[str]:
    """Senders are told where to report to (RFC 8460), as long as there is a policy to report on."""
    if not given.get("reports") and given["mode"] != "none":
        yield "reports: found nothing; allowed: at least one mailto: or https: address"


def accept(given: Values, config: Values) -> Iterator[str]:
    """What is accepted has a reason, and may be accepted."""
    allowed = config.get("allowed")
    for code, reason in sorted((given.get("accept") or {}).items()):
        if not str(reason).strip():
            yield f"accept: {code}: found {reason!r}; allowed: a reason, in words"
        if allowed is not None and code not in allowed:
            yield f"accept: found {code}; allowed: {', '.join(allowed) or 'nothing'}"


def findings(given: Values, config: Values) -> Iterator[str]:
    """The review finds nothing, of what it can tell from a policy alone, that is refused."""
    policy = StsPolicy(mode=given["mode"], mx=list(given["mx"]), max_age=int(given["maxAge"]))
    rua = list(given.get("reports") or [])
    terms = Terms(reports=bool(rua), reports_at_home=bool(rua) and all_lie_on(given["domain"], rua))
    for found in review(Recorded(), policy, None, datetime.now(UTC), terms=terms):
        if found.code in config["refused"]:
            yield str(found)


def _seconds(default: int, description: str) -> dict[str, Any]:
    return {
        "type": "integer", "minimum": 0, "maximum": LONGEST,
        "default": default, "description": description,
    }  # fmt: skip


def _names(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": description, **more}


def policy(
    name: str,
    description: str,
    check: Check,
    level: EnforcementLevel = EnforcementLevel.ADVISORY,
    **properties: dict[str, Any],
) -> ResourceValidationPolicy:
    """The policy `name`, which applies `check` to every domain; `properties` is the JSON schema of
    each key in its configuration."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type != COMPONENT:
            return
        config = args.get_config()
        for key in config:
            if key not in properties:
                known = ", ".join(["enforcementLevel", *properties])
                raise ConfigurationError(f"{name}: unknown key {key}; allowed: {known}")
        for problem in check(args.props, config):
            report(f"{args.props['domain']}: {problem}", args.urn)

    return ResourceValidationPolicy(
        name, description, validate, level, PolicyConfigSchema(properties)
    )


POLICIES: list[Policy] = [
    policy(
        "modes",
        "A domain's mode is one that the organisation allows.",
        modes,
        allowed=_names(
            "The modes allowed. Mode none is the way out of MTA-STS.",
            items={"type": "string", "enum": MODES}, minItems=1, default=["testing", "enforce"],
        ),
    ),
    policy(
        "max-age",
        "A domain's max_age is neither too short to protect nor too long to mend.",
        max_age,
        floor=_seconds(WEEK, "The shortest max_age allowed, in seconds, except in mode none."),
        ceiling=_seconds(LONGEST, "The longest max_age allowed, in seconds."),
    ),
    policy(
        "findings",
        "The review has nothing to say of a domain's policy that the organisation refuses.",
        findings,
        refused=_names(
            "The findings refused, by code.", default=FINDINGS,
            items={"type": "string", "enum": FINDINGS},
        ),
    ),
    policy("reports", "A domain with a policy asks senders for TLS reports.", reports),
    policy(
        "accept",
        "A finding of the review is accepted only with a reason.",
        accept,
        EnforcementLevel.MANDATORY,
        allowed=_names("The findings that may be accepted at all, by code. Left out: any."),
    ),
]  # fmt: skip

if __name__ == "__main__":
    PolicyPack("mta-sts", POLICIES)
