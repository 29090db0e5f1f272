"""What has names at CloudFront, as the stack's state has it: distributions, and their tenants."""

from collections.abc import Mapping
from typing import Any

from mta_sts.hosts.recorded import DISTRIBUTION_TENANT

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
CONNECTION_GROUP = "aws:cloudfront/connectionGroup:ConnectionGroup"
LEADS_TO = {DISTRIBUTION: "domainName", "mta-sts:index:CloudFrontHost": "target"}
"""What leads to a distribution, and the output that is its domain name."""


class RecordedDistributions:
    """Those of one stack."""

    def __init__(self) -> None:
        self._domain_names: set[str] = set()
        self._aliases: dict[str, str] = {}
        self._tenants: dict[str, str] = {}
        self.endpoints: set[str] = set()
        """What the names of tenants point to."""

    def add(self, kind: str, called: str, outputs: Mapping[str, Any]) -> None:
        """Take in the resource of this type that is called so."""
        if kind in LEADS_TO:
            self._domain_names.add(outputs.get(LEADS_TO[kind], ""))
        if kind == DISTRIBUTION:
            self._aliases |= dict.fromkeys(outputs.get("aliases") or (), called)
        if kind == DISTRIBUTION_TENANT:
            self._tenants |= {str(each["domain"]): called for each in outputs["domains"]}
        if kind == CONNECTION_GROUP:
            self.endpoints.add(str(outputs["routingEndpoint"]))

    def has(self, domain_name: str) -> bool:
        """Whether the stack has a distribution of this domain name, or uses it."""
        return domain_name in self._domain_names

    def tenant_of(self, host_name: str) -> str | None:
        """What the tenant is called that has this name."""
        return self._tenants.get(host_name)

    def with_alias(self, host_name: str) -> str | None:
        """What the distribution is called that has this name."""
        return self._aliases.get(host_name)
