"""`aws.route53.Record`."""

from collections.abc import Iterable
from typing import Any

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code
from sandbox.plugin.aws.resource import AwsResource
from sandbox.plugin.errors import PartlyDone, Refused
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import UNKNOWN, Props

TYPES = (
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS",
    "TLSA", "SSHFP", "SVCB", "HTTPS",
)  # fmt: skip
INSYNC = 30 * 60.0  # seconds
QUOTED = ("TXT", "SPF")


class Record(AwsResource):
    source = "route53.record:Record"
    label = "Route53 Record"
    replaced_by = frozenset({"name", "zoneId"})
    sets = frozenset({"records"})
    keeps = frozenset({"allowOverwrite"})
    computed = frozenset({"allowOverwrite", "fqdn"})
    unsupported = frozenset(
        {
            "cidrRoutingPolicy", "failoverRoutingPolicies", "geolocationRoutingPolicies",
            "geoproximityRoutingPolicy", "healthCheckId", "latencyRoutingPolicies",
            "multivalueAnswerRoutingPolicy", "setIdentifier", "weightedRoutingPolicies",
        }
    )  # fmt: skip

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or f"{props.get('name', '')} {props.get('type', '')}"

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.one_of(inputs, ("type",), TYPES)
        yield from rules.exactly_one(inputs, "aliases", "records")
        if "aliases" in inputs:
            yield from rules.conflicts(inputs, "aliases", "ttl")
        else:
            yield from rules.together(inputs, "ttl", "records")
        yield from rules.length(inputs, ("aliases",), 0, 1)
        for alias in rules.each(inputs, "aliases"):
            yield from rules.length(inputs, (*alias, "name"), 1, 1024)
            yield from rules.length(inputs, (*alias, "zoneId"), 1, 32)
        if inputs["zoneId"] == "":
            yield Problem(("zoneId",), '"zone_id" must not be empty, got ')

    def normal(self, inputs: Props) -> Props:
        spelled = dict(inputs)
        if isinstance(inputs.get("name"), str):
            spelled["name"] = _plain_name(inputs["name"])
        if "aliases" in inputs:
            spelled["aliases"] = [
                {**alias, "name": _plain_name(alias.get("name", ""))}
                for alias in inputs["aliases"]
                if isinstance(alias, dict)
            ]
        return spelled

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
        return self._change(op, inputs, [(action, inputs)])

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        zone, name, kind = _split(identifier) if "zoneId" not in state else (
            _clean_zone(state["zoneId"]), state["name"], state["type"],
        )  # fmt: skip
        route53 = op.api.client("route53")
        origin = _origin(route53, zone)
        if origin is None:
            return None
        found = _find(route53, zone, _expand(name, origin), kind)
        if found is None:
            return None
        seen = {
            "allowOverwrite": state.get("allowOverwrite", False),
            "fqdn": _expand(name, origin),
            "name": name if "name" in state else _plain_name(name),
            "type": kind,
            "zoneId": state.get("zoneId", zone),
            **_found_props(found, kind),
        }
        return Made(_identifier(seen), seen)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        if old["type"] == inputs["type"]:
            return self._change(op, inputs, [("UPSERT", inputs)])
        # One batch: no moment without a record.
        action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
        return self._change(op, inputs, [("DELETE", old), (action, inputs)])

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        route53 = op.api.client("route53")
        zone = _clean_zone(state["zoneId"])
        origin = _origin(route53, zone)
        found = origin and _find(route53, zone, _expand(state["name"], origin), state["type"])
        if not found:
            return
        try:
            answer = route53.change_resource_record_sets(
                HostedZoneId=zone,
                ChangeBatch={
                    "Comment": "Deleted by Terraform",
                    "Changes": [{"Action": "DELETE", "ResourceRecordSet": found}],
                },
            )
        except Exception as failure:
            if code(failure) == "InvalidChangeBatch":  # as the real provider has it
                return
            raise
        _wait(op, answer["ChangeInfo"]["Id"])

    def _change(self, op: Operation[Aws], inputs: Props, batch: list[tuple[str, Props]]) -> Made:
        route53 = op.api.client("route53")
        zone = _clean_zone(inputs["zoneId"])
        origin = _origin(route53, zone)
        if origin is None:
            raise Refused(
                f"reading Route 53 Hosted Zone ({zone}): operation error Route 53: GetHostedZone,"
                " https response error StatusCode: 404, api error NoSuchHostedZone: No hosted"
                f" zone found with ID: {zone}"
            )
        changes = [
            {"Action": action, "ResourceRecordSet": _record_set(props, origin)}
            for action, props in batch
        ]
        answer = route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Comment": "Managed by Terraform", "Changes": changes}
        )
        state = {
            "allowOverwrite": False,
            **inputs,
            "fqdn": _expand(inputs["name"], origin),
        }
        identifier = _identifier(state)
        try:
            _wait(op, answer["ChangeInfo"]["Id"])
        except Refused as failure:
            reason = f"waiting for Route 53 Record ({identifier}) synchronize: {failure}"
            raise PartlyDone(identifier, state, inputs, reason) from None
        return Made(identifier, state)


