"""Which class answers which path of a service."""

from collections.abc import Iterable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from moto.core.responses import BaseResponse


def paths(
    service: str, response: type[BaseResponse] | None = None, more: Iterable[str] = ()
) -> Any:
    """What moto looks up of a service's `urls` module; `response` answers in place of moto's."""
    original = import_module(f"moto.{service}.urls")
    if response is None:
        return original
    answered = dict.fromkeys([*original.url_paths, *more], response.dispatch)
    return SimpleNamespace(url_bases=original.url_bases, url_paths=answered)
