"""`aws.cloudfront.Function` and `aws.cloudfront.OriginAccessControl`."""

from collections.abc import Iterable
from typing import Any, ClassVar

from sandbox.plugin import rules
from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.aws.errors import code, doing, words
from sandbox.plugin.aws.resource import AwsResource
from sandbox.plugin.errors import PartlyDone, Refused
from sandbox.plugin.resource import AutoName, Made, Operation
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

LARGEST_CODE = 10 * 1024  # bytes


class OriginAccessControl(AwsResource):
    source = "cloudfront.origin_access_control:OriginAccessControl"
    label = "CloudFront Origin Access Control"
    defaults: ClassVar = {"description": "Managed by Pulumi"}
    autoname = AutoName("name", longest=64)
    computed = frozenset({"arn", "etag"})
    volatile = frozenset({"etag"})

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or str(props.get("name", ""))

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.length(inputs, ("name",), 1, 64)
        yield from rules.length(inputs, ("description",), 0, 256)
        yield from rules.one_of(
            inputs,
            ("originAccessControlOriginType",),
            ("s3", "mediastore", "mediapackagev2", "lambda"),
        )
        yield from rules.one_of(inputs, ("signingBehavior",), ("never", "always", "no-override"))
        yield from rules.one_of(inputs, ("signingProtocol",), ("sigv4",))

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        client = op.api.client("cloudfront")
        made = client.create_origin_access_control(OriginAccessControlConfig=_config(inputs))
        return self._made(op, made["OriginAccessControl"]["Id"])

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        try:
            found = client.get_origin_access_control(Id=identifier)
        except Exception as failure:
            if code(failure) == "NoSuchOriginAccessControl":
                return None
            raise
        config = found["OriginAccessControl"]["OriginAccessControlConfig"]
        state = {
            "arn": f"arn:aws:cloudfront::{op.api.account()}:origin-access-control/{identifier}",
            "description": config.get("Description") or "",
            "etag": found["ETag"],
            "name": config["Name"],
            "originAccessControlOriginType": config["OriginAccessControlOriginType"],
            "signingBehavior": config["SigningBehavior"],
            "signingProtocol": config["SigningProtocol"],
        }
        return Made(identifier, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        op.api.client("cloudfront").update_origin_access_control(
            Id=identifier, IfMatch=old["etag"], OriginAccessControlConfig=_config(inputs)
        )
        return self._made(op, identifier)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        client = op.api.client("cloudfront")
        try:
            client.delete_origin_access_control(Id=identifier, IfMatch=state["etag"])
        except Exception as failure:
            if code(failure) != "NoSuchOriginAccessControl":
                raise

    def _made(self, op: Operation[Aws], identifier: str) -> Made:
        made = self.read(op, identifier, {})
        if made is None:
            raise Refused("couldn't find resource")
        return made


def _config(inputs: Props) -> dict[str, str]:
    return {
        "Name": inputs["name"],
        "Description": inputs["description"],
        "OriginAccessControlOriginType": inputs["originAccessControlOriginType"],
        "SigningBehavior": inputs["signingBehavior"],
        "SigningProtocol": inputs["signingProtocol"],
    }


class Function(AwsResource):
    source = "cloudfront.function:Function"
    label = "CloudFront Function"
    replaced_by = frozenset({"name"})
    defaults: ClassVar = {"publish": True}
    autoname = AutoName("name", longest=64)
    computed = frozenset({"arn", "etag", "liveStageEtag", "status", "tagsAll"})
    volatile = frozenset({"etag", "liveStageEtag", "status"})
    unsupported = frozenset({"keyValueStoreAssociations", "tags"})

    def name(self, props: Props, identifier: str = "") -> str:
        return identifier or str(props.get("name", ""))

    def rules(self, inputs: Props) -> Iterable[Problem]:
        runtimes = ("cloudfront-js-1.0", "cloudfront-js-2.0")
        yield from rules.one_of(inputs, ("runtime",), runtimes)
        words = "must be 1 to 64 letters, digits, hyphens and underscores"
        yield from rules.matches(inputs, ("name",), r"^[a-zA-Z0-9_-]{1,64}$", words)

    def create(self, op: Operation[Aws], inputs: Props) -> Made:
        _check_size(inputs)
        client = op.api.client("cloudfront")
        name = inputs["name"]
        made = client.create_function(Name=name, **_function(inputs))
        if inputs.get("publish", True):
            self._publish(op, name, made["ETag"], inputs)
        return self._made(op, name, inputs)

    def read(self, op: Operation[Aws], identifier: str, state: Props) -> Made | None:
        client = op.api.client("cloudfront")
        try:
            found = client.describe_function(Name=identifier, Stage="DEVELOPMENT")
        except Exception as failure:
            if code(failure) == "NoSuchFunctionExists":
                return None
            raise
        summary = found["FunctionSummary"]
        config = summary["FunctionConfig"]
        body = client.get_function(Name=identifier, Stage="DEVELOPMENT")["FunctionCode"].read()
        state = {
            "arn": summary["FunctionMetadata"]["FunctionARN"],
            "code": body.decode(),
            "comment": config.get("Comment") or "",
            "etag": found["ETag"],
            "liveStageEtag": _live_etag(client, identifier),
            "name": summary["Name"],
            "publish": state.get("publish", True),
            "runtime": config["Runtime"],
            "status": summary.get("Status", ""),
            "tagsAll": {},
        }
        return Made(identifier, state)

    def update(self, op: Operation[Aws], identifier: str, old: Props, inputs: Props) -> Made:
        _check_size(inputs)
        client = op.api.client("cloudfront")
        etag = old["etag"]
        keys = ("code", "comment", "runtime")
        if any((inputs.get(key) or "") != (old.get(key) or "") for key in keys):
            changed = client.update_function(Name=identifier, IfMatch=etag, **_function(inputs))
            etag = changed["ETag"]
        if inputs.get("publish", True):
            with doing(f"publishing CloudFront Function ({identifier})"):
                client.publish_function(Name=identifier, IfMatch=etag)
        return self._made(op, identifier, inputs)

    def delete(self, op: Operation[Aws], identifier: str, state: Props) -> None:
        client = op.api.client("cloudfront")
        try:
            client.delete_function(Name=identifier, IfMatch=state["etag"])
        except Exception as failure:
            if code(failure) != "NoSuchFunctionExists":
                raise

    def _publish(self, op: Operation[Aws], name: str, etag: str, inputs: Props) -> None:
        """Publish one just made: when that fails, the function is there all the same."""
        try:
            op.api.client("cloudfront").publish_function(Name=name, IfMatch=etag)
        except Exception as failure:
            said = words(failure)
            if said is None:
                raise
            made = self._made(op, name, inputs)
            reason = f"publishing CloudFront Function ({name}): {said}"
            raise PartlyDone(name, made.state, inputs, reason) from None

    def _made(self, op: Operation[Aws], name: str, inputs: Props) -> Made:
        made = self.read(op, name, inputs)
        if made is None:
            raise Refused("couldn't find resource")
        return made


def _function(inputs: Props) -> dict[str, Any]:
    return {
        "FunctionConfig": {"Comment": inputs.get("comment", ""), "Runtime": inputs["runtime"]},
        "FunctionCode": inputs["code"].encode(),
    }


def _check_size(inputs: Props) -> None:
    """CloudFront's own limit: the real provider leaves it to the API."""
    if len(inputs["code"].encode()) > LARGEST_CODE:
        raise Refused(
            "https response error StatusCode: 413, api error FunctionSizeLimitExceeded: The"
            f" function code exceeds the limit of {LARGEST_CODE} bytes."
        )


def _live_etag(client: Any, name: str) -> str:
    try:
        return str(client.describe_function(Name=name, Stage="LIVE")["ETag"])
    except Exception as failure:
        if code(failure) == "NoSuchFunctionExists":
            return ""
        raise
