"""The calls for the rules by which an R2 bucket deletes what is old. Nothing here grows old.

Cloudflare documents no codes for their refusals, so nobody should rest on that given here.
"""

from typing import Any

from sandbox.cloudflare.envelope import Call, Handler, Plain, Refused, Reply
from sandbox.cloudflare.r2_buckets import BUCKETS, bucket_of

TRANSITIONS = (
    "abortMultipartUploadsTransition",
    "deleteObjectsTransition",
    "storageClassTransitions",
)


def get(call: Call) -> Reply | Plain:
    return Reply({"rules": bucket_of(call).rules})


def update(call: Call) -> Reply | Plain:
    """All rules are replaced, the one that every new bucket has among them."""
    bucket, rules = bucket_of(call), call.fields.get("rules", [])
    if not all(map(_is_rule, rules)) or len({rule["id"] for rule in rules}) < len(rules):
        raise Refused(400, 10060, "The lifecycle configuration is not valid.")
    bucket.rules = rules
    return Reply({})


def _is_rule(rule: Any) -> bool:
    if not isinstance(rule, dict) or not isinstance(rule.get("conditions"), dict):
        return False
    named = isinstance(rule.get("id"), str) and isinstance(rule.get("enabled"), bool)
    known = rule.keys() <= {"id", "enabled", "conditions", *TRANSITIONS}
    return named and known and any(each in rule for each in TRANSITIONS)


LIFECYCLE = f"{BUCKETS}/<bucket>/lifecycle"
ROUTES: list[tuple[str, str, str, Handler]] = [
    ("GET", LIFECYCLE, "r2.lifecycle.get", get),
    ("PUT", LIFECYCLE, "r2.lifecycle.update", update),
]
