"""What is said of wrong input: the key, what was found there, and what is allowed."""

from collections.abc import Iterable

import pulumi
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from mta_sts.limits import MOST_ALIASES, SHORTEST_MAX_AGE
from mta_sts.protocol.errors import RuleBrokenError, quoted
from mta_sts.review import CODES

ALLOWED = {
    "domain": "a domain name of at least two labels, such as example.com",
    "domains": (
        "a list of domains, at least one, each once, each with domain and zone; at most "
        f"{MOST_ALIASES} in each group"
    ),
    "domains of a Worker": "a list of domains, at least one, each once, each with domain and zone",
    "domains of tenants": "a list of domains, at least one, each once, each with domain and zone",
    "mode": "testing, enforce or none",
    "mx": 'a list of host names, or "*." and a host name; empty in mode none only',
    "maxAge": f"a whole number of seconds from {SHORTEST_MAX_AGE} to 31557600",
    "reports": "a list of mailto: and https: addresses",
    "reportsFrom": (
        "the path of a folder of TLS reports, from where Pulumi.yaml is, or s3://bucket/prefix"
    ),
    "zone": (
        "route53 or cloudflare, and the zone's id: {route53: Z0123456789ABC}; or external, where "
        "others keep the zone"
    ),
    "zone in a stack": (
        "route53 or cloudflare; {route53: Z0123456789ABC}, to name the zone by its id; or "
        "external, where others keep the zone"
    ),
    "host": (
        "one of cloudfront, tenant, r2 and worker, and what it is given: "
        "{cloudfront: {target: …, bucket: …}}"
    ),
    "host in a stack": "cloudfront, tenant, r2, worker or worker-route",
    "accountId": "the id of a Cloudflare account, 32 hexadecimal digits",
    "accessKeyId": "the id of an R2 access key",
    "collectReportsAt": (
        "a name for this alone, one label below a zone of the account: tls-reports.example.com"
    ),
    "host of a collector": "a name for this alone, in the zone: tls-reports.example.com",
    "zone of a collector": "{cloudflare: <id>}, the zone of the account that host lies in",
    "policiesIn": "script, or r2 for an R2 bucket that the Worker is bound to",
    "script": "a name of small letters, digits and hyphens, at most 63",
    "inBucket": "true or false",
    "leaving": "true or false",
    "group": "a name of small letters, digits and hyphens, at most 20",
    "distribution": "the id of a CloudFront distribution: E2QWRUHAPOMQZL",
    "certificate": (
        "the ARN of a certificate in us-east-1: arn:aws:acm:us-east-1:123456789012:certificate/…; "
        "an existing distribution has one already"
    ),
    "gateTimeout": "a number of seconds above 0",
    "testingPeriod": "a number of seconds above 0",
    "accept": f"a mapping from findings to reasons, in words; findings are {', '.join(CODES)}",
    "rollout": "automatic, with mode enforce",
    "lookUp": "true or false",
    "protect": "true or false",
}


class ArgumentError(pulumi.RunError):
    """What a user gave is wrong, in every way that `problems` lists. Nothing was made or changed.
    The user mends it and runs again."""

    def __init__(self, where: str, problems: list[str]) -> None:
        self.problems = problems
        count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{where} has {count}; nothing was changed:{lines}")


def lines(error: ValidationError, keys: Iterable[str], context: str = "") -> list[str]:
    """The problems that pydantic found, each in our words. `keys` are those that are allowed;
    `context` tells a key's meaning from its meaning elsewhere."""
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
        return f"{where}: found {show(found['input'])}; {cause.rule}"
    reason = f" ({cause})" if isinstance(cause, ValueError) else ""
    return f"{where}: found {show(found['input'])}; allowed: {allowed}{reason}"


def show(value: object) -> str:
    """A value as it is quoted in a message: whole, unless it is long."""
    return "nothing" if value is None else quoted(value)
