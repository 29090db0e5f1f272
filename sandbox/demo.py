"""`make demo`: a deploy, a change, and what a sending mail server sees of both.

Everything printed was seen over DNS and HTTPS, or said by the engine; what was expected and did not
happen ends it with an error.
"""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from mta_sts.inspection.domain import inspect
from mta_sts.inspection.terminal import show
from mta_sts.protocol import Policy
from mta_sts.protocol.sender import Vantage, look
from sandbox.cloud import Cloud
from sandbox.loopback import NoAddressError
from sandbox.setting import COMMAND_TIMEOUT, DOMAIN, ROOT, Setting
from sandbox.watcher import Watcher

EDGE_LAG = 2.0  # seconds
MX = ["mail.solarmora.com", "*.solarmora.net", "backupmx.solarmora.com"]
FURTHER_MX = "mx4.solarmora.com"
BEFORE = Policy(mode="testing", mx=MX, max_age=604800)
AFTER = Policy(mode="testing", mx=[*MX, FURTHER_MX], max_age=604800)

ON_CLOUDFLARE = "solarmora.net"
SECRET = "mta-sts:secretAccessKey"  # noqa: S105 -- what it is called

DONE = re.compile(r"\s*([+~-])\s+(\S+:\S+) (\S+) (created|updated|deleted) \(([\d.]+)s\)")
PLANNED = re.compile(
    r"\s*([+~-])\s+(\S+:\S+) (\S+) (?:create|update|delete)(?: \[diff: (.*)\])?\s*$"
)


class DemoFailedError(Exception):
    """Something that the demo shows did not happen."""


