"""A Worker as it is uploaded, and the configuration from which workerd runs it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MODULE_KINDS = {
    "application/javascript+module": "esModule",
    "application/json": "json",
    "text/plain": "text",
    "application/octet-stream": "data",
}
"""The content types of uploaded modules, and workerd's words for them."""
NOT_PLAIN = re.compile(rb"[^A-Za-z0-9 _./:-]")
BUCKET_HEADER = "Sandbox-Bucket"
PROTO_HEADER = "X-Forwarded-Proto"

CONFIG = """\
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "script", worker = (
      modules = [{modules}],
      bindings = [{bindings}],
      compatibilityDate = {date},
    )),
    (name = "internet", network = (allow = [])),
    {buckets}
  ],
  sockets = [
    (name = "http", http = (forwardedProtoHeader = "{proto}"), service = "script"),
  ],
);
"""


class ScriptError(Exception):
    """The script cannot run. The message is workerd's, or says what the sandbox does not know."""


@dataclass(frozen=True)
class Script:
    """A Worker as it is uploaded.

    Attributes:
        modules: content type and bytes, by name.
        bindings: as the API has them: `{type: r2_bucket, name, bucket_name}`,
            `{type: plain_text, name, text}`, `{type: secret_text, name, text}`.
    """

    name: str
    main_module: str
    modules: Mapping[str, tuple[str, bytes]]
    compatibility_date: str
    bindings: list[dict[str, str]]


def write(script: Script, folder: Path, r2: str) -> Path:
    """Write what workerd needs into an empty folder; the path of its configuration.

    Args:
        r2: host and port of the R2 gateway.

    Raises:
        ScriptError: a module or a binding is of a kind that is not known here.
    """
    files = _Files(folder)
    config = folder / "config.capnp"
    if script.main_module not in script.modules:
        raise ScriptError(f"No such module: {script.main_module!r}.")
    first = sorted(script.modules, key=lambda name: name != script.main_module)
    config.write_text(
        CONFIG.format(
            modules=", ".join(_module(name, *script.modules[name], files) for name in first),
            bindings=", ".join(_binding(binding, files) for binding in script.bindings),
            date=_text(script.compatibility_date),
            buckets="\n    ".join(_service(bucket, r2) for bucket in _buckets(script)),
            proto=PROTO_HEADER,
        )
    )
    return config


class _Files:
    """Contents are files beside the configuration, so that none has to be escaped."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def embed(self, content: bytes) -> str:
        self._count += 1
        name = f"content-{self._count}"
        (self._folder / name).write_bytes(content)
        return f'embed "{name}"'


def _module(name: str, content_type: str, content: bytes, files: _Files) -> str:
    kind = MODULE_KINDS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise ScriptError(f"{name}: modules of type {content_type!r} are not known.")
    return f"(name = {_text(name)}, {kind} = {files.embed(content)})"


def _binding(binding: dict[str, str], files: _Files) -> str:
    match binding:
        case {"type": "r2_bucket", "name": name, "bucket_name": bucket}:
            return f"(name = {_text(name)}, r2Bucket = {_text(f'r2:{bucket}')})"
        case {"type": "plain_text" | "secret_text", "name": name, "text": text}:
            return f"(name = {_text(name)}, text = {files.embed(text.encode())})"
    raise ScriptError(f"A binding of type {binding.get('type')!r} is not known.")


def _buckets(script: Script) -> list[str]:
    return sorted({each["bucket_name"] for each in script.bindings if each["type"] == "r2_bucket"})


def _service(bucket: str, r2: str) -> str:
    """All buckets are one gateway, which a header tells them apart."""
    header = f'(name = "{BUCKET_HEADER}", value = {_text(bucket)})'
    return (
        f"(name = {_text(f'r2:{bucket}')}, external = "
        f'(address = "{r2}", http = (injectRequestHeaders = [{header}]))),'
    )


def _text(value: str) -> str:
    """A string of the configuration's language."""
    escaped = NOT_PLAIN.sub(lambda found: f"\\x{found[0][0]:02x}".encode(), value.encode())
    return f'"{escaped.decode()}"'
