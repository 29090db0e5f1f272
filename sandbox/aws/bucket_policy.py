"""Bucket policies: is one well formed, is it public, what does it allow."""

import fnmatch
import json
from dataclasses import dataclass
from typing import Any

VERSIONS = ("2008-10-17", "2012-10-17")
PRINCIPAL_KINDS = {"AWS", "Service", "Federated", "CanonicalUser"}
# A condition on one of these keys ties a wildcard principal to somebody in particular.
NARROWING = {
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:userid",
    "aws:username",
}


class MalformedPolicyError(ValueError):
    """The policy is not one: its words are those of S3."""


@dataclass(frozen=True)
class Request:
    """Who asks for what: `principal` is a service's host name, or None for anonymous."""

    action: str
    resource: str
    principal: str | None = None
    source_arn: str | None = None


def parse(text: bytes | str, bucket: str) -> list[dict[str, Any]]:
    """The statements of the policy of this bucket."""
    try:
        policy = json.loads(text)
    except ValueError:
        raise MalformedPolicyError(
            "Policies must be valid JSON and the first byte must be '{'"
        ) from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        raise MalformedPolicyError("Missing required field Statement")
    if policy.get("Version", VERSIONS[0]) not in VERSIONS:
        raise MalformedPolicyError("The policy must contain a valid version string")
    statements = many(policy["Statement"])
    for statement in statements:
        _check(statement, bucket)
    return statements


def _check(statement: Any, bucket: str) -> None:
    if not isinstance(statement, dict):
        raise MalformedPolicyError("Statement is not valid")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"Invalid effect: {statement.get('Effect')}")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    if principal is None:
        raise MalformedPolicyError("Missing required field Principal")
    named = isinstance(principal, dict) and principal.keys() <= PRINCIPAL_KINDS
    if principal != "*" and not named:
        raise MalformedPolicyError("Invalid principal in policy")
    actions = many(statement.get("Action", statement.get("NotAction")))
    if not actions or not all(
        isinstance(action, str) and (action == "*" or action.startswith("s3:"))
        for action in actions
    ):
        raise MalformedPolicyError("Policy has invalid action")
    arn = f"arn:aws:s3:::{bucket}"
    resources = many(statement.get("Resource", statement.get("NotResource")))
    if not resources or not all(
        isinstance(resource, str) and (resource == arn or resource.startswith(f"{arn}/"))
        for resource in resources
    ):
        raise MalformedPolicyError("Policy has invalid resource")
    if not isinstance(statement.get("Condition", {}), dict):
        raise MalformedPolicyError("Conditions must be an object")


def public(statements: list[dict[str, Any]]) -> bool:
    """Whether a statement lets everybody in, as BlockPublicPolicy sees it."""
    return any(
        statement["Effect"] == "Allow"
        and _everybody(statement.get("Principal"))
        and not _narrowed(statement.get("Condition", {}))
        for statement in statements
    )


def _narrowed(condition: dict[str, Any]) -> bool:
    return any(
        key.lower() in NARROWING and all("*" not in str(value) for value in many(values))
        for operator, pairs in condition.items()
        if not operator.startswith(("StringNot", "ArnNot", "Null"))
        for key, values in pairs.items()
    )


def allows(statements: list[dict[str, Any]], request: Request) -> bool:
    """Whether the policy grants this request."""
    effects = {s["Effect"] for s in statements if _applies(s, request)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], request: Request) -> bool:
    return (
        _principal(statement.get("Principal"), request.principal)
        and _like(many(statement.get("Action")), request.action)
        and _like(many(statement.get("Resource")), request.resource)
        and all(
            _holds(operator, key.lower(), many(values), request)
            for operator, pairs in statement.get("Condition", {}).items()
            for key, values in pairs.items()
        )
    )


def _everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in many(principal.get("AWS")))


def _principal(principal: Any, who: str | None) -> bool:
    if _everybody(principal):
        return True
    return isinstance(principal, dict) and who in many(principal.get("Service"))


def _holds(operator: str, key: str, values: list[Any], request: Request) -> bool:
    """Whether a condition holds; one that is not understood never does."""
    actual = {"aws:sourcearn": request.source_arn}.get(key)
    if actual is None:
        return False
    if operator in ("StringEquals", "ArnEquals"):
        return actual in values
    return operator in ("StringLike", "ArnLike") and _like(values, actual)


def _like(patterns: list[Any], value: str) -> bool:
    return any(fnmatch.fnmatchcase(value, str(pattern)) for pattern in patterns)


def many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
