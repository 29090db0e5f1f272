"""CloudFront before one private S3 bucket serves the policies of many domains: one distribution for
each group of them.

Nothing is cached, neither policies nor errors: senders fetch rarely, and a cache is what pins an
old policy under a new id.
"""

from collections.abc import Mapping
from dataclasses import asdict

import pulumi
import pulumi_aws as aws

from mta_sts import checks
from mta_sts.arguments import CloudFront, CloudFrontHostArgs, HostedDomain
from mta_sts.findings import ACM_ISSUERS, Wanted
from mta_sts.hosts import Served, Site, bucket, certificate, distribution, groups, joining
from mta_sts.hosts.existing import ExistingBucket, ExistingDistribution, ToAdd
from mta_sts.hosts.groups import DEFAULT, HostGroup
from mta_sts.hosts.recorded import CLOUDFRONT
from mta_sts.hosts.shared import is_protected, once_reviewed, protection
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
    """Serves the policy files of all its domains: one private bucket, and one distribution for each
    group of up to 100 domains."""

    target: pulumi.Output[str]
    """The domain name of the distribution: what the `mta-sts` CNAMEs point to. Of several, that of
    group `default`; where there is none, that of the first group by name."""
    targets: dict[str, pulumi.Output[str]]
    """The same of each group, by its name."""
    bucket: pulumi.Output[str]
    """The name of the bucket that holds the policies."""
    bucket_policy: pulumi.Output[str]
    """The policy document (JSON) that lets the distributions, and nobody else, read the bucket. It
    is attached to a bucket of the host's own; the owner of an existing one attaches it."""
    distribution_id: pulumi.Output[str]
    """The id of the distribution that `target` is of."""
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
        given_one = "distribution" in args or "certificate" in args
        ordered = [] if given_one else groups.in_order(name, short, domains, this_program().state)
        super().__init__(
            "mta-sts:index:CloudFrontHost",
            name,
            {"names": once_reviewed(names), "groups": _named_groups(domains)},
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
        made: Mapping[str, aws.cloudfront.Distribution | ExistingDistribution]
        validations: dict[str, pulumi.Output[Wanted]] = {}
        serving, self.to_add = [DEFAULT], None
        if "distribution" in args:
            others = ExistingDistribution(
                self, args["distribution"], names, bucket_domain, access, function
            )
            handed_in.put(names, others)
            self.to_add = others.to_add
            made = {DEFAULT: others}
        elif "certificate" in args:
            arn = checks.certificate(name, args["certificate"])
            given = distribution.serving(self, short, names, bucket_domain, arn, access, function)
            made = {DEFAULT: given}
        else:
            serving = sorted((each.name for each in ordered if each.domains), key=_place)
            made = self._of_groups(short, ordered, validations, (bucket_domain, access, function))
        self.targets = {group: made[group].domain_name for group in serving}
        self.target = self.targets[serving[0]]
        self.distribution_id = made[serving[0]].id
        arns = [made[group].arn for group in sorted(made, key=_place)]
        self.bucket_policy = bucket.read_only_by(bucket_arn, *arns)
        if "bucket" not in args:
            bucket.attached(self, short, self.bucket, self.bucket_policy)
        self.to_make = pulumi.Output.all(*validations.values()).apply(
            lambda wanted: [asdict(each) for each in wanted]
        )
        self.register_outputs(
            {
                "toMake": self.to_make,
                "target": self.target,
                "targets": self.targets,
                "bucket": self.bucket,
                "bucketPolicy": self.bucket_policy,
                "distributionId": self.distribution_id,
                "toAdd": self.to_add,
            }
        )

    def _of_groups(
        self,
        short: str,
        ordered: list[HostGroup],
        validations: dict[str, pulumi.Output[Wanted]],
        read: tuple[
            pulumi.Output[str], aws.cloudfront.OriginAccessControl, aws.cloudfront.Function
        ],
    ) -> dict[str, aws.cloudfront.Distribution]:
        """The distribution of each group, by its name.

        Args:
            ordered: the groups, each after those that let go of a name for it.
            validations: takes the records by which names are validated that have not joined.
            read: what they read the bucket by.
        """
        called = {each.parts: each.name for each in ordered}
        protects = {each.name: any(map(is_protected, each.domains)) for each in ordered}
        bucket_domain, access, function = read
        issued, aliases = {}, {}
        for each in ordered:
            joined = joining.names(self, each, called)
            validations.update(joined.validations)
            aliases[each.name] = [] if each.is_left else joined.value
            protect = _protect(each.name, protects)
            issued[each.name] = certificate.issued(self, short, each, joined, protect)
        made: dict[str, aws.cloudfront.Distribution] = {}
        for each in ordered:
            to = sorted(set(each.lets_go.values()))
            before = [other.name for other in ordered if each.name in other.lets_go.values()]
            own = issued[each.name]
            made[each.name] = distribution.serving(
                self,
                each.parts,
                aliases[each.name],
                bucket_domain,
                own.certificate_arn if own else None,
                access,
                function,
                after=[
                    *[ready for group in to if (ready := issued.get(group))],
                    *[made[group] for group in before],
                ],
                protect=_protect(each.name, protects),
            )
        return made


def _place(group: str) -> tuple[bool, str]:
    """The default group first, the others by name."""
    return group != DEFAULT, group


def _named_groups(domains: list[HostedDomain]) -> dict[str, list[str]] | None:
    """The domains of the groups that have a name, by that."""
    named: dict[str, list[str]] = {}
    for hosted in domains:
        if "group" in hosted:
            named.setdefault(hosted["group"], []).append(hosted["domain"])
    return named or None


def _protect(group: str, protects: Mapping[str, bool]) -> bool | None:
    """Whether the parts of a group are protected; None: as the host is. A group of which nobody may
    hold an enforce policy can go, whatever the others of its host (P6)."""
    return None if protects[group] or not any(protects.values()) else False
