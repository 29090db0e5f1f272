"""Files that hold what is printed, whole. `MTA_STS_GOLDEN=write` writes them anew."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from mta_sts.cli import main
from sandbox.setting import ROOT

GOLDEN = Path(__file__).with_name("golden")
SCHEMAS = ROOT / "docs" / "schema"
WRITE = os.environ.get("MTA_STS_GOLDEN") == "write"


def run(*words: object, given: bytes | None = None) -> Result:
    """The command as its user types it; `given` is its standard input."""
    return CliRunner().invoke(main, [str(word) for word in words], given, prog_name="mta-sts")


def same_as_file(file: Path, text: str) -> None:
    if WRITE:
        file.write_text(text)
    assert text == file.read_text(), f"{file} differs; see {__name__}"


def same_as_golden(name: str, text: str) -> None:
    same_as_file(GOLDEN / f"{name}.txt", text)


def schema_is_of(command: str, kind: Any) -> None:
    """docs/schema/<command>.json is the schema of what the command prints."""
    schema = TypeAdapter(kind).json_schema(mode="serialization")
    text = json.dumps(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}, indent=2
    )
    same_as_file(SCHEMAS / f"{command}.json", f"{text}\n")


def as_documented(command: str, printed: str) -> Any:
    """What was printed, which must be as docs/schema/<command>.json has it."""
    found = json.loads(printed)
    schema = json.loads((SCHEMAS / f"{command}.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(found)
    return found
