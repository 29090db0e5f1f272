"""The plugin's own protocol, spoken without an engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.plugin.aws import AWS
from sandbox.plugin.package import Package
from sandbox.plugin.server import serve_in_process
from sandbox.plugin.wire import DEFAULTS, UNKNOWN, Props, dump, load

TYPES = {
    "Bucket": "aws:s3/bucket:Bucket",
    "BucketObjectv2": "aws:s3/bucketObjectv2:BucketObjectv2",
    "BucketOwnershipControls": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "BucketPolicy": "aws:s3/bucketPolicy:BucketPolicy",
    "BucketVersioning": "aws:s3/bucketVersioning:BucketVersioning",
    "Certificate": "aws:acm/certificate:Certificate",
    "Distribution": "aws:cloudfront/distribution:Distribution",
    "ConnectionGroup": "aws:cloudfront/connectionGroup:ConnectionGroup",
    "DistributionTenant": "aws:cloudfront/distributionTenant:DistributionTenant",
    "MultitenantDistribution": "aws:cloudfront/multitenantDistribution:MultitenantDistribution",
    "Function": "aws:cloudfront/function:Function",
    "OriginAccessControl": "aws:cloudfront/originAccessControl:OriginAccessControl",
    "Record": "aws:route53/record:Record",
    "DnsRecord": "cloudflare:index/dnsRecord:DnsRecord",
    "R2Bucket": "cloudflare:index/r2Bucket:R2Bucket",
    "R2BucketLifecycle": "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
    "R2CustomDomain": "cloudflare:index/r2CustomDomain:R2CustomDomain",
    "WorkersCustomDomain": "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
    "WorkersRoute": "cloudflare:index/workersRoute:WorkersRoute",
    "WorkersScript": "cloudflare:index/workersScript:WorkersScript",
}

__all__ = ["UNKNOWN", "Plugin", "partly_made", "refused", "served"]


class Plugin:
    """One engine's connection to a plugin; resources are all named `it`."""

    def __init__(self, port: int, **configuration: Any) -> None:
        channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)]
        )
        self._stub = provider_pb2_grpc.ResourceProviderStub(channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=dump(configuration)))

    def check_config(self, news: Props) -> list[str]:
        answer = self._stub.CheckConfig(provider_pb2.CheckRequest(news=dump(news)))
        return [failure.reason for failure in answer.failures]

    def check(self, kind: str, inputs: Props, old: Props | None = None) -> tuple[Props, list[str]]:
        """The checked inputs, and what is wrong with them."""
        request = provider_pb2.CheckRequest(
            urn=_urn(kind), news=dump(inputs), olds=dump(old or {}), randomSeed=b"seed"
        )
        answer = self._stub.Check(request)
        return load(answer.inputs), [failure.reason for failure in answer.failures]

    def diff(self, kind: str, old: Props, new: Props) -> Any:
        old_inputs, _ = self.check(kind, old)
        news, _ = self.check(kind, new, old_inputs)
        request = provider_pb2.DiffRequest(
            urn=_urn(kind), id="it", old_inputs=dump(old_inputs), news=dump(news)
        )
        return self._stub.Diff(request)

    def create(self, kind: str, inputs: Props) -> tuple[str, Props]:
        checked, wrong = self.check(kind, inputs)
        assert not wrong
        request = provider_pb2.CreateRequest(urn=_urn(kind), properties=dump(checked))
        answer = self._stub.Create(request)
        return answer.id, load(answer.properties)

    def planned(self, kind: str, old: Props, state: Props, new: Props) -> Props:
        """The outputs an update is expected to have."""
        old_inputs, _ = self.check(kind, old)
        news, _ = self.check(kind, new, old_inputs)
        request = provider_pb2.UpdateRequest(
            urn=_urn(kind),
            id="it",
            olds=dump(state),
            old_inputs=dump(old_inputs),
            news=dump(news),
            preview=True,
        )
        return load(self._stub.Update(request).properties)

    def update(self, kind: str, identifier: str, state: Props, inputs: Props) -> Props:
        checked, wrong = self.check(kind, inputs)
        assert not wrong
        request = provider_pb2.UpdateRequest(
            urn=_urn(kind), id=identifier, olds=dump(state), news=dump(checked)
        )
        return load(self._stub.Update(request).properties)

    def delete(self, kind: str, identifier: str, state: Props) -> None:
        self._stub.Delete(
            provider_pb2.DeleteRequest(urn=_urn(kind), id=identifier, properties=dump(state))
        )

    def refresh(
        self, kind: str, identifier: str, state: Props, inputs: Props
    ) -> tuple[Props, Props] | None:
        """Outputs and inputs as they are, or None when it is gone."""
        checked, _ = self.check(kind, inputs)
        request = provider_pb2.ReadRequest(
            urn=_urn(kind), id=identifier, properties=dump(state), inputs=dump(checked)
        )
        answer = self._stub.Read(request)
        if not answer.id:
            return None
        return load(answer.properties), _plain(load(answer.inputs))

    def read(self, kind: str, identifier: str) -> tuple[Props, Props]:
        """Outputs and inputs, as an import has them."""
        answer = self._stub.Read(provider_pb2.ReadRequest(urn=_urn(kind), id=identifier))
        return load(answer.properties), _plain(load(answer.inputs))

    def invoke(self, token: str, args: Props) -> Props:
        answer = self._stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=dump(args)))
        return load(getattr(answer, "return"))


def refused(call: Any, *arguments: Any) -> str:
    """What the user sees of a call that must fail."""
    with pytest.raises(grpc.RpcError) as failure:
        call(*arguments)
    words = str(failure.value.details())
    assert "Traceback" not in words
    assert "provider failed at" not in words
    return words


def partly_made(failure: grpc.RpcError) -> Any:
    """What a create that failed half-way tells the engine to keep, and why."""
    metadata = dict(failure.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    partly = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(partly)
    return partly


def _plain(inputs: Props) -> Props:
    return {key: value for key, value in inputs.items() if key != DEFAULTS}


def _urn(kind: str) -> str:
    return f"urn:pulumi:dev::test::{TYPES[kind]}::it"


@contextmanager
def served(package: Package = AWS, **configuration: Any) -> Iterator[Plugin]:
    with serve_in_process(package) as port:
        yield Plugin(port, **configuration)
