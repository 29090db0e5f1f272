"""The certificate for the names of many domains, and the records by which it is validated."""

from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from mta_sts import leaving
from mta_sts.arguments import HostedDomain
from mta_sts.hosts.shared import is_protected
from mta_sts.limits import CERTIFICATE_REGION, COMMON_NAME_LIMIT
from mta_sts.program import this_program
from mta_sts.zones import ZoneOfDomain, zone_of


def issued(
    host: pulumi.ComponentResource, short: str, domains: list[HostedDomain]
) -> pulumi.Output[str]:
    """The ARN of a certificate for every domain's name, once it is issued."""
    names = sorted(f"mta-sts.{hosted['domain']}" for hosted in domains)
    # Another list of names is another certificate: for that run alone it may be replaced (P6).
    state = this_program().state
    before = state.names_in(f"{short}-certificate")
    replaceable = False if before not in (None, names) else None
    first = next(candidate for candidate in names if len(candidate) <= COMMON_NAME_LIMIT)
    certificate = aws.acm.Certificate(
        f"{short}-certificate",
        domain_name=first,
        # The whole list, always: one that is left out or empty would leave the old names in it.
        subject_alternative_names=names,
        validation_method="DNS",
        region=CERTIFICATE_REGION,
        opts=pulumi.ResourceOptions(parent=host, protect=replaceable),
    )
    records = [
        _validation(host, short, certificate, hosted, zone)
        for hosted in domains
        for zone in _zones_of(hosted)
    ]
    return aws.acm.CertificateValidation(
        f"{short}-issued",
        certificate_arn=certificate.arn,
        region=CERTIFICATE_REGION,
        opts=pulumi.ResourceOptions(parent=host, depends_on=records, protect=replaceable),
    ).certificate_arn


def _validation(
    host: pulumi.ComponentResource,
    short: str,
    certificate: aws.acm.Certificate,
    hosted: HostedDomain,
    zone: ZoneOfDomain,
) -> pulumi.Resource:
    """The record by which the owner of a name shows that it is his."""
    option = certificate.domain_validation_options.apply(
        partial(_option_for, f"mta-sts.{hosted['domain']}")
    )
    first = f"{short}-{hosted['domain']}-validation"
    protect = is_protected(hosted) if zone.protect is None else zone.protect
    return zone.module.record(
        this_program().state.resource_in(zone.module.RECORD_TYPE, first, zone.id),
        zone.id,
        option.apply(lambda found: (found.resource_record_name or "").rstrip(".")),
        option.apply(lambda found: found.resource_record_type or ""),
        option.apply(lambda found: found.resource_record_value or ""),
        # A certificate for other names asks for the same record, which a preview cannot know:
        # without this every change of the list would replace them all.
        pulumi.ResourceOptions(parent=host, ignore_changes=zone.module.IDENTITY, protect=protect),
    )


def _zones_of(hosted: HostedDomain) -> list[ZoneOfDomain]:
    """The zone given, and those that keep the records of the domain while it moves there."""
    zone, program = ZoneOfDomain(*zone_of(hosted["zone"])), this_program()
    left = leaving.zones(hosted["domain"], zone.recorded, program.state, program.now)
    return [*left, zone]


def _option_for(host: str, options: list[Any]) -> Any:
    return next(option for option in options if option.domain_name == host)
