"""The resource types of the AWS provider that every domain has."""

from mta_sts.by_type import Typed
from mta_sts.hosts.recorded import DISTRIBUTION_TENANT, FILE
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


class DistributionTenant(_Resource):
    """The names of one domain on a multi-tenant distribution, with their certificate."""

    TYPE = DISTRIBUTION_TENANT
