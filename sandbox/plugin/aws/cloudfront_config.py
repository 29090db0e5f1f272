"""A distribution's inputs as CloudFront's DistributionConfig, and back."""

from typing import Any

from sandbox.plugin.resource import present
from sandbox.plugin.wire import Props

BEHAVIOR = {
    "targetOriginId": "TargetOriginId",
    "viewerProtocolPolicy": "ViewerProtocolPolicy",
    "cachePolicyId": "CachePolicyId",
    "originRequestPolicyId": "OriginRequestPolicyId",
    "responseHeadersPolicyId": "ResponseHeadersPolicyId",
    "compress": "Compress",
    "smoothStreaming": "SmoothStreaming",
    "minTtl": "MinTTL",
    "defaultTtl": "DefaultTTL",
    "maxTtl": "MaxTTL",
}
ORIGIN = {
    "originId": "Id",
    "domainName": "DomainName",
    "originPath": "OriginPath",
    "originAccessControlId": "OriginAccessControlId",
    "connectionAttempts": "ConnectionAttempts",
    "connectionTimeout": "ConnectionTimeout",
}
CUSTOM_ORIGIN = {
    "httpPort": "HTTPPort",
    "httpsPort": "HTTPSPort",
    "originProtocolPolicy": "OriginProtocolPolicy",
    "originReadTimeout": "OriginReadTimeout",
    "originKeepaliveTimeout": "OriginKeepaliveTimeout",
}
ERROR = {
    "errorCode": "ErrorCode",
    "errorCachingMinTtl": "ErrorCachingMinTTL",
    "responseCode": "ResponseCode",
    "responsePagePath": "ResponsePagePath",
}
CERTIFICATE = {
    "acmCertificateArn": "ACMCertificateArn",
    "iamCertificateId": "IAMCertificateId",
    "cloudfrontDefaultCertificate": "CloudFrontDefaultCertificate",
    "minimumProtocolVersion": "MinimumProtocolVersion",
    "sslSupportMethod": "SSLSupportMethod",
}
TOP = {
    "comment": "Comment",
    "enabled": "Enabled",
    "defaultRootObject": "DefaultRootObject",
    "httpVersion": "HttpVersion",
    "isIpv6Enabled": "IsIPV6Enabled",
    "priceClass": "PriceClass",
    "staging": "Staging",
    "webAclId": "WebACLId",
}


def _to(table: dict[str, str], props: Props) -> dict[str, Any]:
    return {there: props[here] for here, there in table.items() if here in props}


def _from(table: dict[str, str], config: Any) -> Props:
    return {
        here: config[there] for here, there in table.items() if config.get(there) not in (None, "")
    }


def _items(values: list[Any]) -> dict[str, Any]:
    return {"Quantity": len(values), "Items": values} if values else {"Quantity": 0}


def _listed(config: Any, key: str) -> list[Any]:
    return list((config.get(key) or {}).get("Items") or [])


def config_of(inputs: Props, caller_reference: str) -> dict[str, Any]:
    """The DistributionConfig these inputs ask for."""
    errors = [
        {**_to(ERROR, error), "ResponseCode": str(error["responseCode"])}
        if "responseCode" in error
        else _to(ERROR, error)
        for error in inputs.get("customErrorResponses", [])
    ]
    geo = inputs["restrictions"]["geoRestriction"]
    return {
        "CallerReference": caller_reference,
        "Comment": "",
        "DefaultRootObject": "",
        "WebACLId": "",
        **_to(TOP, inputs),
        "Aliases": _items(inputs.get("aliases", [])),
        "Origins": _items([_origin(origin) for origin in inputs["origins"]]),
        "OriginGroups": _items([]),
        "DefaultCacheBehavior": _behavior(inputs["defaultCacheBehavior"]),
        "CacheBehaviors": _items(
            [
                {"PathPattern": behavior["pathPattern"], **_behavior(behavior)}
                for behavior in inputs.get("orderedCacheBehaviors", [])
            ]
        ),
        "CustomErrorResponses": _items(errors),
        "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
        "ViewerCertificate": _certificate(inputs["viewerCertificate"]),
        "Restrictions": {
            "GeoRestriction": {
                "RestrictionType": geo["restrictionType"],
                **_items(geo.get("locations", [])),
            }
        },
    }


def props_of(config: Any) -> Props:
    """The inputs that would ask for this DistributionConfig."""
    geo = config.get("Restrictions", {}).get("GeoRestriction", {})
    return {
        **_from(TOP, config),
        "aliases": _listed(config, "Aliases"),
        "origins": [_origin_props(origin) for origin in _listed(config, "Origins")],
        "defaultCacheBehavior": _behavior_props(config["DefaultCacheBehavior"]),
        "orderedCacheBehaviors": [
            {"pathPattern": behavior["PathPattern"], **_behavior_props(behavior)}
            for behavior in _listed(config, "CacheBehaviors")
        ],
        "customErrorResponses": [
            {**found, "responseCode": int(found["responseCode"])}
            if "responseCode" in found
            else found
            for error in _listed(config, "CustomErrorResponses")
            for found in [_from(ERROR, error)]
        ],
        "restrictions": {
            "geoRestriction": {
                "restrictionType": geo.get("RestrictionType", "none"),
                "locations": geo.get("Items") or [],
            }
        },
        "viewerCertificate": _certificate_props(config.get("ViewerCertificate", {})),
    }


