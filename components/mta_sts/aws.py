"""The resource types of the AWS provider that every domain has."""

from mta_sts.by_type import Typed
from mta_sts.hosts.recorded import FILE
from mta_sts.zones.recorded import ROUTE53


class _Resource(Typed):
    DISTRIBUTION = "pulumi-aws"
    NEEDED_FOR = "zones and hosts on AWS"


class Record(_Resource):
    """A set of DNS records of one name and type."""

    TYPE = ROUTE53


class BucketObject(_Resource):
    """A file in a bucket."""

    TYPE = FILE
