"""Whether a command that is only named is one that there is, with the options that it is given."""

import re
import subprocess
from functools import cache

import click

from mta_sts.cli import COMMANDS, main
from sandbox import engine
from sandbox.setting import ROOT

LIMIT = 60  # seconds
NAMED = re.compile(r"(?:\.venv/bin/)?(?:pulumi|mta-sts|make) [a-z<]")
"""How a command begins, in a text: what is said of `pulumi` alone, or of a record, is none."""


def problem(command: str) -> str | None:
    """What of it there is not."""
    program, *words = command.split("#")[0].split("|")[0].split()
    flags = [word.partition("=")[0] for word in words if re.match("--?[a-z]", word)]
    first = next((place for place, word in enumerate(words) if word in flags), len(words))
    if program == "make":
        targets = re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text())
        return None if words[0] in targets else f"no target {words[0]}"
    if program.endswith("mta-sts"):
        return _of_ours(words[0], flags) if words[0][0] != "<" else None
    return _of_the_engine(words[:first], flags)


def _of_ours(name: str, flags: list[str]) -> str | None:
    if name not in COMMANDS:
        return f"no command {name}"
    found = main.get_command(click.Context(main), name)
    known = {option for each in (found.params if found else ()) for option in each.opts}
    unknown = [flag for flag in flags if flag not in known | {"--help"}]
    return f"no option {', '.join(unknown)}" if unknown else None


def _of_the_engine(words: list[str], flags: list[str]) -> str | None:
    text = _help(*(word for word in words if re.fullmatch("[a-z-]+", word)))
    usage = re.search(r"Usage:\n +pulumi((?: [a-z-]+)*)", text)
    taken = usage[1].split() if usage else []
    if not taken or words[: len(taken)] != taken:
        return f"no command {' '.join(words)}"
    if len(words) > len(taken) and "Available Commands:" in text:
        return f"no command {' '.join(words)}"
    unknown = [flag for flag in flags if not re.search(rf"(?<![\w-]){flag}(?![\w-])", text)]
    return f"no option {', '.join(unknown)}" if unknown else None


@cache
def _help(*words: str) -> str:
    done = subprocess.run(
        [f"{engine.ensure()}/pulumi", *words, "--help"],
        timeout=LIMIT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout
