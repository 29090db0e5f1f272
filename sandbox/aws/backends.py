"""Moto's state: one backend a service, of the classes that `corrections` puts in."""

import threading
from typing import TYPE_CHECKING, cast

from moto.acm.models import acm_backends
from moto.cloudfront.models import cloudfront_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends

if TYPE_CHECKING:
    from sandbox.aws.acm import Acm
    from sandbox.aws.cloudfront import CloudFront
    from sandbox.aws.route53 import Route53
    from sandbox.aws.s3 import S3

ACCOUNT = "123456789012"
CLOUDFRONT_REGION = "us-east-1"
"""Where CloudFront looks for certificates."""

LOCK = threading.RLock()
"""Held by whoever reads or changes moto's state: moto itself is not made for threads."""


def acm() -> "Acm":
    """The certificates CloudFront can use."""
    return cast("Acm", acm_backends[ACCOUNT][CLOUDFRONT_REGION])


def cloudfront() -> "CloudFront":
    return cast("CloudFront", cloudfront_backends[ACCOUNT]["aws"])


def route53() -> "Route53":
    return cast("Route53", route53_backends[ACCOUNT]["aws"])


def s3() -> "S3":
    return cast("S3", s3_backends[ACCOUNT]["aws"])