def _certificate(props: Props) -> dict[str, Any]:
    if props.get("acmCertificateArn") or props.get("iamCertificateId"):
        return _to(CERTIFICATE, {**props, "cloudfrontDefaultCertificate": False})
    return {
        "CloudFrontDefaultCertificate": True,
        "MinimumProtocolVersion": props.get("minimumProtocolVersion", "TLSv1"),
    }


def _certificate_props(found: Any) -> Props:
    props = _from(CERTIFICATE, found)
    if "acmCertificateArn" in props or "iamCertificateId" in props:
        props.pop("cloudfrontDefaultCertificate", None)
    return props


def _origin(origin: Props) -> dict[str, Any]:
    made = {"OriginPath": "", **_to(ORIGIN, origin)}
    headers = origin.get("customHeaders", [])
    made["CustomHeaders"] = _items(
        [{"HeaderName": header["name"], "HeaderValue": header["value"]} for header in headers]
    )
    if "customOriginConfig" in origin:
        custom = origin["customOriginConfig"]
        made["CustomOriginConfig"] = {
            **_to(CUSTOM_ORIGIN, custom),
            "OriginSslProtocols": _items(custom["originSslProtocols"]),
        }
    else:
        identity = origin.get("s3OriginConfig", {}).get("originAccessIdentity", "")
        made["S3OriginConfig"] = {"OriginAccessIdentity": identity}
    return made


def _origin_props(found: Any) -> Props:
    props = _from(ORIGIN, found)
    custom = found.get("CustomOriginConfig")
    if custom:
        props["customOriginConfig"] = {
            **_from(CUSTOM_ORIGIN, custom),
            "originSslProtocols": _listed(custom, "OriginSslProtocols"),
        }
    identity = (found.get("S3OriginConfig") or {}).get("OriginAccessIdentity")
    if identity:
        props["s3OriginConfig"] = {"originAccessIdentity": identity}
    props["customHeaders"] = [
        {"name": header["HeaderName"], "value": header["HeaderValue"]}
        for header in _listed(found, "CustomHeaders")
    ]
    return present(props)


def _behavior(props: Props) -> dict[str, Any]:
    made = {
        **_to(BEHAVIOR, props),
        "AllowedMethods": {
            **_items(props["allowedMethods"]),
            "CachedMethods": _items(props["cachedMethods"]),
        },
        "FunctionAssociations": _items(
            [
                {"EventType": item["eventType"], "FunctionARN": item["functionArn"]}
                for item in props.get("functionAssociations", [])
            ]
        ),
        "LambdaFunctionAssociations": _items([]),
        "FieldLevelEncryptionId": "",
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
        "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    }
    if props.get("cachePolicyId"):
        for ttl in ("MinTTL", "DefaultTTL", "MaxTTL"):  # the policy's
            made.pop(ttl, None)
    if "forwardedValues" in props:
        forwarded = props["forwardedValues"]
        cookies = forwarded["cookies"]
        made["ForwardedValues"] = {
            "QueryString": forwarded["queryString"],
            "Headers": _items(forwarded.get("headers", [])),
            "QueryStringCacheKeys": _items(forwarded.get("queryStringCacheKeys", [])),
            "Cookies": {
                "Forward": cookies["forward"],
                **(
                    {"WhitelistedNames": _items(cookies["whitelistedNames"])}
                    if cookies.get("whitelistedNames")
                    else {}
                ),
            },
        }
    return made


def _behavior_props(found: Any) -> Props:
    props = _from(BEHAVIOR, found)
    methods = found.get("AllowedMethods") or {}
    props["allowedMethods"] = list(methods.get("Items") or [])
    props["cachedMethods"] = _listed(methods, "CachedMethods")
    props["functionAssociations"] = [
        {"eventType": item["EventType"], "functionArn": item["FunctionARN"]}
        for item in _listed(found, "FunctionAssociations")
    ]
    forwarded = found.get("ForwardedValues")
    if forwarded and not props.get("cachePolicyId"):
        cookies = forwarded.get("Cookies") or {}
        props["forwardedValues"] = present(
            {
                "queryString": forwarded.get("QueryString", False),
                "headers": _listed(forwarded, "Headers"),
                "queryStringCacheKeys": _listed(forwarded, "QueryStringCacheKeys"),
                "cookies": present(
                    {
                        "forward": cookies.get("Forward"),
                        "whitelistedNames": _listed(cookies, "WhitelistedNames"),
                    }
                ),
            }
        )
    return props
