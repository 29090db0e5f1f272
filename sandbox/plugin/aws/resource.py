"""What the resource types of AWS have in common."""

from collections.abc import Iterable, Mapping

from sandbox.plugin.aws.clients import Aws
from sandbox.plugin.resource import Resource
from sandbox.plugin.wire import Props


class AwsResource(Resource):
    keeps = frozenset({"region"})

    def __init_subclass__(cls) -> None:
        cls.keeps = cls.keeps | {"region"}


def split_region(identifier: str) -> tuple[str, str]:
    """An import id may end in `@region`."""
    name, _, region = identifier.partition("@")
    return name, region


def tags_of(aws: Aws, inputs: Props) -> dict[str, str]:
    return {**aws.default_tags, **inputs.get("tags", {})}


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def from_list(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}
