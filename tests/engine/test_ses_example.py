"""The example of a mailbox at Amazon SES, previewed: the sandbox receives no mail."""

import json
import runpy
from typing import Any

import pulumi
import pulumi.runtime
import pytest

from sandbox.aws.backends import ACCOUNT
from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.engine.programs import Program
from tests.engine.stack import PROJECT, Run, Stack

pytestmark = pytest.mark.usefixtures("administrator")

HOST = "reports.solarmora.net"
REGION = "us-east-1"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
OWN_RULES = {"rules", "active"}
MADE = {
    "reports": "aws:s3/bucket:Bucket",
    "public-access": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "expiry": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "rules": "aws:ses/receiptRuleSet:ReceiptRuleSet",
    "active": "aws:ses/activeReceiptRuleSet:ActiveReceiptRuleSet",
    "identity": "aws:ses/domainIdentity:DomainIdentity",
    "ownership": "aws:route53/record:Record",
    "verified": "aws:ses/domainIdentityVerification:DomainIdentityVerification",
    "rule": "aws:ses/receiptRule:ReceiptRule",
    "mx": "aws:route53/record:Record",
}


def example(zone: str, **more: str) -> Program:
    """The example, with its configuration."""

    def program() -> None:
        own = {"host": HOST, "zone": zone, **more}
        pulumi.runtime.set_all_config(
            {"aws:region": REGION, **{f"{PROJECT}:{key}": value for key, value in own.items()}}
        )
        runpy.run_path(str(ROOT / "examples" / "ses_reports" / "__main__.py"))

    return program


def previewed(stack: Stack, program: Program) -> Run:
    run = stack.preview(program)
    assert not run.failed, run.printed
    return run


def given(run: Run, name: str) -> dict[str, Any]:
    """What the program gave a resource."""
    return {key: value for key, value in run.inputs[name].items() if key != "__defaults"}


def test_a_mailbox_with_rules_of_its_own(cloud: Cloud, stack: Stack) -> None:
    zone = cloud.create_zone("solarmora.net")
    run = previewed(stack, example(zone))
    made = {step.name: step.type for step in run.changes if step.name in MADE}
    assert made == MADE
    assert all(step.op == "create" for step in run.changes)

    bucket = given(run, "reports")["bucket"]
    assert bucket.startswith("reports-")
    assert json.loads(given(run, "policy")["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReportsFromSes",
                "Effect": "Allow",
                "Principal": {"Service": "ses.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/mail/*",
                "Condition": {
                    "StringEquals": {
                        "aws:SourceAccount": ACCOUNT,
                        "aws:SourceArn": (
                            f"arn:aws:ses:{REGION}:{ACCOUNT}:receipt-rule-set/reports-test:"
                            "receipt-rule/tls-reports"
                        ),
                    }
                },
            }
        ],
    }
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert given(run, "public-access") == {"bucket": bucket, **dict.fromkeys(flags, True)}
    assert given(run, "expiry") == {
        "bucket": bucket,
        "rules": [{"id": "expire", "status": "Enabled", "filter": {}, "expiration": {"days": 365}}],
    }
    assert given(run, "active") == {"ruleSetName": "reports-test"}
    assert given(run, "rule") == {
        "name": "tls-reports",
        "ruleSetName": "reports-test",
        "enabled": True,
        "scanEnabled": False,
        "recipients": [f"tls-reports@{HOST}"],
        "tlsPolicy": "Optional",
        "s3Actions": [{"bucketName": bucket, "objectKeyPrefix": "mail/", "position": 1}],
    }
    record = {"zoneId": zone, "ttl": 300}
    txt = {"name": f"_amazonses.{HOST}", "type": "TXT", "records": [UNKNOWN]}
    assert given(run, "ownership") == {**record, **txt}
    mx = {"name": HOST, "type": "MX", "records": [f"10 inbound-smtp.{REGION}.amazonaws.com."]}
    assert given(run, "mx") == {**record, **mx}
    order = [step.name for step in run.steps]
    assert order.index("policy") < order.index("rule") < order.index("mx")
    assert order.index("verified") < order.index("rule")


def test_a_mailbox_in_the_rule_set_that_is_active(cloud: Cloud, stack: Stack) -> None:
    run = previewed(stack, example(cloud.create_zone("solarmora.net"), ruleSet="incoming"))
    assert {step.name for step in run.changes} & {*MADE} == {*MADE} - OWN_RULES
    assert given(run, "rule")["ruleSetName"] == "incoming"
    assert "receipt-rule-set/incoming:receipt-rule/tls-reports" in given(run, "policy")["policy"]


def test_the_sandbox_says_that_it_only_previews_it(cloud: Cloud, stack: Stack) -> None:
    run = stack.up(example(cloud.create_zone("solarmora.net")))
    assert run.failed
    assert "creating SES Receipt Rule Set" in run.printed
    assert "the sandbox receives no mail: it only previews this" in run.printed
    assert "Traceback" not in run.printed
