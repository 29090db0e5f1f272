"""A mailbox for TLS reports: Amazon SES puts what is mailed to it into a bucket, for a year.

    pulumi config set aws:region eu-west-1
    pulumi config set host reports.solarmora.net
    pulumi config set zone Z0123456789ABC
    pulumi up

What it exports goes into the configuration of the domains; one mailbox does for all of them:

    solarmora.com:
      reports: ["mailto:tls-reports@reports.solarmora.net"]
      reportsFrom: s3://reports-1a2b3c4/mail/

- The name is not below a reported domain: when that one's mail fails, so would its reports. And it
  is for reports alone: all its mail goes to SES.
- SES receives mail in some regions only: us-east-1, us-west-2, eu-west-1 and what else AWS has
  email receiving endpoints for. The bucket is in the same region.
- An account has one active rule set in each region. Where there is one, name it by
  `pulumi config set ruleSet <name>`, and this mailbox becomes a rule in it. Left out, a rule set is
  made, and made active in place of any other.
- Who may read it: `s3:ListBucket` and `s3:GetObject`, for `pulumi` and `mta-sts reports`.
- Anybody can send mail there, up to 40 MB each: an alarm on the size of the bucket tells of abuse.
"""

import json

import pulumi
import pulumi_aws as aws

RULE = "tls-reports"
PREFIX = "mail/"
DAYS = 365

config = pulumi.Config()
host, zone = config.require("host"), config.require("zone")
region = pulumi.Config("aws").require("region")
account = aws.get_caller_identity().account_id
mailbox = f"tls-reports@{host}"

bucket = aws.s3.Bucket("reports")
aws.s3.BucketPublicAccessBlock(
    "public-access",
    bucket=bucket.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)
aws.s3.BucketLifecycleConfiguration(
    "expiry",
    bucket=bucket.bucket,
    rules=[{"id": "expire", "status": "Enabled", "filter": {}, "expiration": {"days": DAYS}}],
)

rule_set: pulumi.Input[str] | None = config.get("ruleSet")
if rule_set is None:
    made = aws.ses.ReceiptRuleSet("rules", rule_set_name=f"reports-{pulumi.get_stack()}")
    rule_set = aws.ses.ActiveReceiptRuleSet(
        "active", rule_set_name=made.rule_set_name
    ).rule_set_name


def only_for_this_rule(known: list[str]) -> str:
    """The bucket's policy: SES may write into it, on behalf of this account and rule."""
    bucket_name, rule_set_name = known
    rule_arn = (
        f"arn:aws:ses:{region}:{account}:receipt-rule-set/{rule_set_name}:receipt-rule/{RULE}"
    )
    statement = {
        "Sid": "ReportsFromSes",
        "Effect": "Allow",
        "Principal": {"Service": "ses.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket_name}/{PREFIX}*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account, "aws:SourceArn": rule_arn}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


policy = aws.s3.BucketPolicy(
    "policy",
    bucket=bucket.bucket,
    policy=pulumi.Output.all(bucket.bucket, rule_set).apply(only_for_this_rule),
)
identity = aws.ses.DomainIdentity("identity", domain=host)
ownership = aws.route53.Record(
    "ownership",
    zone_id=zone,
    name=f"_amazonses.{host}",
    type="TXT",
    ttl=300,
    records=[identity.verification_token],
)
verified = aws.ses.DomainIdentityVerification(
    "verified", domain=host, opts=pulumi.ResourceOptions(depends_on=[ownership])
)
rule = aws.ses.ReceiptRule(
    "rule",
    name=RULE,
    rule_set_name=rule_set,
    enabled=True,
    recipients=[mailbox],
    # A sender delivers its report whatever fails with TLS, without it if need be (RFC 8460 3).
    tls_policy="Optional",
    s3_actions=[{"bucket_name": bucket.bucket, "object_key_prefix": PREFIX, "position": 1}],
    # SES tries to write into the bucket when it is given the rule.
    opts=pulumi.ResourceOptions(depends_on=[policy, verified]),
)
aws.route53.Record(
    "mx",
    zone_id=zone,
    name=host,
    type="MX",
    ttl=300,
    records=[f"10 inbound-smtp.{region}.amazonaws.com."],
    opts=pulumi.ResourceOptions(depends_on=[rule]),
)
pulumi.export("reports", f"mailto:{mailbox}")
pulumi.export("reportsFrom", bucket.bucket.apply(lambda name: f"s3://{name}/{PREFIX}"))
