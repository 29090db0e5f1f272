"""Where policies are served. A host knows of DNS no more than the name it asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pulumi

from mta_sts.announce import Gates
from mta_sts.arguments import Host


@dataclass(frozen=True)
class Site:
    """One domain, as its host is told of it."""

    component: pulumi.ComponentResource
    """The parent of all that the host makes for the domain."""
    name: str
    """Begins the names of all that."""
    domain: str
    text: pulumi.Output[str]
    """The policy file."""
    gates: Gates
    claim: Callable[[list[pulumi.Resource]], pulumi.Input[str]]
    """The id of the zone, for what puts the name into DNS, once these are made and whatever else
    holds the name has let go of it."""
    cname: Callable[..., tuple[pulumi.Resource, pulumi.Output[str]]]
    """Makes the CNAME of the name: from the zone's id, what it points to, the options, its gate
    and maybe `proxied`. Gives the resource, and its value."""
    is_named_by_owner: bool
    """Whether the owner of a zone that is kept elsewhere points the name to the host."""

    @property
    def host_name(self) -> str:
        return f"mta-sts.{self.domain}"

    def options(self, **options: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self.component, **options)


@dataclass(frozen=True)
class Served:
    """What a host made for one domain."""

    by: list[pulumi.Resource]
    """What must be there before the policy can be announced."""
    records: Mapping[str, tuple[str, pulumi.Output[str]]] = field(default_factory=dict)
    """The DNS records among it: by name, type and value."""


class HostModule(Protocol):
    """What a module of this package provides."""

    ISSUERS: frozenset[str]
    """The names by which CAA records allow the host's certificate authority."""

    def kind(self, given: Any) -> str:
        """The word for the host, and for how it gets its name."""

    def target(self, given: Any, domain: str) -> pulumi.Input[str]:
        """Where the policy is served, in words; of a host with a CNAME, what that points to."""

    def spread(self, given: Any) -> float:
        """Seconds until every edge serves what was written, at most."""

    def serve(self, site: Site, given: Any) -> Served:
        """Make what serves the policy of one domain."""


def host_of(host: Host) -> tuple[HostModule, Any]:
    """The module for this host, imported only here, and what it is given."""
    if "r2" in host:
        from mta_sts.hosts import r2

        return r2, host["r2"]
    if "worker" in host:
        from mta_sts.hosts import worker

        return worker, host["worker"]
    if "tenant" in host:
        from mta_sts.hosts import tenants

        return tenants, host["tenant"]
    from mta_sts.hosts import cloudfront

    return cloudfront, host["cloudfront"]
