"""What a user has around `pulumi`: an engine, a state, credentials, a zone with mail in it."""

import os
import shlex
import subprocess
from pathlib import Path

from sandbox import engine
from sandbox.cloud import Cloud
from sandbox.plugin.install import install

ROOT = Path(__file__).parent.parent
DOMAIN = "solarmora.com"
ON_CLOUDFLARE = ("solarmora.net", "solarmora.org", "solarmora.eu")
"""The domains whose zones are at Cloudflare."""
MX = ("10 mail.solarmora.com.", "20 mx1.solarmora.net.", "30 backupmx.solarmora.com.")
PASSPHRASE = "sandbox"  # noqa: S105 -- of a state that lives as long as the sandbox
COMMAND_TIMEOUT = 300.0  # seconds


class Setting:
    """A Pulumi home and state in `directory`, working against `cloud`."""

    def __init__(self, directory: Path, cloud: Cloud) -> None:
        self.directory = directory
        self.cloud = cloud
        (directory / "state").mkdir(parents=True, exist_ok=True)
        install(directory / "pulumi")
        self.path = [str(ROOT / ".venv" / "bin"), str(engine.ensure())]
        self.exports = {
            "PULUMI_HOME": str(directory / "pulumi"),
            "PULUMI_BACKEND_URL": f"file://{directory / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **cloud.environment,
        }

    def seed(self) -> None:
        """The zones of the examples' domains, each with the same MX hosts."""
        zones = {DOMAIN: self.cloud.create_zone(DOMAIN)}
        zones |= {name: self.cloud.create_cloudflare_zone(name) for name in ON_CLOUDFLARE}
        for name, zone in zones.items():
            self.cloud.put_records(zone, [(name, "MX", 300, list(MX))])

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, as the commands should see it."""
        path = os.pathsep.join([*self.path, os.environ["PATH"]])
        return {**os.environ, **self.exports, "PATH": path}

    def write_exports(self, file: Path) -> None:
        """Write the same as lines for a shell; the file is there only once it is whole."""
        lines = [f"export {name}={shlex.quote(value)}" for name, value in self.exports.items()]
        lines.append(f"export PATH={shlex.quote(os.pathsep.join(self.path))}:$PATH")
        draft = file.with_suffix(".draft")
        draft.write_text("\n".join(lines) + "\n")
        draft.rename(file)

    def pulumi(self, *words: str, cwd: Path = ROOT) -> str:
        """Run `pulumi`, which must succeed, and give what it printed."""
        return subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=cwd, env=self.environment, timeout=COMMAND_TIMEOUT,
            check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ).stdout  # fmt: skip
