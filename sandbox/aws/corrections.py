"""Puts the corrected services in the place of moto's own."""

from moto.acm.models import acm_backends
from moto.cloudfront.models import cloudfront_backends
from moto.core.base_backend import BackendDict
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends

from sandbox.aws.acm import Acm
from sandbox.aws.cloudfront import CloudFront
from sandbox.aws.route53 import Route53
from sandbox.aws.s3 import S3


def install() -> None:
    """Make moto build its state, which is the process's, from the corrected classes; empty."""
    acm_backends.backend = Acm
    cloudfront_backends.backend = CloudFront
    route53_backends.backend = Route53
    s3_backends.backend = S3
    BackendDict.reset()
