"""What a key may do: each call is checked against the policy documents that are attached to it."""

import fnmatch
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.aws import backends
from sandbox.aws.bucket_policy import many
from sandbox.calls import Call

DOCUMENTS = Path(__file__).parents[2] / "docs" / "policies"
"""What keys may do, as the documentation says."""
REPORTS_BUCKET = "tls-reports"
"""What stands for REPORTS-BUCKET in the sandbox."""
ANYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
KEY_ID = "AKIASANDBOX000000000"

S3_ACTIONS = {
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "HeadObject": "GetObject",
    "DeleteObjects": "DeleteObject",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
}
"""Where the action that a call needs has another name than the call."""
SEVERAL = {"CreateDistributionWithTags": ["CreateDistribution", "TagResource"]}
"""Calls that need more than one."""
ALWAYS = {"sts:GetCallerIdentity"}
"""What every key may do."""
CHANGES = "route53:ChangeResourceRecordSets"


@dataclass(frozen=True)
class Wanted:
    """What a call needs: an action on a resource, and what its conditions are about."""

    action: str
    resource: str
    facts: dict[str, list[str]] = field(default_factory=dict)


def wanted(call: Call) -> list[Wanted]:
    """All that a call needs."""
    names = SEVERAL.get(call.operation, [call.operation])
    if call.service == "s3":
        names = [S3_ACTIONS.get(name, name) for name in names]
        if names == ["DeleteObject"] and "versionId=" in call.path:
            names = ["DeleteObjectVersion"]
    resource = _resource(call)
    facts = _changes(call.body) if f"route53:{call.operation}" == CHANGES else {}
    return [Wanted(f"{call.service}:{name}", resource, facts) for name in names]


def _resource(call: Call) -> str:
    """The resource by its ARN; empty where only `*` names it."""
    if call.service == "s3":
        key = f"/{call.key}" if call.key else ""
        return f"arn:aws:s3:::{call.bucket}{key}" if call.bucket else ""
    if call.service == "route53" and (zone := re.search(r"/hostedzone/([^/?]+)", call.path)):
        return f"arn:aws:route53:::hostedzone/{zone[1]}"
    return ""


def _changes(body: bytes) -> dict[str, list[str]]:
    """The condition keys of a change of records."""
    names, types, actions = [], [], []
    for element in ElementTree.fromstring(body).iter():  # noqa: S314 -- our own client's
        tag, text = element.tag.rpartition("}")[2], element.text or ""
        if tag == "Name":
            names.append(text.lower().rstrip("."))
        elif tag == "Type":
            types.append(text)
        elif tag == "Action":
            actions.append(text)
    prefix = CHANGES.lower()
    return {
        f"{prefix}normalizedrecordnames": names,
        f"{prefix}recordtypes": types,
        f"{prefix}actions": actions,
    }


def allows(documents: Iterable[dict[str, Any]], want: Wanted) -> bool:
    """Whether these documents together let a key do this."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in many(document["Statement"])
        if _applies(statement, want)
    }
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], want: Wanted) -> bool:
    actions = [str(action).lower() for action in many(statement["Action"])]
    return (
        any(fnmatch.fnmatchcase(want.action.lower(), action) for action in actions)
        and any(fnmatch.fnmatchcase(want.resource, each) for each in many(statement["Resource"]))
        and all(
            _holds(operator, many(values), want.facts.get(key.lower()))
            for operator, pairs in statement.get("Condition", {}).items()
            for key, values in pairs.items()
        )
    )


def _holds(operator: str, values: list[str], facts: list[str] | None) -> bool:
    """Whether a condition holds; one that is not understood never does."""
    if facts is None:
        return False
    if operator == "ForAllValues:StringEquals":
        return set(facts) <= set(values)
    return operator == "ForAllValues:StringLike" and all(
        any(fnmatch.fnmatchcase(fact, value) for value in values) for fact in facts
    )


def documented(name: str) -> dict[str, Any]:
    """The document of this name."""
    text = (DOCUMENTS / f"{name}.json").read_text()
    found: dict[str, Any] = json.loads(text.replace("REPORTS-BUCKET", REPORTS_BUCKET))
    return found


def _tells_everybody(call: Call) -> bool:
    """S3 tells everybody that there is no such bucket."""
    if call.service != "s3" or call.operation == "CreateBucket" or not call.bucket:
        return False
    return call.bucket not in backends.s3().buckets


class Keys:
    """The documents of the one key that the sandbox gives out, and what was done with it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        names = ("cloudfront", "cloudfront-tenants", "reports")
        self.documents: list[dict[str, Any]] = [documented(name) for name in names]
        self.used: set[str] = set()

    def refused(self, call: Call) -> str | None:
        """Why the key may not do this, in the words of AWS; None if it may."""
        for want in wanted(call):
            if want.action in ALWAYS or _tells_everybody(call):
                continue
            if not allows(self.documents, want):
                on = f" on resource: {want.resource}" if want.resource else ""
                return (
                    f"User: arn:aws:iam::123456789012:user/stack is not authorized to perform: "
                    f"{want.action}{on} because no identity-based policy allows the {want.action} "
                    "action"
                )
            self.used.add(want.action)
        return None


keys = Keys()
"""moto's state is the process's, and so is this."""
