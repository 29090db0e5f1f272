"""Types that are checked and previewed, and cannot be made: the sandbox receives no mail."""

from collections.abc import Iterable
from typing import ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.resource import AwsResource
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

LONGEST_NAME = 64
RULE_NAME = r"^[0-9A-Za-z]([0-9A-Za-z_.-]*[0-9A-Za-z])?$"


class _Previewed(AwsResource):
    computed = frozenset({"arn", "region"})

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        raise Refused("the sandbox receives no mail: it only previews this")


class DomainIdentity(_Previewed):
    source = "ses.domain_identity:DomainIdentity"
    label = "SES Domain Identity"
    replaced_by = frozenset({"domain", "region"})
    computed = frozenset({"arn", "region", "verificationToken"})


class DomainIdentityVerification(_Previewed):
    source = "ses.domain_identity_verification:DomainIdentityVerification"
    label = "SES Domain Identity Verification"
    replaced_by = frozenset({"domain", "region"})


class ReceiptRuleSet(_Previewed):
    source = "ses.receipt_rule_set:ReceiptRuleSet"
    label = "SES Receipt Rule Set"
    replaced_by = frozenset({"ruleSetName", "region"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.length(inputs, ("ruleSetName",), 1, LONGEST_NAME)


class ActiveReceiptRuleSet(_Previewed):
    source = "ses.active_receipt_rule_set:ActiveReceiptRuleSet"
    label = "SES Active Receipt Rule Set"
    replaced_by = frozenset({"region"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.length(inputs, ("ruleSetName",), 1, LONGEST_NAME)


class ReceiptRule(_Previewed):
    source = "ses.receipt_rule:ReceiptRule"
    label = "SES Receipt Rule"
    replaced_by = frozenset({"name", "ruleSetName", "region"})
    sets = frozenset({"recipients", "s3Actions"})
    defaults: ClassVar = {"enabled": False, "scanEnabled": False}

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.length(inputs, ("name",), 1, LONGEST_NAME)
        words = "must contain only alphanumeric, period, underscore, and hyphen characters"
        yield from rules.matches(inputs, ("name",), RULE_NAME, words)
        yield from rules.one_of(inputs, ("tlsPolicy",), ("Require", "Optional"))


class BucketLifecycleConfiguration(_Previewed):
    source = "s3.bucket_lifecycle_configuration:BucketLifecycleConfiguration"
    label = "S3 Bucket Lifecycle Configuration"
    replaced_by = frozenset({"bucket", "region"})
    unsupported = frozenset({"expectedBucketOwner"})

    def rules(self, inputs: Props) -> Iterable[Problem]:
        for rule in rules.each(inputs, "rules"):
            yield from rules.one_of(inputs, (*rule, "status"), ("Enabled", "Disabled"))
