"""The commands of the pages, run one after the other in a copy of the repository."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import yaml

from sandbox import kept
from sandbox.cloudflare.state import ACCESS_KEY_ID, ACCOUNT, SECRET_ACCESS_KEY
from sandbox.setting import ROOT
from tests.docs.pages import PAGES, blocks

FIRST, LAST = "README.md", "make sandbox-stop"
"""The page whose commands start the sandbox for all, and the one that ends it."""
LIMIT = 400  # seconds, of all of them
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".sandbox", "__pycache__", ".*_cache", ".hypothesis", "dist", "node_modules"
)
COMMIT = "git -c user.name=ops -c user.email=ops@solarmora.com commit --quiet --message 'Deployed'"
REPORTED = f"""
import boto3, cloudflare, os
cloudflare.Cloudflare().r2.buckets.create(account_id="{ACCOUNT}", name="tls-reports")
r2 = boto3.client(
    "s3", endpoint_url=os.environ["SANDBOX_R2_URL"], region_name="auto",
    aws_access_key_id="{ACCESS_KEY_ID}", aws_secret_access_key="{SECRET_ACCESS_KEY}",
)
r2.upload_file("tests/reports/samples/rfc8460.json", "tls-reports", "2026-01-10/1")
"""
"""A bucket of R2 in which a report came in."""
PREPARED = {
    "docs/ci.md": (
        "sed s/mandatory/advisory/ examples/workflows/policies.json > policies.json",
        "git init --quiet && git add stacks && " + COMMIT,
        "export CI_MERGE_REQUEST_DIFF_BASE_SHA=HEAD",
        "cp stacks/Pulumi.mail.yaml old.yaml",
        "sed --in-place s/604800/1209600/ stacks/Pulumi.mail.yaml",
    ),
    "docs/collecting.md": (f"python -c '{REPORTED}'",),
    "docs/reports.md": ("cp --recursive tests/reports/samples ~/tls-reports",),
}
"""What is there already where a page begins."""
CALLED = {
    "https://<account>.r2.cloudflarestorage.com": "$SANDBOX_R2_URL",
    "<id>": ACCESS_KEY_ID,
    "<secret>": SECRET_ACCESS_KEY,
    "<bucket>": "tls-reports",
    "--stack production": "--stack mail",
    "Pulumi.production.yaml": "Pulumi.mail.yaml",
}
"""What is called otherwise here."""


class Command(NamedTuple):
    """A command of a page, as it stands there."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


EXCUSED = {
    Command("docs/ci.md", "(cd policies && pulumi install)"): (
        "asks the package registry; tests/engine/test_policies.py runs the pack with what is here"
    ),
    Command("docs/package.md", "pulumi package add <this repository>/components"): (
        "asks the package registry; tests/engine/test_package_typescript.py runs a program with "
        "what it makes"
    ),
    Command(
        "docs/releasing.md",
        "MTA_STS_GOLDEN=write .venv/bin/pytest -n0 tests/engine/test_upgrade.py "
        "tests/test_package.py",
    ): "runs tests that run with all others",
    Command(
        "docs/releasing.md",
        ".venv/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist components",
    ): "tests/test_wheel.py does it, and uses the wheel",
}
"""Commands that are not run here, and why."""


def _commands(name: str) -> Iterator[Command]:
    for block in blocks(name):
        scripts = [block.text] if block.language == "sh" else []
        if block.language == "yaml":
            jobs = yaml.safe_load(block.text).values()
            scripts = [
                line for job in jobs if isinstance(job, dict) for line in job.get("script", ())
            ]
        for script in scripts:
            joined = re.sub(r"\\\n\s*", "", script)
            yield from (Command(name, line) for line in joined.splitlines() if line)


COMMANDS = [command for name in PAGES for command in _commands(name)]
RUN = sorted(
    (command for command in COMMANDS if command not in EXCUSED),
    key=lambda command: (command.text == LAST, command.page != FIRST),
)
"""In the order in which they are run."""


class Done(NamedTuple):
    """What came of a command."""

    status: int
    printed: str


def script() -> str:
    """All commands; each page but the first in a shell of its own, and after each its status."""
    status = "printf '\\n--- ended: %s\\n' $?"
    lines = [f"trap '{LAST} > /dev/null' EXIT"]
    for name, commands in groupby(RUN, lambda command: command.page):
        lines += ["("] * (name != FIRST)
        lines += PREPARED.get(name, ())
        for command in commands:
            text = command.text
            for called, here in CALLED.items():
                text = text.replace(called, here)
            lines += [text, status]
        lines += [")"] * (name != FIRST)
    return "".join(f"{line}\n" for line in lines)


def run_all(folder: Path) -> dict[Command, Done]:
    """Run them in a copy of the repository, below `folder`."""
    copy, home = folder / "copy", folder / "home"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    home.mkdir()
    (folder / "script.sh").write_text(script())
    done = subprocess.run(
        ["timeout", str(LIMIT), "bash", "--norc", "--noprofile", folder / "script.sh"],
        cwd=copy, check=False, text=True,
        env={
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "HOME": str(home), "XDG_CACHE_HOME": str(kept.folder().parent),
        },
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    ended = re.split(r"\n--- ended: (\d+)\n", done.stdout)
    return {
        command: Done(int(status), printed)
        for command, printed, status in zip(RUN, ended[::2], ended[1::2], strict=False)
    }
