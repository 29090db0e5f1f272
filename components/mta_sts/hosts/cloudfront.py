"""One CloudFront distribution before one private S3 bucket serves the policies of many domains.

Nothing is cached, neither policies nor errors: senders fetch rarely, and a cache is what pins an
old policy under a new id.
"""

from collections.abc import Mapping
from dataclasses import asdict

import pulumi
import pulumi_aws as aws

from mta_sts import checks
from mta_sts.arguments import CloudFront, CloudFrontHostArgs
from mta_sts.findings import ACM_ISSUERS, Wanted
from mta_sts.hosts import Served, Site, bucket, certificate, distribution, joining
from mta_sts.hosts.existing import ExistingBucket, ExistingDistribution, ToAdd
from mta_sts.hosts.recorded import CLOUDFRONT
from mta_sts.hosts.shared import once_reviewed, protection
from mta_sts.hosts.shared import short as short_name
from mta_sts.program import this_program

ISSUERS = ACM_ISSUERS


def kind(given: CloudFront) -> str:
    """The word for this host."""
    return CLOUDFRONT


def target(given: CloudFront, domain: str) -> pulumi.Input[str]:
    """What the CNAME points to."""
    return given["target"]


def spread(given: CloudFront) -> float:
    """None: nothing is cached, and S3 gives what was last written."""
    return 0.0


def serve(site: Site, given: CloudFront) -> Served:
    """Write the policy file into the host's bucket, and point the name at the distribution."""
    file = bucket.write(site, CLOUDFRONT, given["bucket"])
    if site.is_named_by_owner:
        return Served([file])
    options = site.options(depends_on=[file])
    zone_id, gate = site.claim([file]), site.gates.before_cname
    cname, value = site.cname(zone_id, given["target"], options, gate)
    return Served([file, cname], {site.host_name: ("CNAME", value)})


class CloudFrontHost(pulumi.ComponentResource):
    """Serves the policy files of all its domains: one private bucket, one distribution."""

    target: pulumi.Output[str]
    """The domain name of the distribution: what the `mta-sts` CNAMEs point to."""
    bucket: pulumi.Output[str]
    """The name of the bucket that holds the policies."""
    bucket_policy: pulumi.Output[str]
    """The policy document (JSON) that lets the distribution, and nobody else, read the bucket. It
    is attached to a bucket of the host's own; the owner of an existing one attaches it."""
    distribution_id: pulumi.Output[str]
    """The id of the distribution."""
    to_add: pulumi.Output[ToAdd] | None
    """Of an existing distribution: what its owner adds to it."""
    to_make: pulumi.Output[list[dict[str, str]]]
    """The records that validate domains whose zones others keep, and that are waited for: name,
    type and value of each. `MtaSts` has all that the owner of a zone makes."""

    def __init__(
        self,
        name: str,
        args: CloudFrontHostArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        domains = checks.hosted_domains(name, args)
        if opts and opts.protect:
            domains = [{**hosted, "protect": True} for hosted in domains]
        names = [f"mta-sts.{hosted['domain']}" for hosted in domains]
        short = short_name(name)
        super().__init__(
            "mta-sts:index:CloudFrontHost",
            name,
            {"names": once_reviewed(names)},
            protection(domains, opts),
        )

        handed_in = this_program().handed_in
        if "bucket" in args:
            existing = ExistingBucket(self, args["bucket"])
            handed_in.put(names, existing)
            self.bucket = existing.name
            bucket_arn, bucket_domain = existing.arn, existing.domain_name
        else:
            own = bucket.private(self, short)
            self.bucket = own.bucket
            bucket_arn, bucket_domain = own.arn, own.bucket_regional_domain_name

        access, function = distribution.reading(self, short)
        made: aws.cloudfront.Distribution | ExistingDistribution
        validations: Mapping[str, pulumi.Output[Wanted]] = {}
        self.to_add = None
        if "distribution" in args:
            made = ExistingDistribution(
                self, args["distribution"], names, bucket_domain, access, function
            )
            handed_in.put(names, made)
            self.to_add = made.to_add
        elif "certificate" in args:
            arn = checks.certificate(name, args["certificate"])
            made = distribution.serving(self, short, names, bucket_domain, arn, access, function)
        else:
            joined = joining.names(self, short, domains)
            validations = joined.validations
            issued = certificate.issued(self, short, domains, joined)
            made = distribution.serving(
                self, short, joined.value, bucket_domain, issued, access, function
            )
        self.target = made.domain_name
        self.distribution_id = made.id
        self.bucket_policy = bucket.read_only_by(bucket_arn, made.arn)
        if "bucket" not in args:
            bucket.attached(self, short, self.bucket, self.bucket_policy)
        self.to_make = pulumi.Output.all(*validations.values()).apply(
            lambda wanted: [asdict(each) for each in wanted]
        )
        self.register_outputs(
            {
                "toMake": self.to_make,
                "target": self.target,
                "bucket": self.bucket,
                "bucketPolicy": self.bucket_policy,
                "distributionId": self.distribution_id,
                "toAdd": self.to_add,
            }
        )
