"""What goes wrong, in the words a user of the real provider sees; never a traceback."""

import traceback
from collections.abc import Callable
from typing import Any, NoReturn

import grpc  # type: ignore[import-untyped]
from google.protobuf import any_pb2  # type: ignore[import-untyped]
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.plugin.wire import Props, dump


class Refused(Exception):  # noqa: N818
    """The operation failed; the message is for the user. Nothing was made."""


class PartlyDone(Exception):  # noqa: N818
    """The resource exists, but making it ready failed: the engine records it and says why.

    The next `up` updates it.
    """

    def __init__(self, identifier: str, state: Props, inputs: Props, reason: str) -> None:
        super().__init__(reason)
        self.identifier = identifier
        self.state = state
        self.inputs = inputs


class Translator(grpc.ServerInterceptor):  # type: ignore[misc]
    """Turns every exception of a call into a status the engine can show."""

    def __init__(self, package: str) -> None:
        self._package = package

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler
        serve = handler.unary_unary

        def translated(request: Any, context: grpc.ServicerContext) -> Any:
            try:
                return serve(request, context)
            except PartlyDone as failure:
                _abort_partly(context, failure)
            except Exception as failure:
                if context.code() is not None:  # the call has ended itself
                    raise
                context.abort(grpc.StatusCode.UNKNOWN, self._said(failure))

        return grpc.unary_unary_rpc_method_handler(
            translated,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _said(self, failure: Exception) -> str:
        if isinstance(failure, Refused):
            return str(failure)
        place = traceback.extract_tb(failure.__traceback__)[-1]
        return (
            f"the sandbox's {self._package} provider failed at {place.filename}:{place.lineno}:"
            f" {type(failure).__name__}: {failure}"
        )


def _abort_partly(context: grpc.ServicerContext, failure: PartlyDone) -> NoReturn:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=failure.identifier,
        properties=dump(failure.state),
        inputs=dump(failure.inputs),
        reasons=[str(failure)],
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    status = status_pb2.Status(
        code=grpc.StatusCode.UNKNOWN.value[0], message=str(failure), details=[packed]
    )
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(failure))
    raise AssertionError("abort always raises")
