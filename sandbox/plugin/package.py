"""What one provider is; everything else is the same for all of them."""

import importlib
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.plugin.errors import Refused
from sandbox.plugin.resource import Resource
from sandbox.plugin.schema import Schema, schema_of, sdk_version
from sandbox.plugin.wire import Props


class Api(Protocol):
    """A provider as configured: what its resources and functions make their calls with."""

    cancelled: threading.Event


@dataclass(frozen=True)
class Package:
    name: str
    """`aws`: the engine's name for it, and that of its SDK after `pulumi_`."""
    types: Mapping[str, str]
    """Token of a resource type -> the module with its class, which has the token's last name."""
    functions: Mapping[str, Callable[[Any, Props], Props]]
    configured: Callable[[Props], Api]
    """From the provider's arguments.

    Raises:
        Refused: they are not enough.
    """
    doing: Callable[[str], AbstractContextManager[None]]
    """Turns a failure of the API inside into Refused, in the real provider's words; told what is
    being done: `creating S3 Bucket (b)`."""

    @property
    def sdk(self) -> str:
        return f"pulumi_{self.name}"

    @property
    def version(self) -> str:
        return sdk_version(self.sdk)

    def resource(self, token: str) -> Resource:
        """The resource type of a token.

        Raises:
            Refused: this stand-in does not have it.
        """
        if token not in self.types:
            raise Refused(f"the sandbox's {self.name} provider has no resource type {token}")
        module = importlib.import_module(self.types[token])
        resource: Resource = getattr(module, token.rpartition(":")[2])()
        return resource

    def schema(self, source: str) -> Schema:
        return schema_of(self.sdk, source)

    def call(self, token: str, api: Api, args: Props) -> Props:
        """A function's result.

        Raises:
            Refused: this stand-in has no such function, or the API has no answer.
        """
        if token not in self.functions:
            raise Refused(f"the sandbox's {self.name} provider has no function {token}")
        with self.doing(f"invoking {token}"):
            return self.functions[token](api, args)
