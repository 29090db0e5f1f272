"""The shapes of releases: what a stack of each is given, and the state that it then has.

`<version>/<name>.yaml` is the configuration of the repository's own program, `<name>.py` a program
of a user's own; `<name>.json` is the state after `pulumi up`. docs/releasing.md says how a release
is kept; it is not touched any more after that.
"""

import json
import runpy
from pathlib import Path
from typing import Any

import yaml

from sandbox.cloud import Cloud
from tests.engine.programs import Program, of_stack

FOLDER = Path(__file__).parent
ON_ROUTE53 = ("cloudfront.example", "own.example")
ON_CLOUDFLARE = ("elsewhere.example", "r2.example", "route.example", "worker.example")
LEFT_OUT = ("created", "modified", "sourcePosition", "stackTrace")
"""What no run asks for of a resource."""


class Release:
    """One stack of a release."""

    def __init__(self, file: Path) -> None:
        self.version = file.parent.name
        self.file = file
        self.state = file.with_suffix(".json")

    def __str__(self) -> str:
        return f"{self.version} {self.file.stem}"

    def program(self, cloud: Cloud) -> Program:
        """What its user has: it runs with the code as it is now."""
        if self.file.suffix == ".py":
            return lambda: _run(self.file)
        config = yaml.safe_load(self.file.read_text())["config"]
        return of_stack({**config, "mta-sts:secretAccessKey": cloud.cloudflare.secret_access_key})

    def keep(self, deployment: dict[str, Any], zones: dict[str, str]) -> None:
        """Write the state down; zones by their names."""
        resources = [
            {key: value for key, value in each.items() if key not in LEFT_OUT}
            for each in deployment["resources"]
        ]
        text = json.dumps({**deployment, "resources": resources}, indent=1)
        for name, identity in zones.items():
            text = text.replace(identity, f"<zone of {name}>")
        self.state.write_text(f"{text}\n")

    def kept(self, zones: dict[str, str]) -> dict[str, Any]:
        """The state, with the zones that there are now."""
        text = self.state.read_text()
        for name, identity in zones.items():
            text = text.replace(f"<zone of {name}>", identity)
        deployment: dict[str, Any] = json.loads(text)
        return deployment


def _run(file: Path) -> None:
    runpy.run_path(str(file))


RELEASES = [
    Release(file) for file in sorted([*FOLDER.glob("*/*.yaml"), *FOLDER.glob("*/[a-z]*.py")])
]


def zones_of_all(cloud: Cloud) -> dict[str, str]:
    """The zones of all domains, new; by name the id of each."""
    zones = {name: cloud.create_zone(name) for name in ON_ROUTE53}
    return zones | {name: cloud.create_cloudflare_zone(name) for name in ON_CLOUDFLARE}