def _plain_name(name: str) -> str:
    return name if name == UNKNOWN else name.removesuffix(".").lower()


def _clean_zone(zone: str) -> str:
    return zone.removeprefix("/hostedzone/").removeprefix("/change/")


def _expand(name: str, origin: str) -> str:
    """The full name, without the last dot, of one that may be relative to the zone."""
    name = _plain_name(name)
    if not name:
        return origin
    return name if name == origin or name.endswith(f".{origin}") else f"{name}.{origin}"


def _identifier(props: Props) -> str:
    return f"{_clean_zone(props['zoneId'])}_{_plain_name(props['name'])}_{props['type']}"


def _split(identifier: str) -> tuple[str, str, str]:
    """`ZONE_name_TYPE`, where the name may have underscores of its own."""
    parts = identifier.split("_")
    for index, part in enumerate(parts[1:], start=1):
        if part in TYPES and index > 1:
            return parts[0], "_".join(parts[1:index]).removesuffix("."), part
    raise Refused(
        f"unexpected format of ID ({identifier}), expected ZONEID_RECORDNAME_TYPE_SET-IDENTIFIER"
        " (e.g. Z4KAPRWWNC7JR_dev.example.com_NS_dev), where SET-IDENTIFIER is optional"
    )


def _origin(route53: Any, zone: str) -> str | None:
    """The zone's name without the last dot, or None."""
    try:
        return str(route53.get_hosted_zone(Id=zone)["HostedZone"]["Name"]).removesuffix(".")
    except Exception as failure:
        if code(failure) == "NoSuchHostedZone":
            return None
        raise


def _find(route53: Any, zone: str, fqdn: str, kind: str) -> Any:
    answer = route53.list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=f"{fqdn}.", StartRecordType=kind, MaxItems="1"
    )
    for found in answer["ResourceRecordSets"]:
        name = found["Name"].removesuffix(".").lower().replace("\\052", "*")
        if (name, found["Type"]) == (fqdn, kind):
            return found
    return None


def _record_set(props: Props, origin: str) -> dict[str, Any]:
    made: dict[str, Any] = {"Name": _expand(props["name"], origin), "Type": props["type"]}
    if "records" in props:
        made["ResourceRecords"] = [
            {"Value": _quote(value) if props["type"] in QUOTED else value}
            for value in props["records"]
        ]
        if "ttl" in props:
            made["TTL"] = props["ttl"]
    for alias in props.get("aliases", []):
        made["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    return made


def _found_props(found: Any, kind: str) -> Props:
    if "AliasTarget" in found:
        target = found["AliasTarget"]
        alias = {
            "name": _plain_name(target["DNSName"]),
            "zoneId": target["HostedZoneId"],
            "evaluateTargetHealth": target["EvaluateTargetHealth"],
        }
        return {"aliases": [alias]}
    values = [record["Value"] for record in found.get("ResourceRecords", [])]
    return {
        "records": [_unquote(value) if kind in QUOTED else value for value in values],
        "ttl": found.get("TTL", 0),
    }


def _quote(value: str) -> str:
    return f'"{value}"'


def _unquote(value: str) -> str:
    return value.removeprefix('"').removesuffix('"')


def _wait(op: Operation[Aws], change: str) -> None:
    route53 = op.api.client("route53")
    last = "PENDING"

    def in_sync() -> bool | None:
        nonlocal last
        last = route53.get_change(Id=_clean_zone(change))["ChangeInfo"]["Status"]
        return True if last == "INSYNC" else None

    op.wait(
        in_sync, state=lambda: f"state to become 'INSYNC' (last state: '{last}'", longest=INSYNC
    )
