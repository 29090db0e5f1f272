"""Inputs that the real provider refuses before it calls AWS."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.plugin_call import UNKNOWN, Plugin, served

BUCKET = {"bucket": "b"}
RECORD = {"zoneId": "Z1", "name": "a", "type": "TXT", "ttl": 60, "records": ["x"]}
OAC = {
    "originAccessControlOriginType": "s3",
    "signingBehavior": "always",
    "signingProtocol": "sigv4",
}
FUNCTION = {"code": "x", "runtime": "cloudfront-js-2.0"}
CERTIFICATE = {"domainName": "a.example.com", "validationMethod": "DNS"}
BEHAVIOR = {
    "allowedMethods": ["GET", "HEAD"],
    "cachedMethods": ["GET", "HEAD"],
    "targetOriginId": "b",
    "viewerProtocolPolicy": "https-only",
}
DISTRIBUTION = {
    "enabled": True,
    "origins": [{"domainName": "b.s3.amazonaws.com", "originId": "b"}],
    "defaultCacheBehavior": BEHAVIOR,
    "restrictions": {"geoRestriction": {"restrictionType": "none"}},
    "viewerCertificate": {"cloudfrontDefaultCertificate": True},
}


@pytest.fixture(scope="module")
def plugin() -> Iterator[Plugin]:
    with served(region="us-east-1") as one:
        yield one


def without(props: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in props.items() if key not in keys}


def at(path: str) -> str:
    return f". Examine values at 'it.{path}'."


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("Bucket", {}),
        ("BucketPolicy", {**BUCKET, "policy": {"Statement": [UNKNOWN]}}),
        ("BucketObjectv2", {"bucket": UNKNOWN, "content": UNKNOWN, "tags": {"a": UNKNOWN}}),
        ("Record", RECORD),
        ("Record", {**RECORD, "type": UNKNOWN, "records": UNKNOWN}),
        ("Record", {**without(RECORD, "ttl", "records"), "aliases": UNKNOWN}),
        ("OriginAccessControl", OAC),
        ("Function", FUNCTION),
        ("Certificate", {**CERTIFICATE, "subjectAlternativeNames": ["b.example.com", UNKNOWN]}),
        ("Distribution", DISTRIBUTION),
        ("Distribution", {**DISTRIBUTION, "origins": UNKNOWN, "aliases": [UNKNOWN]}),
    ],
)
def test_accepted(plugin: Plugin, kind: str, inputs: dict[str, Any]) -> None:
    assert plugin.check(kind, inputs)[1] == []


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        # types
        ("Record", without(RECORD, "zoneId"), "Missing required property 'zoneId'"),
        ("Record", {**RECORD, "ttl": "x"}, 'expected number type, got "x" of type string'),
        ("Record", {**RECORD, "ttl": 1.5}, "expected number type, got 1.5 of type number"),
        ("Record", {**RECORD, "records": "x"}, "expected array type" + ', got "x" of type string'),
        ("Record", {**RECORD, "records": [["x"]]}, "expected string type" + ", got "),
        ("Record", {**RECORD, "records": ["x", 1]}, at("records[1]")),
        ("Record", {**RECORD, "value": "x"}, "Invalid or unknown key" + at("value")),
        ("Bucket", {"tags": {"a": 1}}, at("tags.a")),
        ("Bucket", {"forceDestroy": "yes"}, "expected boolean type"),
        ("BucketVersioning", BUCKET, "Missing required property 'versioningConfiguration'"),
        (
            "Distribution",
            {**DISTRIBUTION, "defaultCacheBehavior": without(BEHAVIOR, "cachedMethods")},
            "Missing required property 'defaultCacheBehavior.cachedMethods'",
        ),
        (
            "Distribution",
            {**DISTRIBUTION, "origins": [{"originId": "b", "domain": "x"}]},
            "Invalid or unknown key" + at("origins[0].domain"),
        ),
        # enums
        ("Record", {**RECORD, "type": "TXTT"}, "expected type to be one of ["),
        (
            "Certificate",
            {**CERTIFICATE, "validationMethod": "dns"},
            '["EMAIL" "DNS" "HTTP"], got dns',
        ),
        (
            "BucketOwnershipControls",
            {**BUCKET, "rule": {"objectOwnership": "Mine"}},
            at("rule.objectOwnership"),
        ),
        ("Function", {**FUNCTION, "runtime": "node"}, "expected runtime to be one of ["),
        (
            "Distribution",
            {**DISTRIBUTION, "defaultCacheBehavior": {**BEHAVIOR, "allowedMethods": ["GET", "X"]}},
            at("defaultCacheBehavior.allowedMethods[1]"),
        ),
        # lengths, ranges, patterns
        ("Bucket", {"bucket": "Upper"}, "only lowercase alphanumeric characters, hyphens"),
        ("Bucket", {"bucket": "b" * 64}, "expected length of bucket to be in the range (0 - 63)"),
        ("OriginAccessControl", {**OAC, "name": "n" * 65}, "to be in the range (1 - 64)"),
        ("Function", {**FUNCTION, "name": "a.b"}, "invalid value for name"),
        ("Distribution", {**DISTRIBUTION, "comment": "c" * 129}, "to be in the range (0 - 128)"),
        ("Certificate", {**CERTIFICATE, "domainName": "a."}, "(cannot end with a period)"),
        (
            "Distribution",
            {**DISTRIBUTION, "origins": [{**DISTRIBUTION["origins"][0], "connectionAttempts": 4}]},  # type: ignore[index]
            "expected connection_attempts to be in the range (1 - 3), got 4",
        ),
        (
            "Distribution",
            {**DISTRIBUTION, "viewerCertificate": {"acmCertificateArn": "cert"}},
            '"acm_certificate_arn" (cert) is an invalid ARN',
        ),
        ("BucketPolicy", {**BUCKET, "policy": "{"}, '"policy" contains an invalid JSON policy'),
        # combinations
        ("Bucket", {**BUCKET, "bucketPrefix": "b"}, '"bucket": conflicts with bucket_prefix'),
        (
            "BucketObjectv2",
            {**BUCKET, "content": "x", "contentBase64": "eA=="},
            '"content": conflicts with content_base64',
        ),
        ("Record", without(RECORD, "records", "ttl"), "one of `alias,records` must be specified"),
        ("Record", {**RECORD, "aliases": []}, "only one of `alias,records` can be specified"),
        ("Record", without(RECORD, "ttl"), ""),
        ("Certificate", {"validationMethod": "DNS"}, "one of `domain_name,private_key` must be"),
        # of this stand-in alone
        ("Distribution", {**DISTRIBUTION, "originGroups": []}, "originGroups is not supported by"),
    ],
)
def test_refused(plugin: Plugin, kind: str, inputs: dict[str, Any], words: str) -> None:
    wrong = plugin.check(kind, inputs)[1]
    if words:
        assert any(words in each for each in wrong), wrong
    else:  # the real provider leaves it to Route 53
        assert wrong == []


def test_provider_configuration(plugin: Plugin) -> None:
    assert (
        plugin.check_config({"region": "us-east-1", "endpoints": "[]", "version": "7.51.1"}) == []
    )
    (words,) = plugin.check_config({"regoin": "us-east-1"})
    assert "`aws:regoin` is not a valid configuration key" in words


def test_all_problems_are_told(plugin: Plugin) -> None:
    assert len(plugin.check("Record", {"ttl": "x", "value": 1})[1]) == 5


def test_names_given_by_the_provider(plugin: Plugin) -> None:
    made, _ = plugin.check("OriginAccessControl", OAC)
    assert made["name"].startswith("it-")
    assert len(made["name"]) == len("it-") + 7
    assert made["__defaults"] == ["description", "name"]
    again, _ = plugin.check("OriginAccessControl", {**OAC, "description": "other"}, made)
    assert again["name"] == made["name"]
    named, _ = plugin.check("OriginAccessControl", {**OAC, "name": "mine"}, made)
    assert named["name"] == "mine"
    assert plugin.check("BucketObjectv2", BUCKET)[0]["key"] == "it"


@pytest.mark.parametrize(
    ("kind", "old", "new", "replaces"),
    [
        ("Record", RECORD, {**RECORD, "name": "A."}, None),
        ("Record", RECORD, {**RECORD, "name": "b"}, ["name"]),
        ("Record", RECORD, {**RECORD, "type": "SPF"}, []),
        ("Record", {**RECORD, "records": ["x", "y"]}, {**RECORD, "records": ["y", "x"]}, None),
        ("Record", {**RECORD, "allowOverwrite": True}, RECORD, None),
        ("Record", RECORD, {**RECORD, "zoneId": UNKNOWN}, ["zoneId"]),
        ("BucketObjectv2", {**BUCKET, "key": "a"}, {**BUCKET, "key": "/a"}, None),
        ("BucketObjectv2", {**BUCKET, "key": "a"}, {**BUCKET, "key": "b"}, ["key"]),
        ("BucketObjectv2", {**BUCKET, "content": "a"}, {**BUCKET, "content": "b"}, []),
        ("BucketPolicy", {**BUCKET, "policy": "{}"}, {**BUCKET, "policy": "{ }"}, None),
        ("BucketPolicy", {**BUCKET, "policy": "{}"}, {**BUCKET, "policy": '{"a":1}'}, []),
        ("OriginAccessControl", OAC, {**OAC, "name": "n"}, []),
        ("Function", FUNCTION, {**FUNCTION, "name": "n"}, ["name"]),
        ("Certificate", CERTIFICATE, {**CERTIFICATE, "keyAlgorithm": "RSA_2048"}, ["keyAlgorithm"]),
        ("Distribution", DISTRIBUTION, {**DISTRIBUTION, "staging": True}, ["staging"]),
        ("Distribution", DISTRIBUTION, {**DISTRIBUTION, "isIpv6Enabled": False}, None),
        ("Distribution", DISTRIBUTION, {**DISTRIBUTION, "aliases": ["a"]}, []),
        (
            "Distribution",
            DISTRIBUTION,
            {
                **DISTRIBUTION,
                "defaultCacheBehavior": {**BEHAVIOR, "cachedMethods": ["HEAD", "GET"]},
            },
            None,
        ),
    ],
)
def test_what_changes_and_what_replaces(
    plugin: Plugin,
    kind: str,
    old: dict[str, Any],
    new: dict[str, Any],
    replaces: list[str] | None,
) -> None:
    answer = plugin.diff(kind, old, new)
    assert (list(answer.replaces) if answer.diffs else None) == replaces
