"""CloudFront's distribution tenants and connection groups, which moto lacks, as AWS behaves."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import dns.name
import dns.rdatatype
from moto.cloudfront.models import random_id
from moto.core.utils import utcnow

from sandbox.authority import answer
from sandbox.aws import acm, backends
from sandbox.aws.cloudfront_functions import check_version
from sandbox.aws.distribution import TENANT_ONLY, Deployed, control
from sandbox.aws.errors import Refused
from sandbox.certificates import covers
from sandbox.loopback import HERE

STATUS = {
    "PENDING_VALIDATION": "pending-validation",
    "ISSUED": "issued",
    "FAILED": "failed",
    "VALIDATION_TIMED_OUT": "validation-timed-out",
}
"""ACM's words for the state of a certificate, and CloudFront's."""

ASKED_FOR = {"pending-validation", "issued"}


class ManagedCertificate(acm.Certificate):
    """A certificate that CloudFront asks for: validated over HTTP, by what it answers itself."""

    def is_validated(self, name: str) -> bool:
        return leads_to_cloudfront(name)


class _Versioned:
    """What has versions, and a status that follows its changes."""

    def __init__(self) -> None:
        self.created = utcnow()
        self.changed()

    def changed(self) -> None:
        self.etag = random_id()
        self.modified = utcnow()
        self._deployed_at = time.monotonic() + control.deploy_seconds

    @property
    def status(self) -> str:
        return "Deployed" if time.monotonic() >= self._deployed_at else "InProgress"


class ConnectionGroup(_Versioned):
    """Where the names of tenants point to."""

    def __init__(self, account_id: str, given: dict[str, Any]) -> None:
        super().__init__()
        self.id = f"cg_{random_id()}"
        self.name = str(given["Name"])
        self.arn = f"arn:aws:cloudfront::{account_id}:connection-group/{self.id}"
        self.endpoint = f"d{random_id(uppercase=False)}.cloudfront.net"
        self.update(given)

    def update(self, given: dict[str, Any]) -> None:
        self.enabled = bool(given.get("Enabled", True))
        self.ipv6 = bool(given.get("Ipv6Enabled", True))
        self.changed()

    def described(self) -> dict[str, Any]:
        return {
            "Id": self.id,
            "Name": self.name,
            "Arn": self.arn,
            "CreatedTime": self.created,
            "LastModifiedTime": self.modified,
            "Ipv6Enabled": self.ipv6,
            "RoutingEndpoint": self.endpoint,
            "Status": self.status,
            "Enabled": self.enabled,
            "IsDefault": False,
        }


class Tenant(_Versioned):
    """The names of one customer on a multi-tenant distribution, with their certificate."""

    def __init__(self, account_id: str, given: dict[str, Any]) -> None:
        super().__init__()
        self.id = f"dt_{random_id()}"
        self.name = str(given["Name"])
        self.arn = f"arn:aws:cloudfront::{account_id}:distribution-tenant/{self.id}"
        self.managed: ManagedCertificate | None = None
        self.update(given)

    def update(self, given: dict[str, Any]) -> None:
        self.distribution_id = str(given["DistributionId"])
        self.group_id = str(given["ConnectionGroupId"])
        self.names = {str(each["Domain"]).lower() for each in given.get("Domains") or []}
        self.enabled = bool(given.get("Enabled", True))
        self.certificate_arn = certificate_in(given)
        self.changed()

    def described(self) -> dict[str, Any]:
        active = "active" if self.certificate_arn else "inactive"
        own = {"Certificate": {"Arn": self.certificate_arn}} if self.certificate_arn else None
        return {
            "Id": self.id,
            "DistributionId": self.distribution_id,
            "Name": self.name,
            "Arn": self.arn,
            "Domains": [{"Domain": name, "Status": active} for name in sorted(self.names)],
            "ConnectionGroupId": self.group_id,
            "CreatedTime": self.created,
            "LastModifiedTime": self.modified,
            "Enabled": self.enabled,
            "Status": self.status,
            **({"Customizations": own} if own else {}),
        }


def certificate_in(given: dict[str, Any]) -> str:
    """The ARN of the certificate that is given; empty: none."""
    own = (given.get("Customizations") or {}).get("Certificate") or {}
    return str(own.get("Arn") or "")


Entity = TypeVar("Entity", ConnectionGroup, Tenant)


class Tenants:
    """The tenants of an account, and its connection groups."""

    def __init__(self, account_id: str, distributions: Callable[[], dict[str, Deployed]]) -> None:
        self._account_id = account_id
        self._distributions = distributions
        self._tenants: dict[str, Tenant] = {}
        self._groups: dict[str, ConnectionGroup] = {}

    @property
    def all(self) -> list[Tenant]:
        return list(self._tenants.values())

    @property
    def endpoints(self) -> list[str]:
        """The names that tenants' own point to."""
        return [group.endpoint for group in self._groups.values()]

    def holding(self, names: Iterable[str]) -> Tenant | None:
        """The tenant that has one of these names."""
        wanted = set(names)
        return next((each for each in self.all if each.names & wanted), None)

    # Connection groups

    def group(self, identifier: str) -> ConnectionGroup:
        return _found(self._groups, identifier)

    def create_group(self, given: dict[str, Any]) -> ConnectionGroup:
        _refuse_taken(self._groups, given["Name"])
        group = ConnectionGroup(self._account_id, given)
        self._groups[group.id] = group
        return group

    def update_group(self, id_: str, if_match: str | None, given: dict[str, Any]) -> Any:
        group = self.group(id_)
        check_version(if_match, group.etag)
        if not given.get("Enabled", True) and self._in_group(group):
            raise Refused("ResourceInUse", "The connection group has distribution tenants.")
        group.update(given)
        return group

    def delete_group(self, id_: str, if_match: str | None) -> None:
        group = self.group(id_)
        check_version(if_match, group.etag)
        _refuse_enabled(group)
        if self._in_group(group):
            raise Refused(
                "CannotDeleteEntityWhileInUse", "The connection group has distribution tenants."
            )
        del self._groups[group.id]

    def _in_group(self, group: ConnectionGroup) -> bool:
        return any(each.group_id == group.id for each in self.all)

    # Tenants

    def tenant(self, identifier: str) -> Tenant:
        return _found(self._tenants, identifier)

    def create(self, given: dict[str, Any]) -> Tenant:
        _refuse_taken(self._tenants, given["Name"])
        if len(self._tenants) >= control.most_tenants:
            raise Refused(
                "EntityLimitExceeded",
                "Your request cannot be processed because it exceeds the maximum number of "
                "distribution tenants.",
            )
        self._check(given, None)
        tenant = Tenant(self._account_id, given)
        self._request(tenant, given)
        self._tenants[tenant.id] = tenant
        return tenant

    def update(self, id_: str, if_match: str | None, given: dict[str, Any]) -> Tenant:
        tenant = self.tenant(id_)
        check_version(if_match, tenant.etag)
        self._check(given, tenant)
        tenant.update(given)
        if tenant.managed is None or STATUS[tenant.managed.status] not in ASKED_FOR:
            self._request(tenant, given)
        return tenant

    def delete(self, id_: str, if_match: str | None) -> None:
        tenant = self.tenant(id_)
        check_version(if_match, tenant.etag)
        _refuse_enabled(tenant)
        del self._tenants[tenant.id]

    def managed(self, identifier: str) -> ManagedCertificate:
        """The certificate that CloudFront asked for, for a tenant."""
        certificate = self.tenant(identifier).managed
        if certificate is None:
            raise _not_found()
        certificate.check()
        return certificate

    def _request(self, tenant: Tenant, given: dict[str, Any]) -> None:
        if not given.get("ManagedCertificateRequest"):
            return
        tenant.managed = ManagedCertificate(
            sorted(tenant.names), "RSA_2048", self._account_id, backends.CLOUDFRONT_REGION
        )
        backends.acm().keep(tenant.managed)

    def _check(self, given: dict[str, Any], own: Tenant | None) -> None:
        distribution = self._distributions().get(str(given["DistributionId"]))
        if distribution is None:
            raise _not_found()
        if distribution.connection_mode != TENANT_ONLY:
            raise _invalid("The distribution is not a multi-tenant distribution.")
        self.group(str(given["ConnectionGroupId"]))
        names = {str(each["Domain"]).lower() for each in given.get("Domains") or []}
        others = [each for each in self.all if each is not own]
        taken = set().union(
            *(each.names for each in others),
            *(each.aliases for each in self._distributions().values()),
        )
        if names & taken:
            raise already_associated()
        arn = certificate_in(given)
        if arn:
            issued = backends.acm().issued(arn)
            if issued is None or not all(covers(issued.names, name) for name in names):
                raise _invalid("The certificate does not cover the domains of the tenant.")
        elif own is None and not given.get("ManagedCertificateRequest"):
            raise _invalid("No certificate covers the domains of the tenant.")
        if (own is None or names - own.names) and not all(map(leads_to_cloudfront, names)):
            raise _invalid(
                "The provided Domain Name is not valid. Could not verify Domain Name ownership. "
                "It may not be pointing to a valid CloudFront resource."
            )


def leads_to_cloudfront(name: str) -> bool:
    """Whether DNS leads a name to CloudFront's edge."""
    found = answer(dns.name.from_text(name), dns.rdatatype.A).answer
    addresses = [
        record.to_text() for each in found if each.rdtype == dns.rdatatype.A for record in each
    ]
    return HERE in addresses


def already_associated() -> Refused:
    return Refused(
        "CNAMEAlreadyExists",
        "One or more of the CNAMEs you provided are already associated with a different resource.",
    )


def _found(among: dict[str, Entity], identifier: str) -> Entity:
    for each in among.values():
        if identifier in (each.id, each.name, each.arn):
            return each
    raise _not_found()


def _refuse_taken(among: dict[str, Entity], name: object) -> None:
    if any(each.name == name for each in among.values()):
        raise Refused("EntityAlreadyExists", f"The entity {name} already exists.")


def _refuse_enabled(entity: ConnectionGroup | Tenant) -> None:
    if entity.enabled or entity.status != "Deployed":
        raise Refused("ResourceNotDisabled", "The specified resource has not been disabled.")


def _not_found() -> Refused:
    return Refused("EntityNotFound", "The specified entity does not exist.")


def _invalid(message: str) -> Refused:
    return Refused("InvalidArgument", message)
