"""What docs/command.md shows is what the command prints; tests.commands.typed writes it anew."""

import re
import shlex

import pytest

from sandbox.cloud import Cloud
from sandbox.setting import ROOT
from tests.commands.typed import run, same_as_file

PAGE = ROOT / "docs" / "command.md"
SHOWN = re.compile(r"```console\n\$ mta-sts (?P<words>.*)\n(?P<printed>(?:(?!```).*\n)*)```")


def test_the_page_shows_what_is_printed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    zone = cloud.create_zone("solarmora.com")
    hosts = ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com.", "50 backup.solarmora.net."]
    cloud.put_records(zone, [("solarmora.com", "MX", 300, hosts)])

    def shown(found: re.Match[str]) -> str:
        result = run(*shlex.split(found["words"]))
        printed = result.stderr + result.stdout
        return f"```console\n$ mta-sts {found['words']}\n{printed}```"

    same_as_file(PAGE, SHOWN.sub(shown, PAGE.read_text()))
