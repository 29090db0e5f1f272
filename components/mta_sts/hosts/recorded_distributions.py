"""What has names at CloudFront, as the stack's state has it: distributions, and their tenants."""

from collections.abc import Mapping
from typing import Any

from mta_sts.hosts.recorded import DISTRIBUTION_TENANT

DISTRIBUTION = "aws:cloudfront/distribution:Distribution"
END = "-distribution"
"""The end of the name of the resource that a distribution of ours is."""
CONNECTION_GROUP = "aws:cloudfront/connectionGroup:ConnectionGroup"
LEADS_TO = {DISTRIBUTION: "domainName", "mta-sts:index:CloudFrontHost": "target"}
"""What leads to a distribution, and the output that is its domain name."""


class RecordedDistributions:
    """Those of one stack; those of its hosts by what the parts of each are called by."""

    def __init__(self) -> None:
        self._ours: dict[str, Mapping[str, Any]] = {}
        self._domain_names: set[str] = set()
        self._aliases: dict[str, str] = {}
        self._tenants: dict[str, str] = {}
        self.endpoints: set[str] = set()
        """What the names of tenants point to."""

    def add(self, kind: str, called: str, outputs: Mapping[str, Any], *, is_ours: bool) -> None:
        """Take in the resource of this type that is called so.

        Args:
            is_ours: whether a component of ours made it.
        """
        if kind in LEADS_TO:
            self._domain_names.add(outputs.get(LEADS_TO[kind], ""))
        if kind == DISTRIBUTION:
            self._aliases |= dict.fromkeys(outputs.get("aliases") or (), called)
            if is_ours:
                self._ours[called.removesuffix(END)] = outputs
        if kind == DISTRIBUTION_TENANT:
            self._tenants |= {str(each["domain"]): called for each in outputs["domains"]}
        if kind == CONNECTION_GROUP:
            self.endpoints.add(str(outputs["routingEndpoint"]))

    def has(self, domain_name: str) -> bool:
        """Whether the stack has a distribution of this domain name, or uses it."""
        return domain_name in self._domain_names

    def target(self, parts: str) -> str | None:
        """The domain name of a host's distribution; None if there is none."""
        outputs = self._ours.get(parts)
        return str(outputs.get("domainName", "")) if outputs else None

    def at(self, target: str | None) -> str | None:
        """What the parts of the distribution of this domain name are called by."""
        return next((parts for parts in self._ours if self.target(parts) == target), None)

    def below(self, short: str) -> list[str]:
        """What the parts of a host's groups are called by, where the host's are called `short`."""
        return [parts for parts in self._ours if parts == short or parts.startswith(f"{short}-")]

    def names_on(self, parts: str) -> set[str]:
        """The names that are on a host's distribution."""
        return set(self._ours.get(parts, {}).get("aliases") or ())

    def tenant_of(self, host_name: str) -> str | None:
        """What the tenant is called that has this name."""
        return self._tenants.get(host_name)

    def with_alias(self, host_name: str) -> str | None:
        """What the distribution is called that has this name."""
        return self._aliases.get(host_name)