class Demo:
    """The steps, in order."""

    def __init__(self, cloud: Cloud, setting: Setting, project: Path, console: Console) -> None:
        self.cloud = cloud
        self.setting = setting
        self.project = project
        self.console = console
        self.vantage = Vantage.from_environment(setting.environment)

    def run(self) -> None:
        """Run every step. Raises DemoFailedError at the first that is not as it should be."""
        self.setting.pulumi("stack", "select", "--create", "sandbox", cwd=self.project)
        with self.step(f"Deploy {DOMAIN}"):
            self.pulumi("up", "--yes", "--skip-preview", lines=DONE)
        with self.step("Look it up as a sending mail server does"):
            self.check(DOMAIN)
        with self.step("A second domain, on Cloudflare: its file in R2"):
            self.add()
            self.check(ON_CLOUDFLARE)
        with self.step("One MX more: what would change"):
            path = f'mta-sts:domains["{DOMAIN}"].mx[{len(MX)}]'
            self.pulumi("config", "set", "--path", path, FURTHER_MX)
            printed = self.pulumi("preview", lines=PLANNED)
            self.review(printed)
        with self.step(f"Deploy it, a sender watching, behind an edge that lags {EDGE_LAG:g} s"):
            self.change()
        with self.step("Once more: nothing changes"):
            self.repeat()
        with self.step("Take it down"):
            self.destroy()

    def add(self) -> None:
        """What a domain on Cloudflare needs is configured, and deployed beside the first."""
        account = self.cloud.cloudflare
        file = self.project / "stacks" / "Pulumi.sandbox.yaml"
        configuration = yaml.safe_load(file.read_text())
        added = {
            "mta-sts:cloudflare": {
                "accountId": account.account,
                "accessKeyId": account.access_key_id,
            },
            "mta-sts:domains": {
                ON_CLOUDFLARE: {
                    "mode": "testing", "mx": MX, "zone": "cloudflare", "host": "r2",
                }
            },
        }  # fmt: skip
        domains = configuration["config"]["mta-sts:domains"] | added["mta-sts:domains"]
        configuration["config"] |= {**added, "mta-sts:domains": domains}
        file.write_text(yaml.safe_dump(configuration, sort_keys=False))
        shown = yaml.safe_dump(added, sort_keys=False)
        self.console.print(Padding(escape(shown.rstrip()), (0, 0, 0, 4)))
        self.pulumi("config", "set", "--secret", SECRET, account.secret_access_key)
        self.pulumi("up", "--yes", "--skip-preview", lines=DONE)

    def check(self, domain: str) -> None:
        """A sender finds the policy that the configuration describes."""
        self.command("mta-sts", "check", domain)
        seen = asyncio.run(inspect(domain, self.vantage))
        show(seen, self.console)
        found = seen.policy.id if seen.policy else None
        expect(found == BEFORE.id, "the sender should find the configured policy")
        expect(seen.id_matches is True, "the id should be the hash of what is served")

    def review(self, printed: str) -> None:
        """What the preview says of the domain: the change in mail's terms, and its risks."""
        heading = f"  mta-sts:index:MtaSts ({DOMAIN}):\n"
        expect(heading in printed, "the preview should say what changes")
        said = printed.partition(heading)[2].partition("\n\n")[0]
        for line in said.splitlines():
            self.console.print(Padding(escape(line.strip()), (0, 0, 0, 4)))

    def change(self) -> None:
        """The file is live before the record names it, though the edge lags."""
        began = datetime.now(UTC)
        with Watcher(DOMAIN, self.vantage) as watcher:
            self.pulumi("up", "--yes", "--skip-preview", lines=DONE)
        written = [call for call in self.cloud.log if call.operation == "PutObject"][-1]
        seen = [event for event in watcher.events if event.id == AFTER.id]
        expect([event.what for event in seen] == ["file", "record"], "the file, then the record")
        expect(not watcher.misled, f"no sender should be misled: {watcher.misled}")
        self.console.print("\n  As the sender saw it:")
        for at, what in (
            (datetime.fromtimestamp(written.time, UTC), "the bucket has the new file"),
            (seen[0].at, f"the edge serves it, id {AFTER.id[:8]}…"),
            (seen[1].at, f"the record names it, id {BEFORE.id[:8]}… -> {AFTER.id[:8]}…"),
        ):
            self.console.print(f"  [bold]{(at - began).total_seconds():6.2f} s[/]  {what}")
        self.console.print(
            f"  It looked {watcher.looks} times: no failure, and no older policy than announced."
        )

    def repeat(self) -> None:
        """A further `up` writes nothing."""
        writes = len(self.cloud.log)
        printed = self.pulumi("up", "--yes", "--skip-preview", lines=DONE)
        unchanged = re.search(r"(\d+) unchanged", printed)
        expect(unchanged is not None, "the engine should count what is unchanged")
        expect(len(self.cloud.log) == writes, "no call that writes should be made")
        count = unchanged.group(1) if unchanged else ""
        self.console.print(f"  {count} resources unchanged; the cloud was asked to write nothing")

    def destroy(self) -> None:
        """All is gone, the record first."""
        self.pulumi("destroy", "--yes", "--skip-preview", lines=DONE)
        for domain in (DOMAIN, ON_CLOUDFLARE):
            sight = asyncio.run(look(domain, self.vantage))
            expect(sight.record is None and sight.body is None, "no record, no file is left")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A heading, and at the end the time it took."""
        self.console.print(f"\n[bold cyan]{title}[/]")
        began = time.monotonic()
        yield
        self.console.print(f"  [dim]{time.monotonic() - began:.1f} s[/]")

    def command(self, *words: str) -> None:
        """Print a command as a user types it."""
        words = tuple(
            "…" if word == self.cloud.cloudflare.secret_access_key else word for word in words
        )
        shown = " ".join(f"'{word}'" if set(word) & set('"[]*') else word for word in words)
        self.console.print(f"  [bold]$ {shown}[/]", highlight=False, markup=True)

    def pulumi(self, *words: str, lines: re.Pattern[str] | None = None) -> str:
        """Run `pulumi`, printing the lines that match as they come; all that it printed."""
        self.command("pulumi", *words)
        process = subprocess.Popen(
            ["timeout", str(COMMAND_TIMEOUT), "pulumi", *words, "--non-interactive"],
            cwd=self.project, env=self.setting.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        printed = []
        for line in process.stdout or ():
            printed.append(line)
            found = lines.match(line) if lines else None
            if found:
                self.resource(*found.groups(default=""))
        text = "".join(printed)
        expect(process.wait() == 0, f"pulumi {words[0]} failed:\n{text}")
        return text

    def resource(self, sign: str, kind: str, name: str, *rest: str) -> None:
        """One line of what the engine did, or would do, to a resource."""
        colour = {"+": "green", "~": "yellow", "-": "red"}[sign]
        *_, module, kind = kind.split(":")
        kind = kind if module == "index" else f"{module}:{kind}"
        last = rest[-1] + (" s" if rest[-1][:1].isdigit() else "")
        self.console.print(f"  [{colour}]{sign}[/] {kind:<30} {name:<36} [dim]{last}[/]")


def expect(holds: bool, what: str) -> None:
    """Raises DemoFailedError unless it holds."""
    if not holds:
        raise DemoFailedError(what)


def copy_of_the_project(directory: Path) -> Path:
    """The repository's own program and stack, where the demo may change the configuration."""
    project = directory / "project"
    shutil.copytree(ROOT / "stacks", project / "stacks")
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, project / name)
    (project / ".venv").symlink_to(ROOT / ".venv")
    return project


def show_all(console: Console) -> None:
    """Run the demo against a cloud of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="mta-sts-demo-") as folder,
        Cloud(edge_lag=EDGE_LAG) as cloud,
    ):
        console.print("[bold]MTA-STS: never announced before it is live[/]")
        console.print(
            "The cloud is a sandbox on this machine; engine, program and checks are real."
        )
        setting = Setting(Path(folder), cloud)
        setting.seed()
        Demo(cloud, setting, copy_of_the_project(Path(folder)), console).run()


def main() -> None:
    """Run the demo; exit status 1 where it failed."""
    console = Console(highlight=False, width=max(Console().width, 100))
    began = time.monotonic()
    try:
        show_all(console)
    except (DemoFailedError, NoAddressError) as failure:
        console.print(f"\n[bold red]The demo failed:[/] {escape(str(failure))}")
        sys.exit(1)
    console.print(f"\n[bold green]All of it happened, in {time.monotonic() - began:.0f} s.[/]")


if __name__ == "__main__":
    main()
