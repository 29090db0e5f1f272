"""Cloudflare's errors in the words of its SDK for Go, as the real provider shows them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.plugin.errors import PartlyDone, Refused


@contextmanager
def doing(what: str) -> Iterator[None]:
    """The words of any failure inside; they do not say `what`, nor does the real provider."""
    try:
        yield
    except (Refused, PartlyDone):
        raise
    except Exception as failure:
        said = words(failure)
        if said is None:
            raise
        raise Refused(said) from None


def status(failure: Exception) -> int:
    """The HTTP status of an answer that was a failure; 0 for any other."""
    return int(getattr(failure, "status_code", 0))


def words(failure: Exception) -> str | None:
    """The words for a failed call; None for any other failure."""
    from cloudflare import APIConnectionError, APIStatusError
    from httpx import codes

    if isinstance(failure, APIStatusError):
        asked, answer = failure.request, failure.response
        phrase = codes.get_reason_phrase(answer.status_code)
        said = f'{asked.method} "{asked.url}": {answer.status_code} {phrase} {answer.text.strip()}'
    elif isinstance(failure, APIConnectionError):
        reason = failure.__cause__ or failure
        said = f'{failure.request.method.title()} "{failure.request.url}": {reason}'
    else:
        return None
    return f"failed to make http request: {said}"
