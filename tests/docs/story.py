"""Pages that tell what to do, step by step: each step is done, and what is shown is what is said.

A block of YAML with `config` is what stands in the stack's file from then on. A block `console` has
commands; below one stands what it says, if the page shows it. Of `pulumi`, pages show the lines of
the domains, and what is said of each. What else happens in the world stands in comments, such as
`<!-- on 2026-01-15 -->`: see `Story.happens`.
"""

import re
import shlex
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sandbox.cloud import Cloud
from tests.commands.test_adopt import Live
from tests.commands.typed import run as command
from tests.docs.pages import Block, blocks, page
from tests.engine.printed import DOMAIN, ROW, Printed
from tests.engine.programs import of_stack
from tests.engine.stack import Run, Stack

WIDTH = 100  # columns
DISTRIBUTION, CALLED = (
    re.compile(r"\b[a-z0-9]{13,14}\.cloudfront\.net"),
    "d111111abcdef8.cloudfront.net",
)
DOES = re.compile(r" (create|update|delete)d?( \[diff: [^]]*\])?")
STOPPED = re.compile(
    r"error: the review found .*; nothing was changed|error: domains were taken .*"
)


class Story:
    """What pages tell of one stack, one page after the other."""

    def __init__(self, cloud: Cloud, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud = cloud
        self.stack = stack
        self.monkeypatch = monkeypatch
        self.zones: dict[str, str] = {}
        self.config: dict[str, Any] = {}

    def happens(self, event: str) -> None:
        """One of: `on 2026-01-15`; `zone route53 a.example`; `MX a.example mx.b.example …`;
        `live a.example`: it has a policy that was made by hand."""
        what, *words = event.split()
        if what == "on":
            self.monkeypatch.setenv("MTA_STS_NOW", f"{words[0]}T10:00:00Z")
        elif what == "zone":
            kind, domain = words
            make = {
                "route53": self.cloud.create_zone,
                "cloudflare": self.cloud.create_cloudflare_zone,
            }
            self.zones[domain] = make[kind](domain)
        elif what == "MX":
            domain, *hosts = words
            values = [f"{10 * place} {host}." for place, host in enumerate(hosts, start=1)]
            self.cloud.put_records(self.zones[domain], [(domain, "MX", 300, values)])
        elif what == "live":
            Live(self.cloud, words[0])
        else:
            raise ValueError(f"{event}: nobody knows what that is; {__name__} says what happens")

    def told(self, name: str) -> str:
        """The page, with what was said in place of what it shows."""
        lines = page(name).read_text().splitlines(keepends=True)
        for block, text in reversed([(block, self._done(block)) for block in blocks(name)]):
            lines[block.lines] = [text]
        return "".join(lines)

    def _done(self, block: Block) -> str:
        for event in block.comments:
            self.happens(event)
        if block.language == "yaml" and "config" in (given := yaml.safe_load(block.text)):
            self.config = given["config"]
        if block.language != "console":
            return block.text
        return "".join(self._said(*each) for each in commands(block))

    def _said(self, line: str, shown: str) -> str:
        words = shlex.split(line)
        if words[0] == "mta-sts":
            result = command(*words[1:])
            failed, said = result.exit_code != 0, result.output
        elif words[0] == "pulumi" and words[1:] in (["preview"], ["up"], ["destroy"]):
            run: Run = getattr(self.stack, words[1])(self._program())
            failed, said = run.failed, of_domains(run)
            assert not failed or shown, run.printed
        else:
            raise ValueError(f"{line}: a story has no such command")
        assert shown or not failed, f"{line}: {said}"
        return f"$ {line}\n{DISTRIBUTION.sub(CALLED, said) if shown else ''}"

    def _program(self) -> Any:
        secret = self.cloud.cloudflare.secret_access_key
        return of_stack({**self.config, "mta-sts:secretAccessKey": secret})


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with what is shown below it."""
    for each in re.split(r"(?m)^\$ ", block.text)[1:]:
        line, _, shown = each.partition("\n")
        yield line, shown


def of_domains(run: Run) -> str:
    """What a run printed of the domains: the line of each, and what was said of it."""
    printed = Printed(run.printed)
    rows = {row["name"]: row for line in printed.rows if (row := ROW.match(line))}
    shown = []
    for name, row in sorted(rows.items()):
        if row["type"] != DOMAIN:
            continue
        does = DOES.match(re.sub(r" \([\d.]+s\)", "", row["rest"]))
        if does or name in printed.domains:
            shown.append(f"{row['sign'].strip() or ' '} {DOMAIN} {name}{does[0] if does else ''}")
        shown += [f"    {said}" for said in printed.domains.get(name, []) if said]
    shown += sorted(set(STOPPED.findall(run.printed)))
    return "".join(f"{line}\n" for each in shown for line in folded(DISTRIBUTION.sub(CALLED, each)))


def folded(line: str) -> list[str]:
    """A line, so that it needs no scrolling."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line, WIDTH, initial_indent="", subsequent_indent=f"{indent}  ", break_on_hyphens=False,
        break_long_words=False, drop_whitespace=True,
    )  # fmt: skip
