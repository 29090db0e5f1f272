"""What the arguments of one domain say: to the review, to the engine, and to a host of its own."""

from typing import Any

import pulumi

from mta_sts.arguments import CloudFront
from mta_sts.checks import Arguments
from mta_sts.findings import Terms
from mta_sts.hosts import HostModule
from mta_sts.protocol import Policy
from mta_sts.protocol.tlsrpt import TlsRpt


def given_terms(given: Arguments) -> Terms:
    """What the arguments settle for a review."""
    return Terms(
        testing_period=int(given.testing_period),
        domain=given.domain,
        reports=bool(given.reports),
        tlsrpt=given.tlsrpt,
        reports_at_home=given.reports_at_home,
    )


def registered(
    given: Arguments, policy: pulumi.Output[Policy], known: Policy | None
) -> dict[str, Any]:
    """What the component registers as its own, so that a preview shows what changes.

    Args:
        known: the policy, where it is known at once.
    """

    def public(value: Any) -> pulumi.Output[Any]:
        return pulumi.Output.unsecret(pulumi.Output.from_input(value))

    return {
        "domain": given.domain,
        "zone": given.zone,
        # Each by itself: in a preview one may be known where another is not.
        "mode": policy.apply(lambda known: known.mode) if known else public(given.mode),
        "mx": policy.apply(lambda known: list(known.mx)),
        "maxAge": policy.apply(lambda known: known.max_age) if known else public(given.max_age),
        "reports": given.reports,
        "accept": given.accept or None,
        "rollout": given.rollout,
    }


def tlsrpt_of(given: Arguments) -> pulumi.Output[str] | None:
    """The TLS reporting record, where there is to be one."""
    if not given.reports:
        return None
    return pulumi.Output.all(*given.reports).apply(lambda rua: TlsRpt(rua=rua).render())


def own_host(
    component: pulumi.ComponentResource, name: str, given: Arguments, protect: bool
) -> tuple[HostModule, CloudFront]:
    """A distribution of the domain's own."""
    from mta_sts.hosts import cloudfront

    own = cloudfront.CloudFrontHost(
        name,
        {"domains": [{"domain": given.domain, "zone": given.zone, "protect": protect}]},
        pulumi.ResourceOptions(parent=component),
    )
    return cloudfront, CloudFront(target=own.target, bucket=own.bucket)
