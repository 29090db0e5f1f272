"""What a `CloudFrontHost` is given of others: wrong input, and what its owner is told to add."""

from typing import Any

import pulumi
import pytest

from mta_sts import checks
from mta_sts.hosts.existing import ToAdd, words
from mta_sts.problems import ArgumentError

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/5b3f"
IRELAND = "arn:aws:acm:eu-west-1:123456789012:certificate/5b3f"
ALLOWED = (
    "allowed: the ARN of a certificate in us-east-1: "
    "arn:aws:acm:us-east-1:123456789012:certificate/…; an existing distribution has one already"
)
AN_ID = "allowed: the id of a CloudFront distribution: E2QWRUHAPOMQZL (not an id)"
LONG = f"{'a' * 60}.example.com"  # with mta-sts. too long for the first name of a certificate


def given(domain: str = "example.com", **more: Any) -> Any:
    return {"domains": [{"domain": domain, "zone": {"route53": "Z1"}}], **more}


@pytest.mark.parametrize(
    "arguments",
    [
        given(distribution="E2QWRUHAPOMQZL"),
        given(certificate=CERTIFICATE),
        given(certificate=CERTIFICATE.replace("arn:aws:", "arn:aws-cn:")),
        given(distribution="E2QWRUHAPOMQZL", bucket="theirs"),
        # No certificate of its own is made, whose first name has a limit.
        given(LONG, distribution="E2QWRUHAPOMQZL"),
        given(LONG, certificate=CERTIFICATE),
        # Known when they are known.
        given(
            distribution=pulumi.Output.from_input("E2QWRUHAPOMQZL"),
            bucket=pulumi.Output.from_input("theirs"),
        ),
    ],
)
def test_what_is_taken(arguments: Any) -> None:
    assert len(checks.hosted_domains("policies", arguments)) == 1


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (  # its ARN
            given(distribution="arn:aws:cloudfront::123456789012:distribution/E2"),
            f"distribution: found 'arn:aws:cloudfront::123456789012:distribution/E2'; {AN_ID}",
        ),
        (  # its domain name
            given(distribution="d111111abcdef8.cloudfront.net"),
            f"distribution: found 'd111111abcdef8.cloudfront.net'; {AN_ID}",
        ),
        (  # CloudFront takes certificates from one region
            given(certificate=IRELAND),
            f"certificate: found '{IRELAND}'; {ALLOWED} "
            "(it is in eu-west-1, and CloudFront takes none from there)",
        ),
        (  # of IAM
            given(certificate="arn:aws:iam::123456789012:server-certificate/a"),
            f"certificate: found 'arn:aws:iam::123456789012:server-certificate/a'; {ALLOWED} "
            "(not the ARN of a certificate)",
        ),
        (  # the owner of a distribution says what certificate it has
            given(distribution="E2QWRUHAPOMQZL", certificate=CERTIFICATE),
            f"certificate: found '{CERTIFICATE}'; {ALLOWED} (distribution is given, too)",
        ),
    ],
)
def test_what_is_refused(arguments: Any, line: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        checks.hosted_domains("policies", arguments)
    assert refused.value.problems == [line]


@pytest.mark.parametrize("one", [{"distribution": "E2QWRUHAPOMQZL"}, {"certificate": CERTIFICATE}])
def test_groups_are_the_hosts_own(one: dict[str, str]) -> None:
    domains: Any = [{"domain": "a.example", "zone": {"route53": "Z1"}, "group": "b"}]
    with pytest.raises(ArgumentError) as refused:
        checks.hosted_domains("policies", {"domains": domains, **one})  # type: ignore[typeddict-item]
    assert (
        "(groups are distributions and certificates of the host's own, and one of these is given: "
        "leave that out, or the group of a.example)"
    ) in str(refused.value)


def test_what_is_not_known_before_the_first_up() -> None:
    assert words("E2", None) == (
        "the owner of the distribution E2 adds what the output toAdd says after the first "
        "`pulumi up`"
    )


def test_what_is_to_be_added() -> None:
    to_add = ToAdd(
        aliases=["mta-sts.a.example", "mta-sts.b.example"],
        origin_domain="b.s3.eu-west-1.amazonaws.com",
        origin_access_control="E3",
        path_pattern="/.well-known/mta-sts.txt",
        cache_policy="c",
        function="arn:f",
        uncached_errors=[403, 404],
    )
    assert words("E2", to_add).splitlines() == [
        "the owner of the distribution E2 adds:",
        "  alternate domain names, which its certificate covers: mta-sts.a.example, "
        "mta-sts.b.example",
        "  an origin: b.s3.eu-west-1.amazonaws.com, with the origin access control E3",
        "  a cache behavior of that origin for /.well-known/mta-sts.txt, before all others that "
        "match it:",
        "    HTTPS only; GET and HEAD; no compression; no origin request policy",
        "    cache policy CachingDisabled (c)",
        "    function at viewer request: arn:f",
        "  custom error responses with a minimum TTL of 0 for 403, 404",
    ]
