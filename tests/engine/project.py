"""A program of any language, in a folder of its own, on the real engine: it uses the package."""

import json
import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pulumi import automation

from sandbox import languages
from sandbox.setting import ROOT
from tests.engine.stack import Run, run

EXAMPLES = ROOT / "examples"
STACK = "test"


class Project:
    """A copy of an example, with a stack."""

    def __init__(self, example: str, directory: Path, environment: Mapping[str, str]) -> None:
        self.folder = directory / example
        shutil.copytree(EXAMPLES / example, self.folder)
        self.file = self.folder / "Pulumi.yaml"
        self.program = yaml.safe_load(self.file.read_text())
        self.program["packages"]["mta-sts"] = str(ROOT / "components")
        self.write()
        (directory / "state").mkdir(exist_ok=True)
        self.environment = {
            **environment,
            "PATH": os.pathsep.join([environment["PATH"], str(languages.ensure())]),
            "PULUMI_BACKEND_URL": f"file://{directory / 'state'}",
        }

    def write(self) -> None:
        """Take what was changed in `program`."""
        self.file.write_text(json.dumps(self.program))  # which is YAML, and has no aliases

    def configure(self, **values: Any) -> None:
        """The stack's configuration."""
        self.program["config"] = {name: {"value": value} for name, value in values.items()}
        self.write()

    def properties(self, resource: str) -> dict[str, Any]:
        """The properties of a resource, where the program is in YAML."""
        found: dict[str, Any] = self.program["resources"][resource]["properties"]
        return found

    def preview(self) -> Run:
        return run(self._stack, "preview")

    def up(self, **options: Any) -> Run:
        """Deploy it, without a preview before."""
        return run(self._stack, "up", **options)

    def forget(self) -> None:
        """Lose the state: what was made is nobody's."""
        self._stack.workspace.remove_stack(STACK, force=True)
        del self._stack

    def state(self) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        return list((self._stack.export_stack().deployment or {}).get("resources", []))

    @cached_property
    def _stack(self) -> automation.Stack:
        return automation.create_or_select_stack(
            STACK,
            work_dir=str(self.folder),
            opts=automation.LocalWorkspaceOptions(env_vars=self.environment),
        )
