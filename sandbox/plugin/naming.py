"""Names the provider gives where the program gives none: the resource's own and a random suffix."""

import hashlib

from pulumi.runtime.proto import provider_pb2

from sandbox.plugin.resource import AutoName
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import DEFAULTS, Props

RANDOM = 7  # hex digits

Options = provider_pb2.CheckRequest.AutonamingOptions


def named(
    rule: AutoName, urn_name: str, inputs: Props, old: Props, seed: bytes, options: Options | None
) -> tuple[Props, Problem | None]:
    """The value to add to the inputs, if any, and what is wrong with it, if anything."""
    if rule.key in inputs or (rule.unless and rule.unless in inputs):
        return {}, None
    if rule.key in old.get(DEFAULTS, []) and rule.key in old:
        return {rule.key: old[rule.key]}, None
    if options is not None and options.mode == Options.Mode.DISABLE:
        return {}, Problem((rule.key,), "Automatic naming is disabled: a name must be given")
    if options is not None and options.proposed_name:
        return {rule.key: options.proposed_name}, None
    prefix = rule.change(urn_name)
    if not rule.random:
        return {rule.key: prefix}, None
    suffix = hashlib.sha256(seed + urn_name.encode()).hexdigest()[:RANDOM]
    if len(prefix) + 1 + RANDOM > rule.longest:
        words = f"name '{prefix}-' plus {RANDOM} random chars is longer than maximum length"
        return {}, Problem((rule.key,), f"{words} {rule.longest}")
    return {rule.key: f"{prefix}-{suffix}"}, None
