"""The example programs in Python, with their configuration."""

import json
import runpy
from typing import Any

import pulumi
import pulumi.runtime

from sandbox.setting import ROOT
from tests.engine.programs import Program


def example(path: str, **given: Any) -> Program:
    """The program in `examples/<path>`. What is given is its configuration: a key without a colon
    is the program's own, and what is no string is JSON."""

    def program() -> None:
        values = {
            key if ":" in key else f"{pulumi.get_project()}:{key}": value
            if isinstance(value, str)
            else json.dumps(value)
            for key, value in given.items()
        }
        pulumi.runtime.set_all_config(values)
        runpy.run_path(str(ROOT / "examples" / path / "__main__.py"))

    return program
