"""`aws.cloudfront.MultitenantDistribution`: what its tenants have in common."""

import time
from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.cloudfront_config import config_of, props_of
from sandbox.plugin.aws.cloudfront_distribution import Distribution
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import as_list, from_list, tags_of
from sandbox.plugin.resource import Made, Operation, present
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

NOT_OF_TENANTS = ("Aliases", "PriceClass", "IsIPV6Enabled", "Staging")
"""What of a distribution's configuration one with tenants has not."""


class MultitenantDistribution(Distribution):
    source = "cloudfront.multitenant_distribution:MultitenantDistribution"
    label = "CloudFront Multi-tenant Distribution"
    replaced_by = frozenset()
    sets = frozenset(
        f"defaultCacheBehavior.allowedMethods.{key}" for key in ("items", "cachedMethods")
    )
    keeps = frozenset(
        {
            "httpVersion", "viewerCertificate.minimumProtocolVersion",
            "viewerCertificate.sslSupportMethod",
        }
    )  # fmt: skip
    defaults: ClassVar = {"origins.connectionAttempts": 3, "origins.connectionTimeout": 10}
    computed = frozenset(
        {
            "arn", "callerReference", "connectionMode", "domainName", "etag",
            "inProgressInvalidationBatches", "lastModifiedTime", "status", "tagsAll",
        }
    )  # fmt: skip
    volatile = frozenset({"etag", "lastModifiedTime", "status"})
    unsupported = frozenset(
        {
            "activeTrustedKeyGroups", "cacheBehaviors", "originGroups", "timeouts", "webAclId",
            "origins.customOriginConfigs", "origins.originShields", "origins.vpcOriginConfigs",
            "tenantConfig.parameterDefinitions",
            *(f"defaultCacheBehavior.{key}" for key in (
                "fieldLevelEncryptionId", "lambdaFunctionAssociations", "realtimeLogConfigArn",
                "trustedKeyGroups",
            )),
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        return frozenset({"tagsAll"}) if keys <= {"tags"} else self.volatile

    def rules(self, inputs: Props) -> Iterable[Problem]:
        policies = ("allow-all", "https-only", "redirect-to-https")
        path = ("defaultCacheBehavior", "viewerProtocolPolicy")
        yield from rules.one_of(inputs, path, policies)

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        made = client.create_distribution_with_tags(
            DistributionConfigWithTags={
                "DistributionConfig": _config(inputs, f"terraform-{time.time_ns()}"),
                "Tags": {"Items": as_list(tags_of(op.api, inputs))},
            }
        )
        identifier = made["Distribution"]["Id"]
        self._wait(op, identifier, inputs)
        return self._made(op, identifier, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        try:
            answer = client.get_distribution(Id=identifier)
        except Exception as failure:
            if code(failure) == "NoSuchDistribution":
                return None
            raise
        found = answer["Distribution"]
        config = found["DistributionConfig"]
        tags = from_list(
            client.list_tags_for_resource(Resource=found["ARN"])["Tags"].get("Items") or []
        )
        return Made(
            identifier,
            {
                **_props(config),
                "tenantConfig": state.get("tenantConfig", {}),
                "arn": found["ARN"],
                "callerReference": config["CallerReference"],
                "connectionMode": config["ConnectionMode"],
                "domainName": found["DomainName"],
                "etag": answer["ETag"],
                "inProgressInvalidationBatches": found["InProgressInvalidationBatches"],
                "lastModifiedTime": str(found["LastModifiedTime"]),
                "status": found["Status"],
                "tags": {k: v for k, v in tags.items() if op.api.default_tags.get(k) != v},
                "tagsAll": tags,
            },
        )

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        self._retag(client, old, tags_of(op.api, inputs))
        client.update_distribution(
            Id=identifier,
            DistributionConfig=_config(inputs, old["callerReference"]),
            IfMatch=client.get_distribution(Id=identifier)["ETag"],
        )
        self._wait(op, identifier, inputs)
        return self._made(op, identifier, inputs)


def _config(inputs: Props, reference: str) -> dict[str, Any]:
    behavior = dict(inputs["defaultCacheBehavior"])
    methods = behavior.pop("allowedMethods")
    alike = {
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        **inputs,
        "origins": [{**each, "originId": each["id"]} for each in inputs["origins"]],
        "defaultCacheBehavior": {
            **behavior,
            "allowedMethods": methods["items"],
            "cachedMethods": methods["cachedMethods"],
        },
    }
    config = {
        key: value
        for key, value in config_of(alike, reference).items()
        if key not in NOT_OF_TENANTS
    }
    return {
        **config,
        "ConnectionMode": "tenant-only",
        "TenantConfig": {"ParameterDefinitions": []},
    }


def _props(config: Any) -> Props:
    found = props_of(config)
    behavior = found["defaultCacheBehavior"]
    methods = {"items": behavior["allowedMethods"], "cachedMethods": behavior["cachedMethods"]}
    keys = ("comment", "customErrorResponses", "enabled", "httpVersion", "restrictions")
    return present(
        {
            **{key: found[key] for key in (*keys, "viewerCertificate") if key in found},
            "origins": [
                {
                    **{k: v for k, v in origin.items() if k not in ("originId", "s3OriginConfig")},
                    "id": origin["originId"],
                }
                for origin in found["origins"]
            ],
            "defaultCacheBehavior": {
                **{k: v for k, v in behavior.items() if k != "cachedMethods"},
                "allowedMethods": methods,
            },
        }
    ) | {"enabled": found.get("enabled", False)}
