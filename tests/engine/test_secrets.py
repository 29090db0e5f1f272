"""No key of a stack is written down in clear: in the state and its history, previews and logs."""

import os
import re
import subprocess
from pathlib import Path

import yaml

from sandbox.cloud import Cloud
from sandbox.demo import copy_of_the_project
from sandbox.setting import ROOT, Setting
from tests.engine.pairs import Pair, zone_of

DOMAIN = "solarmora.com"
LIMIT = 150  # seconds


def test_no_key_is_written_in_clear(cloud: Cloud, tmp_path: Path) -> None:
    """A life of a stack with a key for R2 by the command line, with all that Pulumi can tell."""
    setting = Setting(tmp_path, cloud)
    project = copy_of_the_project(tmp_path)
    zone = zone_of(cloud, Pair("r2", "cloudflare"), DOMAIN)
    file = project / "stacks" / "Pulumi.sandbox.yaml"
    configuration = yaml.safe_load(file.read_text())
    configuration["config"]["mta-sts:domains"] = {
        DOMAIN: {"mode": "testing", "mx": [f"mail.{DOMAIN}"], "host": "r2", "zone": dict(zone)}
    }
    configuration["config"]["mta-sts:cloudflare"] = {
        "accountId": cloud.cloudflare.account,
        "accessKeyId": cloud.cloudflare.access_key_id,
    }
    configuration.pop("encryptionsalt", None)  # of another passphrase
    file.write_text(yaml.safe_dump(configuration))
    secrets = {
        "R2": cloud.cloudflare.secret_access_key,
        "token": cloud.environment["CLOUDFLARE_API_TOKEN"],
        "passphrase": "a passphrase that stands nowhere else",
    }
    environment = {
        **setting.environment,
        "PULUMI_CONFIG_PASSPHRASE": secrets["passphrase"],
        "MTA_STS_NOW": "2026-01-01T00:00:00Z",  # which is logged
    }

    printed = []

    def pulumi(*words: str) -> None:
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=project, env=environment, timeout=LIMIT, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        printed.append(done.stdout)
        assert done.returncode == 0, done.stdout

    pulumi("stack", "select", "--create", "sandbox")
    pulumi("config", "set", "--secret", "mta-sts:secretAccessKey", secrets["R2"])
    pulumi("preview", "--diff", "--json")
    pulumi("up", "--yes", "--skip-preview", "--debug", "--show-config", "--diff")
    pulumi("up", "--yes", "--show-sames", "--show-reads", "--show-config")
    pulumi("stack", "--show-ids", "--show-urns")
    pulumi("stack", "output", "--json")
    pulumi("stack", "export", "--file", str(tmp_path / "exported.json"))
    pulumi("destroy", "--yes", "--diff", "--debug")

    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size < 2**24]
    texts = {str(path.relative_to(tmp_path)): path.read_bytes() for path in kept}
    assert any("secretKey" in str(text) for text in texts.values())  # it is there, encrypted
    texts |= {f"printed {number}": text.encode() for number, text in enumerate(printed)}
    found = [
        (name, where)
        for name, secret in secrets.items()
        for where, text in texts.items()
        if secret.encode() in text
    ]
    assert found == []


TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
).stdout.split()
KEYS = re.compile(
    r"AKIA(?!SANDBOX|IOSFODNN7EXAMPLE)[0-9A-Z]{16}|-----BEGIN (EC |RSA |)PRIVATE KEY|"
    r"gh[pousr]_\w{36}|pul-[0-9a-f]{40}"
)


def test_no_key_is_in_the_repository() -> None:
    found = [
        name
        for name in TRACKED
        if os.path.isfile(ROOT / name)
        and KEYS.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))
        and name != "tests/engine/test_secrets.py"
    ]
    assert found == []
