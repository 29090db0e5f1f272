"""Puts the plugin where the engine looks for the real one."""

import shlex
import sys
from pathlib import Path

from sandbox.plugin.schema import sdk_version

REPOSITORY = Path(__file__).resolve().parents[2]


def install(pulumi_home: Path) -> None:
    """Make `$PULUMI_HOME/plugins/resource-aws-v<version of the SDK>` run this plugin."""
    folder = pulumi_home / "plugins" / f"resource-aws-v{sdk_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    command = folder / "pulumi-resource-aws"
    scratch = command.with_suffix(".new")
    scratch.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(REPOSITORY))}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "export PYTHONPATH\n"
        f'exec {shlex.quote(sys.executable)} -m sandbox.plugin "$@"\n'
    )
    scratch.chmod(0o755)
    scratch.replace(command)
