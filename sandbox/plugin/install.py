"""Puts the plugins where the engine looks for the real ones."""

import shlex
import sys
from pathlib import Path

from sandbox.plugin.package import Package
from sandbox.plugin.packages import PACKAGES

REPOSITORY = Path(__file__).resolve().parents[2]


def install(pulumi_home: Path) -> None:
    """Make `$PULUMI_HOME/plugins/resource-<name>-v<version of the SDK>` run these plugins."""
    for package in PACKAGES.values():
        _install(package, pulumi_home / "plugins" / f"resource-{package.name}-v{package.version}")


def _install(package: Package, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / f"pulumi-resource-{package.name}"
    scratch = command.with_suffix(".new")
    scratch.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(REPOSITORY))}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "export PYTHONPATH\n"
        f'exec {shlex.quote(sys.executable)} -m sandbox.plugin {package.name} "$@"\n'
    )
    scratch.chmod(0o755)
    scratch.replace(command)
