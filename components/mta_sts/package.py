"""The components as a package for every language that Pulumi has."""

import asyncio
import contextlib
import inspect
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import grpc  # type: ignore[import-untyped]
import pulumi
from pulumi.provider.experimental.analyzer import PropertyDefinition, PropertyType
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.provider import ConstructResult
from pulumi.provider.server import ComponentInitError, ProviderServicer
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pydantic.alias_generators import to_camel

from mta_sts import __version__
from mta_sts.collector import ReportCollector
from mta_sts.domain import MtaSts
from mta_sts.hosts.cloudfront import CloudFrontHost
from mta_sts.hosts.tenants import TenantHost
from mta_sts.hosts.worker import WorkerHost
from mta_sts.problems import ArgumentError
from mta_sts.program import this_run

NAME = "mta-sts"
COMPONENTS: list[type[pulumi.ComponentResource]] = [
    CloudFrontHost,
    MtaSts,
    ReportCollector,
    TenantHost,
    WorkerHost,
]
NO_LIMIT = -1  # of a message's size
INSIDE_SCRIPT = (
    "policies inside the script of a Worker need one Python program that has all of them. Set "
    "inBucket: true on the WorkerHost, and hand its output bucket, with an R2 access key, to "
    "host.worker of each MtaSts"
)

ARGUMENT = re.compile(r"(?<=^  )\w+", re.MULTILINE)
"""The key that a line of an error begins with."""


class PackageError(pulumi.RunError):
    """What a Python program can ask for, and no other. The user asks for something else."""


class Package(ComponentProvider):
    """All components, and their schema, which is inferred from them."""

    def __init__(self) -> None:
        super().__init__(COMPONENTS, NAME, version=__version__)
        self.schema = json.dumps(_cleaned(json.loads(self.schema or "")))

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: pulumi.Inputs,
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Make one component.

        Raises:
            pulumi.RunError: with words for the user.
        """
        _refuse_inside_script(name, resource_type, inputs)
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if isinstance(error.inner, pulumi.RunError):
                raise error.inner from None
            raise

    def map_input_properties(
        self,
        inputs: pulumi.Inputs,
        properties: dict[str, PropertyDefinition],
        mapping: dict[str, str],
        component_name: str,
        property_path: str,
    ) -> pulumi.Inputs:
        """Call the inputs as Python does, here and inside.

        Raises:
            PackageError: one is not in the schema, or known too late.
        """
        where = f"{property_path}." if property_path else ""
        for key, value in inputs.items():
            if key not in properties:
                allowed = ", ".join(sorted(properties))
                raise PackageError(f"{component_name}: {where}{key}: unknown; allowed: {allowed}")
            if properties[key].plain and isinstance(value, pulumi.Output):
                raise PackageError(
                    f"{component_name}: {where}{key}: must be known when the program runs, and no "
                    "secret: only values inside it, or others, may be outputs of resources"
                )
        # A whole number that is an Output is none yet, and checks of our own come later.
        without_integers = {
            key: replace(each, type=PropertyType.NUMBER)
            if each.type is PropertyType.INTEGER
            else each
            for key, each in properties.items()
        }
        return super().map_input_properties(
            inputs, without_integers, mapping, component_name, property_path
        )


class _Servicer(ProviderServicer):
    """Tells the user our words alone, without the name of their class."""

    async def Construct(  # noqa: N802 -- gRPC's name
        self,
        request: provider_pb2.ConstructRequest,
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> provider_pb2.ConstructResponse:
        this_run.set(request.monitorEndpoint)
        try:
            return await super().Construct(request, context)
        except pulumi.RunError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, _told(error))
            raise


def serve() -> None:
    """Serve the package to the engine, whose address is the first argument, until it ends this
    process. The port is the one line that is printed: the engine reads no more."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(sys.argv[1]))


async def _serve(engine: str) -> None:
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", NO_LIMIT),
            ("grpc.max_send_message_length", NO_LIMIT),
        ]
    )
    servicer = _Servicer(Package(), sys.argv[1:], engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def _told(error: pulumi.RunError) -> str:
    """What is said of it, with the keys of arguments as other languages write them."""
    if not isinstance(error, ArgumentError):
        return str(error)
    return ARGUMENT.sub(lambda key: to_camel(key[0]), str(error))


def _cleaned(schema: Any) -> Any:
    """The schema with descriptions as they are read, not as they stand in the source."""
    if isinstance(schema, list):
        return [_cleaned(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: inspect.cleandoc(value) if key == "description" and isinstance(value, str)
        else _cleaned(value)
        for key, value in schema.items()
    }  # fmt: skip


def _refuse_inside_script(name: str, resource_type: str, inputs: Mapping[str, Any]) -> None:
    kind = resource_type.rpartition(":")[2]
    host = inputs.get("host")
    worker = host.get("worker") if isinstance(host, Mapping) else None
    if (kind == "WorkerHost" and not inputs.get("inBucket")) or (
        isinstance(worker, Mapping) and "bucket" not in worker
    ):
        raise PackageError(f"{kind} {name}: {INSIDE_SCRIPT}")
