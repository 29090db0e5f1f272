"""`cloudflare.R2BucketLifecycle`: all the rules of a bucket."""

from collections.abc import Iterable
from typing import ClassVar

from sandbox.plugin.cloudflare import rules
from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.r2 import JURISDICTIONS, jurisdiction
from sandbox.plugin.cloudflare.resource import CloudflareResource
from sandbox.plugin.resource import Made, Operation
from sandbox.plugin.rules import each
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

CONDITION = ("condition", "type")


class R2BucketLifecycle(CloudflareResource):
    """The bucket's own rules: they are put, and never taken away."""

    source = "r2_bucket_lifecycle:R2BucketLifecycle"
    replaced_by = frozenset({"accountId", "bucketName"})
    defaults: ClassVar = {"jurisdiction": "default"}

    def rules(self, inputs: Props) -> Iterable[Problem]:
        yield from rules.one_of(inputs, ("jurisdiction",), JURISDICTIONS)
        for rule in each(inputs, "rules"):
            for what, allowed in (
                ("abortMultipartUploadsTransition", ("Age",)),
                ("deleteObjectsTransition", ("Age", "Date")),
            ):
                yield from rules.one_of(inputs, (*rule, what, *CONDITION), allowed)

    def create(self, op: Operation[Cloudflare], inputs: Props) -> Made:
        body = {"rules": inputs["rules"]} if "rules" in inputs else {}
        op.api.call("put", *_path(inputs), body=body, headers=jurisdiction(inputs))
        return Made(_id(inputs), inputs)

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        found = op.api.call("get", *_path(state), headers=jurisdiction(state))
        return Made(_id(state), {**state, "rules": found["rules"]})

    def update(self, op: Operation[Cloudflare], identifier: str, old: Props, inputs: Props) -> Made:
        return self.create(op, inputs)

    def delete(self, op: Operation[Cloudflare], identifier: str, state: Props) -> None:
        """The real provider's does nothing: the rules stay in force."""


def _path(props: Props) -> tuple[str, ...]:
    return ("accounts", props["accountId"], "r2", "buckets", props["bucketName"], "lifecycle")


def _id(props: Props) -> str:
    """The engine's; the API has none."""
    return f"{props['accountId']}__{props['bucketName']}"
