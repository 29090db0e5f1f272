"""Resources that are declared by their type token and the provider's own names of inputs.

The class that a provider's package has for a type makes an Output of each property that the type
has, asked for or not, and translates every name: of what each domain has, that is most of the cost
of a preview. docs/internals.md has the figures. The plugin checks what it is given.
"""

from functools import cache
from importlib import metadata
from typing import Any, ClassVar

import pulumi


class NotInstalledError(pulumi.RunError):
    """The package that brings a provider is missing. The user installs it."""


@cache
def version_of(distribution: str, needed_for: str) -> str:
    """The version of an installed package, which is its plugin's.

    Raises:
        NotInstalledError: it is not installed.
    """
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        raise NotInstalledError(
            f"{needed_for} need the package {distribution}, which is not installed: pip install "
            f"{distribution}"
        ) from None


class Typed(pulumi.CustomResource):
    """A resource of one type. What is annotated here, or given, is an attribute."""

    TYPE: ClassVar[str]
    DISTRIBUTION: ClassVar[str]
    NEEDED_FOR: ClassVar[str]

    def __init__(self, resource: str, opts: pulumi.ResourceOptions, **inputs: Any) -> None:
        own = pulumi.ResourceOptions(version=version_of(self.DISTRIBUTION, self.NEEDED_FOR))
        super().__init__(self.TYPE, resource, inputs, pulumi.ResourceOptions.merge(own, opts))
