"""The certificate for the names of many domains, and the records by which it is validated."""

from functools import partial
from typing import Any

import pulumi
import pulumi_aws as aws

from mta_sts import leaving
from mta_sts.arguments import HostedDomain
from mta_sts.hosts import given_up, quotas
from mta_sts.hosts.groups import HostGroup
from mta_sts.hosts.joining import Names
from mta_sts.hosts.recorded_certificates import SHARED
from mta_sts.hosts.shared import is_protected
from mta_sts.limits import (
    CERTIFICATE_NAMES,
    CERTIFICATE_REGION,
    COMMON_NAME_LIMIT,
    MOST_ALIASES,
)
from mta_sts.program import this_program
from mta_sts.zones import ZoneOfDomain, zone_of


def issued(
    host: pulumi.ComponentResource,
    short: str,
    group: HostGroup,
    names: Names,
    protect: bool | None,
) -> aws.acm.CertificateValidation | None:
    """A certificate for the names of a group, once it is issued; None where there are none.

    Args:
        short: what the parts of the host are called by: a record that validates a name stays as it
            is when the name goes to another group.
        protect: whether the parts of the group are protected; None: as the host is.
    """
    if not names.may_be:
        return None
    # Another list of names is another certificate: for that run alone it may be replaced (P6).
    replaceable = False if names.before is not None and names.changes else protect
    _say_quota(host, group, names)
    listed = pulumi.Output.from_input(names.value)
    certificate = aws.acm.Certificate(
        f"{group.parts}{SHARED}",
        domain_name=listed.apply(_first),
        # The whole list, always: one that is left out or empty would leave the old names in it.
        subject_alternative_names=listed,
        validation_method="DNS",
        region=CERTIFICATE_REGION,
        opts=pulumi.ResourceOptions(parent=host, protect=replaceable, hooks=quotas.named()),
    )
    records = [
        _validation(host, short, certificate, hosted, zone)
        for hosted in group.domains
        for zone in _zones_of(hosted)
        if zone.announced_at is None
    ]
    return aws.acm.CertificateValidation(
        f"{group.parts}-issued",
        certificate_arn=certificate.arn,
        region=CERTIFICATE_REGION,
        opts=pulumi.ResourceOptions(
            parent=host, depends_on=records, protect=replaceable, hooks=given_up.named()
        ),
    )


def _say_quota(host: pulumi.ComponentResource, group: HostGroup, names: Names) -> None:
    """Once, when a group goes beyond what AWS allows to a new account."""
    count = len(names.may_be)
    if count > CERTIFICATE_NAMES >= len(names.before or ()):
        pulumi.log.warn(
            f"group {group.name} has {count} domains, and AWS issues certificates with "
            f"{CERTIFICATE_NAMES} names unless it was asked for more, up to {MOST_ALIASES}. If it "
            "was not, have the quota `Domain names per ACM certificate` raised in us-east-1 first: "
            "otherwise `pulumi up` tries for 20 minutes or more, and fails with `Certificate has "
            "too many domains`; what is served stays as it is",
            resource=host,
        )


def _first(names: list[str]) -> str:
    """The name that the certificate is called by: the others may be longer."""
    return next(name for name in names if len(name) <= COMMON_NAME_LIMIT)


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
    return left if "external" in hosted["zone"] else [*left, zone]


def _option_for(host: str, options: list[Any]) -> Any:
    return next(option for option in options if option.domain_name == host)
