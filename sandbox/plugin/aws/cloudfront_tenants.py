"""`aws.cloudfront.DistributionTenant` and `aws.cloudfront.ConnectionGroup`."""

from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource, as_list, from_list, tags_of
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import AutoName, Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

DEPLOYED = 30 * 60.0  # seconds
ISSUED = 3 * 60 * 60.0  # seconds, which no timeout of the user changes


def _there(call: Any) -> Any:
    """What a call finds; None where it finds nothing."""
    try:
        return call()
    except Exception as failure:
        if code(failure) == "EntityNotFound":
            return None
        raise


def _tags(op: Operation[Aws], arn: str) -> Props:
    listed = op.api.client("cloudfront").list_tags_for_resource(Resource=arn)
    tags = from_list(listed["Tags"].get("Items") or [])
    own = {key: value for key, value in tags.items() if op.api.default_tags.get(key) != value}
    return {"tags": own, "tagsAll": tags}


def _tagged(op: Operation[Aws], inputs: Props) -> dict[str, Any]:
    tags = as_list(tags_of(op.api, inputs))
    return {"Tags": {"Items": tags}} if tags else {}


class ConnectionGroup(AwsResource):
    source = "cloudfront.connection_group:ConnectionGroup"
    label = "CloudFront Connection Group"
    replaced_by = frozenset({"name"})
    defaults: ClassVar = {"enabled": True, "ipv6Enabled": False, "waitForDeployment": True}
    autoname = AutoName("name", longest=64)
    computed = frozenset(
        {"arn", "etag", "isDefault", "lastModifiedTime", "routingEndpoint", "status", "tagsAll"}
    )
    volatile = frozenset({"etag", "lastModifiedTime", "status"})
    unsupported = frozenset({"anycastIpListId", "timeouts"})

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        made = client.create_connection_group(
            Name=inputs["name"],
            Enabled=inputs["enabled"],
            Ipv6Enabled=inputs["ipv6Enabled"],
            **_tagged(op, inputs),
        )
        identifier = made["ConnectionGroup"]["Id"]
        self._wait(op, identifier)
        return self._made(op, identifier, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        answer = _there(lambda: client.get_connection_group(Identifier=identifier))
        if answer is None:
            return None
        found = answer["ConnectionGroup"]
        return Made(
            found["Id"],
            {
                "arn": found["Arn"],
                "enabled": found["Enabled"],
                "etag": answer["ETag"],
                "ipv6Enabled": found["Ipv6Enabled"],
                "isDefault": found["IsDefault"],
                "lastModifiedTime": str(found["LastModifiedTime"]),
                "name": found["Name"],
                "routingEndpoint": found["RoutingEndpoint"],
                "status": found["Status"],
                "waitForDeployment": state.get("waitForDeployment", True),
                **_tags(op, found["Arn"]),
            },
        )

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        client.update_connection_group(
            Id=identifier,
            IfMatch=client.get_connection_group(Identifier=identifier)["ETag"],
            Enabled=inputs["enabled"],
            Ipv6Enabled=inputs["ipv6Enabled"],
        )
        self._wait(op, identifier)
        return self._made(op, identifier, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        client = op.api.client("cloudfront")
        found = _there(lambda: client.get_connection_group(Identifier=identifier))
        if found is None:
            return
        if found["ConnectionGroup"]["Enabled"]:
            found = client.update_connection_group(
                Id=identifier, IfMatch=found["ETag"], Enabled=False
            )
            self._wait(op, identifier)
        client.delete_connection_group(Id=identifier, IfMatch=found["ETag"])

    def _wait(self, op: Operation[Aws], identifier: str) -> None:
        client = op.api.client("cloudfront")

        def deployed() -> bool | None:
            found = client.get_connection_group(Identifier=identifier)["ConnectionGroup"]
            return found["Status"] == "Deployed" or None

        op.wait(deployed, state=lambda: "state to become 'Deployed'", longest=DEPLOYED)

    def _made(self, op: Operation[Aws], identifier: str, inputs: Props) -> Made:
        made = self.read(op, identifier, inputs)
        if made is None:
            raise Refused("couldn't find resource")
        return made


class DistributionTenant(AwsResource):
    source = "cloudfront.distribution_tenant:DistributionTenant"
    label = "CloudFront Distribution Tenant"
    replaced_by = frozenset({"distributionId"})
    sets = frozenset({"domains", "parameters"})
    keeps = frozenset({"connectionGroupId", "domains.status"})
    defaults: ClassVar = {"enabled": True, "waitForDeployment": True}
    autoname = AutoName("name", longest=128)
    computed = frozenset({"arn", "connectionGroupId", "etag", "status", "tagsAll"})
    reflected = frozenset({"customizations"})
    volatile = frozenset({"etag", "status"})
    unsupported = frozenset(
        {"customizations.geoRestriction", "customizations.webAcl", "parameters", "timeouts"}
    )

    def rules(self, inputs: Props) -> Iterable[Problem]:
        host = ("managedCertificateRequest", "validationTokenHost")
        yield from rules.one_of(inputs, host, ("cloudfront", "self-hosted"))

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        made = client.create_distribution_tenant(
            Name=inputs["name"], **_config(inputs), **_request(inputs), **_tagged(op, inputs)
        )
        return self._ready(op, made["DistributionTenant"]["Id"], inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        answer = _there(lambda: client.get_distribution_tenant(Identifier=identifier))
        if answer is None:
            return None
        found = answer["DistributionTenant"]
        arn = (found.get("Customizations") or {}).get("Certificate", {}).get("Arn")
        kept = ("managedCertificateRequest", "waitForDeployment")
        return Made(
            found["Id"],
            {
                **{key: state[key] for key in kept if key in state},
                **({"customizations": {"certificate": {"arn": arn}}} if arn else {}),
                "arn": found["Arn"],
                "connectionGroupId": found["ConnectionGroupId"],
                "distributionId": found["DistributionId"],
                "domains": [
                    {"domain": each["Domain"], "status": each["Status"]}
                    for each in found["Domains"]
                ],
                "enabled": found["Enabled"],
                "etag": answer["ETag"],
                "name": found["Name"],
                "status": found["Status"],
                **_tags(op, found["Arn"]),
            },
        )

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        # What is ignored of the program is as it was.
        kept = {"customizations": old["customizations"]} if "customizations" in old else {}
        client.update_distribution_tenant(
            Id=identifier,
            IfMatch=client.get_distribution_tenant(Identifier=identifier)["ETag"],
            **_config({**kept, **inputs}),
            **_request(inputs),
        )
        return self._ready(op, identifier, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        client = op.api.client("cloudfront")
        answer = _there(lambda: client.get_distribution_tenant(Identifier=identifier))
        if answer is None:
            return
        if answer["DistributionTenant"]["Enabled"]:
            client.update_distribution_tenant(
                Id=identifier,
                IfMatch=answer["ETag"],
                **{**_as_it_is(answer["DistributionTenant"]), "Enabled": False},
            )
            self._wait(op, identifier)
        etag = client.get_distribution_tenant(Identifier=identifier)["ETag"]
        client.delete_distribution_tenant(Id=identifier, IfMatch=etag)

    def _ready(self, op: Operation[Aws], identifier: str, inputs: Props) -> Made:
        """Deployed, and with the certificate that was asked for. A failure leaves it in AWS, and
        not in the state."""
        if inputs["waitForDeployment"]:
            self._wait(op, identifier)
            if "managedCertificateRequest" in inputs:
                self._attach(op, identifier)
        made = self.read(op, identifier, inputs)
        if made is None:
            raise Refused("couldn't find resource")
        return made

    def _attach(self, op: Operation[Aws], identifier: str) -> None:
        client = op.api.client("cloudfront")
        whose = f"CloudFront Distribution Tenant ({identifier}) managed certificate"

        def issued() -> Any:
            answer = client.get_managed_certificate_details(Identifier=identifier)
            details = answer["ManagedCertificateDetails"]
            status = details["CertificateStatus"]
            if status == "pending-validation":
                return None
            if status != "issued":
                raise Refused(f"{whose} issuance failed: {whose} failed with status: {status}")
            return details

        try:
            details = op.wait(issued, state=lambda: f"{whose} to be issued", longest=ISSUED)
        except Refused as failure:
            raise Refused(
                f"waiting CloudFront Distribution Tenant ({identifier}) managed certificate: "
                f"{failure}"
            ) from None
        answer = client.get_distribution_tenant(Identifier=identifier)
        certificate = {"Certificate": {"Arn": details["CertificateArn"]}}
        client.update_distribution_tenant(
            Id=identifier,
            IfMatch=answer["ETag"],
            **{**_as_it_is(answer["DistributionTenant"]), "Customizations": certificate},
        )
        self._wait(op, identifier)

    def _wait(self, op: Operation[Aws], identifier: str) -> None:
        client = op.api.client("cloudfront")

        def deployed() -> bool | None:
            found = client.get_distribution_tenant(Identifier=identifier)["DistributionTenant"]
            return found["Status"] == "Deployed" or None

        op.wait(deployed, state=lambda: "state to become 'Deployed'", longest=DEPLOYED)


def _config(inputs: Props) -> dict[str, Any]:
    arn = (inputs.get("customizations") or {}).get("certificate", {}).get("arn")
    group = inputs.get("connectionGroupId")
    return {
        "DistributionId": inputs["distributionId"],
        "Domains": [{"Domain": each["domain"]} for each in inputs.get("domains", [])],
        "Enabled": inputs["enabled"],
        **({"ConnectionGroupId": group} if group else {}),
        **({"Customizations": {"Certificate": {"Arn": arn}}} if arn else {}),
    }


def _request(inputs: Props) -> dict[str, Any]:
    asked = inputs.get("managedCertificateRequest")
    if not asked:
        return {}
    made = {"ValidationTokenHost": asked["validationTokenHost"]}
    if "primaryDomainName" in asked:
        made["PrimaryDomainName"] = asked["primaryDomainName"]
    return {"ManagedCertificateRequest": made}


def _as_it_is(found: Any) -> dict[str, Any]:
    """What changes nothing of a tenant."""
    own = found.get("Customizations")
    return {
        "DistributionId": found["DistributionId"],
        "ConnectionGroupId": found["ConnectionGroupId"],
        "Domains": [{"Domain": each["Domain"]} for each in found["Domains"]],
        "Enabled": found["Enabled"],
        **({"Customizations": own} if own else {}),
    }
