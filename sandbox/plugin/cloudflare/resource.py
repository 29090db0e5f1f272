"""What the resource types of Cloudflare have in common."""

import json
from collections.abc import Collection
from typing import Any, ClassVar
from urllib.parse import unquote

from sandbox.plugin.cloudflare.clients import Cloudflare
from sandbox.plugin.cloudflare.errors import status
from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Made, Operation, Resource, present
from sandbox.plugin.schema import snake
from sandbox.plugin.wire import Props


class CloudflareResource(Resource):
    """A resource the API knows by an id or by some of its inputs."""

    imported: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The parts of an import id, as the real provider calls them, and the input each is; `id` for
    the resource's own."""

    def seen(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made:
        """The resource as it is; fails with 404 when it is not."""
        raise NotImplementedError

    def read(self, op: Operation[Cloudflare], identifier: str, state: Props) -> Made | None:
        if not state:
            state = self._split(identifier)
            return self.seen(op, state.pop("id", ""), state)  # fails where a refresh finds nothing
        try:
            return self.seen(op, identifier, state)
        except Exception as failure:
            if status(failure) == 404:
                return None
            raise

    def _split(self, identifier: str) -> Props:
        if not self.imported:
            raise Refused(
                "Resource Import Not Implemented: This resource does not support import. Please"
                " contact the provider developer for additional information."
            )
        parts = identifier.split("/")
        if len(parts) != len(self.imported):
            form = "/".join(f"<{part}>" for part, _ in self.imported)
            raise Refused(
                f"invalid ID: expected urlencoded segments {json.dumps(form, ensure_ascii=False)},"
                f" got {json.dumps(identifier)}"
            )
        return {key: unquote(part) for (_, key), part in zip(self.imported, parts, strict=True)}


def snaked(value: Any) -> Any:
    """An input as the API spells it."""
    if isinstance(value, dict):
        return {snake(key): snaked(item) for key, item in value.items()}
    return [snaked(item) for item in value] if isinstance(value, list) else value


def cameled(value: Any) -> Any:
    """What the API says, as an input is spelled."""
    if isinstance(value, dict):
        return {_camel(key): cameled(item) for key, item in value.items()}
    return [cameled(item) for item in value] if isinstance(value, list) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def among(found: Props, keys: Collection[str]) -> Props:
    """Of what the API says, these properties, where it says anything."""
    return {key: value for key, value in present(cameled(found)).items() if key in keys}
