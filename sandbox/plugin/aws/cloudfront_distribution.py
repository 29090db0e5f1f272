"""`aws.cloudfront.Distribution`: create and update wait until it is deployed."""

import time
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.cloudfront_config import config_of, props_of
from sandbox.plugin.aws.errors import code, doing
from sandbox.plugin.aws.resource import AwsResource, as_list, from_list, tags_of
from sandbox.plugin.errors import PartlyDone, Refused
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

DEPLOYED = 90 * 60.0  # seconds
RETRIED = 60.0  # seconds, for a certificate that has just been issued
ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every CloudFront name, for alias records."""

BEHAVIORS = ("defaultCacheBehavior", "orderedCacheBehaviors")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE")
NEVER_CHANGE = {"arn", "callerReference", "domainName", "hostedZoneId"}


class Distribution(AwsResource):
    source = "cloudfront.distribution:Distribution"
    label = "CloudFront Distribution"
    replaced_by = frozenset({"staging"})
    sets = frozenset(
        {
            "aliases", "customErrorResponses", "origins", "origins.customHeaders",
            "origins.customOriginConfig.originSslProtocols",
            "restrictions.geoRestriction.locations",
            *(f"{behavior}.{key}" for behavior in BEHAVIORS for key in (
                "allowedMethods", "cachedMethods", "functionAssociations",
                "forwardedValues.headers", "forwardedValues.cookies.whitelistedNames",
            )),
        }
    )  # fmt: skip
    keeps = frozenset(
        {
            "continuousDeploymentPolicyId", "anycastIpListId",
            "restrictions.geoRestriction.locations",
            *(f"{behavior}.{key}" for behavior in BEHAVIORS for key in (
                "defaultTtl", "maxTtl", "forwardedValues.headers",
                "forwardedValues.queryStringCacheKeys", "grpcConfig",
            )),
        }
    )  # fmt: skip
    defaults: ClassVar = {
        "httpVersion": "http2",
        "isIpv6Enabled": False,
        "priceClass": "PriceClass_All",
        "retainOnDelete": False,
        "staging": False,
        "waitForDeployment": True,
        "origins.connectionAttempts": 3,
        "origins.connectionTimeout": 10,
        "origins.customOriginConfig.originReadTimeout": 30,
        "origins.customOriginConfig.originKeepaliveTimeout": 5,
        "viewerCertificate.minimumProtocolVersion": "TLSv1",
        **{f"{behavior}.{key}": value for behavior in BEHAVIORS for key, value in (
            ("compress", False), ("minTtl", 0),
        )},
    }  # fmt: skip
    computed = frozenset(
        {
            *NEVER_CHANGE, "etag", "inProgressValidationBatches", "lastModifiedTime",
            "loggingV1Enabled", "status", "tagsAll", "trustedKeyGroups", "trustedSigners",
        }
    )  # fmt: skip
    volatile = frozenset({"etag", "lastModifiedTime", "status", "inProgressValidationBatches"})
    unsupported = frozenset(
        {
            "anycastIpListId", "cacheTagConfig", "connectionFunctionAssociation",
            "continuousDeploymentPolicyId", "loggingConfig", "originGroups", "viewerMtlsConfig",
            "origins.originShield", "origins.vpcOriginConfig", "origins.responseCompletionTimeout",
            *(f"{behavior}.{key}" for behavior in BEHAVIORS for key in (
                "fieldLevelEncryptionId", "grpcConfig", "lambdaFunctionAssociations",
                "realtimeLogConfigArn", "trustedKeyGroups", "trustedSigners",
            )),
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or ", ".join(str(alias) for alias in props.get("aliases", []))

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        if keys <= {"tags", "retainOnDelete", "waitForDeployment"}:
            return frozenset({"tagsAll"} if "tags" in keys else ())
        return self.volatile

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.length(inputs, ("comment",), 0, 128)
        versions = ("http1.1", "http2", "http3", "http2and3")
        yield from rules.one_of(inputs, ("httpVersion",), versions)
        classes = ("PriceClass_100", "PriceClass_200", "PriceClass_All", "None")
        yield from rules.one_of(inputs, ("priceClass",), classes)
        geo = ("restrictions", "geoRestriction", "restrictionType")
        yield from rules.one_of(inputs, geo, ("blacklist", "whitelist", "none"))
        yield from rules.arn(inputs, ("viewerCertificate", "acmCertificateArn"))
        for origin in rules.each(inputs, "origins"):
            yield from rules.between(inputs, (*origin, "connectionAttempts"), 1, 3)
            yield from rules.between(inputs, (*origin, "connectionTimeout"), 1, 10)
            yield from rules.length(inputs, (*origin, "originId"), 1, 128)
            yield from rules.length(inputs, (*origin, "domainName"), 1, 253)
        for behavior in (("defaultCacheBehavior",), *rules.each(inputs, "orderedCacheBehaviors")):
            policies = ("allow-all", "https-only", "redirect-to-https")
            yield from rules.one_of(inputs, (*behavior, "viewerProtocolPolicy"), policies)
            # What follows is how many a behavior has at the most, so more than enough to look at.
            for index in range(len(METHODS)):
                for key in ("allowedMethods", "cachedMethods"):
                    yield from rules.one_of(inputs, (*behavior, key, index), METHODS)
                association = (*behavior, "functionAssociations", index)
                events = ("viewer-request", "viewer-response")
                yield from rules.one_of(inputs, (*association, "eventType"), events)
                yield from rules.arn(inputs, (*association, "functionArn"))

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        config = {
            "DistributionConfig": config_of(inputs, f"terraform-{time.time_ns()}"),
            "Tags": {"Items": as_list(tags_of(op.api, inputs))},
        }

        def created() -> Any:
            return _unless(
                ("InvalidViewerCertificate",),
                lambda: client.create_distribution_with_tags(DistributionConfigWithTags=config),
                op,
            )

        identifier = created()["Distribution"]["Id"]
        if inputs.get("waitForDeployment", True):
            self._wait(op, identifier, inputs)
        return self._made(op, identifier, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        try:
            found = client.get_distribution(Id=identifier)
        except Exception as failure:
            if code(failure) == "NoSuchDistribution":
                return None
            raise
        distribution = found["Distribution"]
        config = distribution["DistributionConfig"]
        tags = from_list(
            client.list_tags_for_resource(Resource=distribution["ARN"])["Tags"].get("Items") or []
        )
        kept = ("retainOnDelete", "waitForDeployment")
        state = {
            **{key: state.get(key, self.defaults[key]) for key in kept},
            **props_of(config),
            "arn": distribution["ARN"],
            "callerReference": config["CallerReference"],
            "domainName": distribution["DomainName"],
            "etag": found["ETag"],
            "hostedZoneId": ZONE,
            "inProgressValidationBatches": distribution.get("InProgressInvalidationBatches", 0),
            "lastModifiedTime": str(distribution["LastModifiedTime"]),
            "loggingV1Enabled": False,
            "status": distribution["Status"],
            "tags": {k: v for k, v in tags.items() if op.api.default_tags.get(k) != v},
            "tagsAll": tags,
            "trustedKeyGroups": [{"enabled": False}],
            "trustedSigners": [{"enabled": False}],
        }
        return Made(identifier, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        self._retag(client, old, tags_of(op.api, inputs))
        reference = old["callerReference"]
        etag = old["etag"]

        def updated() -> Any:
            return client.update_distribution(
                Id=identifier, DistributionConfig=config_of(inputs, reference), IfMatch=etag
            )

        retried = ("InvalidViewerCertificate", "IllegalUpdate")
        try:
            _unless(retried, updated, op)
        except Exception as failure:
            if code(failure) != "PreconditionFailed":
                raise
            etag = client.get_distribution(Id=identifier)["ETag"]
            updated()
        if inputs.get("waitForDeployment", True):
            self._wait(op, identifier, inputs)
        return self._made(op, identifier, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        client = op.api.client("cloudfront")
        try:
            with doing(f"disabling CloudFront Distribution ({identifier})"):
                self._disable(op, identifier)
            if state.get("retainOnDelete"):
                return
            etag = client.get_distribution(Id=identifier)["ETag"]
            client.delete_distribution(Id=identifier, IfMatch=etag)
        except Exception as failure:
            if code(failure) != "NoSuchDistribution":
                raise

    def _disable(self, op: Operation[Aws], identifier: str) -> None:
        client = op.api.client("cloudfront")
        try:
            found = client.get_distribution(Id=identifier)
        except Exception as failure:
            if code(failure) == "NoSuchDistribution":
                return
            raise
        config = found["Distribution"]["DistributionConfig"]
        if config["Enabled"]:
            config["Enabled"] = False
            client.update_distribution(
                Id=identifier, DistributionConfig=config, IfMatch=found["ETag"]
            )
        self._wait(op, identifier)

    def _wait(self, op: Operation[Aws], identifier: str, inputs: Props | None = None) -> None:
        """Until deployed. With `inputs`, a failure leaves the distribution in the state."""
        client = op.api.client("cloudfront")
        last = "InProgress"

        def deployed() -> bool | None:
            nonlocal last
            last = client.get_distribution(Id=identifier)["Distribution"]["Status"]
            return True if last == "Deployed" else None

        try:
            op.wait(
                deployed,
                state=lambda: f"state to become 'Deployed' (last state: '{last}'",
                longest=DEPLOYED,
            )
        except Refused as failure:
            what = f"waiting until CloudFront Distribution ({identifier}) is deployed: {failure}"
            if inputs is None:
                raise Refused(what) from None
            made = self._made(op, identifier, inputs)
            raise PartlyDone(identifier, made.state, inputs, what) from None

    def _retag(self, client: Any, old: Props, wanted: dict[str, str]) -> None:
        before = old.get("tagsAll", {})
        gone = [key for key in before if key not in wanted]
        if gone:
            client.untag_resource(Resource=old["arn"], TagKeys={"Items": gone})
        if wanted and wanted != before:
            client.tag_resource(Resource=old["arn"], Tags={"Items": as_list(wanted)})

    def _made(self, op: Operation[Aws], identifier: str, inputs: Props) -> Made:
        made = self.read(op, identifier, inputs)
        if made is None:
            raise Refused("couldn't find resource")
        return made


def _unless(codes: tuple[str, ...], call: Any, op: Operation[Aws]) -> Any:
    """Call again for a minute while the failure is one of these, as the real provider does."""
    until = time.monotonic() + RETRIED
    while True:
        try:
            return call()
        except Exception as failure:
            if code(failure) not in codes or time.monotonic() > until:
                raise
        if op.cancelled.wait(1):
            raise Refused("cancelled")
