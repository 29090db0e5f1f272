"""The cache policies that AWS keeps for everybody."""

from dataclasses import dataclass
from typing import Any

from sandbox.aws.errors import Refused


@dataclass(frozen=True)
class CachePolicy:
    """How long CloudFront keeps an object, in seconds."""

    id: str
    name: str
    min_ttl: int
    default_ttl: int
    max_ttl: int

    def described(self) -> dict[str, Any]:
        none = {"HeaderBehavior": "none"}
        return {
            "Id": self.id,
            "LastModifiedTime": "2020-07-01T00:00:00Z",
            "CachePolicyConfig": {
                "Name": self.name,
                "DefaultTTL": self.default_ttl,
                "MaxTTL": self.max_ttl,
                "MinTTL": self.min_ttl,
                "ParametersInCacheKeyAndForwardedToOrigin": {
                    "EnableAcceptEncodingGzip": self.max_ttl > 0,
                    "EnableAcceptEncodingBrotli": self.max_ttl > 0,
                    "HeadersConfig": none,
                    "CookiesConfig": {"CookieBehavior": "none"},
                    "QueryStringsConfig": {"QueryStringBehavior": "none"},
                },
            },
        }


YEAR = 365 * 86400
MANAGED = {
    policy.id: policy
    for policy in (
        CachePolicy("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "Managed-CachingDisabled", 0, 0, 0),
        CachePolicy(
            "658327ea-f89d-4fab-a63d-7e88639e58f6", "Managed-CachingOptimized", 1, 86400, YEAR
        ),
        CachePolicy(
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            "Managed-CachingOptimizedForUncompressedObjects",
            1,
            86400,
            YEAR,
        ),
        CachePolicy(
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65", "UseOriginCacheControlHeaders", 0, 0, YEAR
        ),
    )
}


def find(policy_id: str) -> CachePolicy:
    if policy_id not in MANAGED:
        raise Refused("NoSuchCachePolicy", "The specified cache policy does not exist.")
    return MANAGED[policy_id]
