"""AWS's errors in the words of its SDK for Go, as the real provider shows them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.plugin.errors import PartlyDone, Refused


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
        said = words(failure)
        if said is None:
            raise
        raise Refused(_one_error(f"{what}: {said}")) from None


def code(failure: Exception) -> str:
    """The error code of AWS (`NoSuchBucket`), or nothing."""
    response = getattr(failure, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def words(failure: Exception) -> str | None:
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
