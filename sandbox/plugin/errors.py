"""What goes wrong, in the words a user of the real provider sees; never a traceback."""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Put `what` before the words of any failure inside, as the real provider does."""
    try:
        yield
    except Refused as failure:
        raise Refused(_one_error(f"{what}: {failure}")) from None
    except PartlyDone as failure:  # the engine itself says how many errors there are
        reason = f"{what}: {failure}"
        raise PartlyDone(failure.identifier, failure.state, failure.inputs, reason) from None
    except Exception as failure:
        words = aws_words(failure)
        if words is None:
            raise
        raise Refused(_one_error(f"{what}: {words}")) from None


def code(failure: Exception) -> str:
    """The error code of AWS (`NoSuchBucket`), or nothing."""
    response = getattr(failure, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def aws_words(failure: Exception) -> str | None:
    """The words of AWS's SDK for Go, which the real provider shows; None for any other failure."""
    from botocore.exceptions import (  # type: ignore[import-untyped]
        BotoCoreError,
        ClientError,
    )

    if isinstance(failure, ClientError):
        meta = failure.response.get("ResponseMetadata", {})
        error = failure.response.get("Error", {})
        return (
            f"operation error {failure.operation_name}, https response error"
            f" StatusCode: {meta.get('HTTPStatusCode', 0)}, RequestID: {meta.get('RequestId', '')},"
            f" api error {error.get('Code', 'Unknown')}: {error.get('Message', '')}"
        )
    if isinstance(failure, BotoCoreError):
        return str(failure)
    return None


def _one_error(words: str) -> str:
    words = words.removeprefix("1 error occurred:\n\t* ").rstrip()
    return f"1 error occurred:\n\t* {words}\n\n"


class Translator(grpc.ServerInterceptor):  # type: ignore[misc]
    """Turns every exception of a call into a status the engine can show."""

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
                context.abort(grpc.StatusCode.UNKNOWN, _said(failure))

        return grpc.unary_unary_rpc_method_handler(
            translated,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


def _said(failure: Exception) -> str:
    if isinstance(failure, Refused):
        return str(failure)
    words = aws_words(failure)
    if words is not None:
        return words
    place = traceback.extract_tb(failure.__traceback__)[-1]
    return (
        f"the sandbox's aws provider failed at {place.filename}:{place.lineno}:"
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
