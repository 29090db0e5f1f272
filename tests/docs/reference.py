"""docs/reference.md, made from the package's schema, the keys, the rules and the commands."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import click
import yaml
from pydantic.alias_generators import to_camel

from mta_sts.account_keys import AccountKeys
from mta_sts.cli import main
from mta_sts.inspection import kinds
from mta_sts.inspection.kinds import KINDS, Kind
from mta_sts.keys import StackKeys
from mta_sts.problems import ALLOWED
from mta_sts.review import ACCEPT_UNUSED, CODES, NOT_CHECKED, accept_unused, not_checked
from mta_sts.rules import RULES
from sandbox.setting import ROOT
from tests.docs.source import Told, configured, fields, ruled, told

SCHEMA = json.loads((ROOT / "docs" / "schema" / "package.json").read_text())
PREFIX = "mta-sts:index:"
CONTEXTS = {
    "ReportCollector": " of a collector",
    "TenantHost": " of tenants",
    "WorkerHost": " of a Worker",
}
REVIEW = "#findings-of-the-review"
PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}
COMMANDS = ("suggest", "policy", "check", "reports", "review")

Row = tuple[str, ...]

INTRODUCTION = """\
# Reference

Made from the source by the tests: change it there, not here. What a thing is for, and the order in
which to do things, is in the [pages for each task](../README.md#pages).

- [Configuration of a stack](#configuration-of-a-stack)
- [Components](#components)
- [Findings of the review](#findings-of-the-review)
- [Findings of `mta-sts check`](#findings-of-mta-sts-check)
- [Commands](#commands): options, [exit status](#exit-status), [environment](#environment)
"""
STACK = """\
## Configuration of a stack

What stands under `config` in `stacks/Pulumi.<stack>.yaml`. What is wrong there is said all at once,
before anything is made.
"""
COMPONENTS = """\
## Components

The names are those of YAML and TypeScript. In Python they have underscores: `max_age` for `maxAge`.
What is marked *plain* must be known when the program runs; the others may be outputs of resources.
"""
FINDINGS = """\
## Findings of the review

What `pulumi preview`, `pulumi up` and `mta-sts review` say of a domain: see [review](review.md). An
error stops the run. It is a warning where the policy does not change, and where `accept` has its
code with a reason.
"""
INSPECTION = """\
## Findings of `mta-sts check`

See [check](check.md). Notes do not count for the exit status; *unknown* is what could not be looked
at.
"""


def reference() -> str:
    """The whole page."""
    parts = [INTRODUCTION, *_stack(), *_components(), *_findings(), *_inspection(), *_commands()]
    return "\n".join(parts)


def table(head: Row, rows: Iterable[Row]) -> str:
    """A table of Markdown. A column in which nothing stands is left out."""
    rows = list(rows)
    kept = [column for column in range(len(head)) if any(row[column] for row in rows)]
    lines = [head, ("---",) * len(head), *(tuple(map(_cell, row)) for row in rows)]
    return "".join(f"| {' | '.join(line[column] for column in kept)} |\n" for line in lines)


def _cell(text: str) -> str:
    """As Markdown shows it: outside of code, what stands in angle brackets would be a tag."""
    apart = text.replace("|", "\\|").split("`")
    apart[::2] = [each.replace("<", "\\<") for each in apart[::2]]
    return "`".join(apart)


def _allowed(key: str, context: str = "") -> str:
    text = ALLOWED.get(key + context) or ALLOWED.get(key, "")
    return text.replace(", ".join(CODES), f"[here]({REVIEW})")


HEAD = ("", "type", "what it is", "allowed", "left out")


def _stack() -> Iterator[str]:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    given = {name: each["description"] for name, each in _inputs("MtaSts").items()}
    secret = fields("checks.py", "Account")["secret"]
    described = {
        "domains": project["mta-sts:domains"]["description"],
        "domainsFile": project["mta-sts:domainsFile"]["description"],
        "cloudflare": AccountKeys.__doc__ or "",
        "secretAccessKey": f"{secret} Set it by `pulumi config set --secret`.",
        "lookUp": given["lookUp"],
    }
    if described.keys() != configured():
        raise ValueError(f"__main__.py reads {configured()}; told here are {set(described)}")
    yield STACK
    rows = ((f"`mta-sts:{name}`", told(text)) for name, text in described.items())
    yield table(HEAD, ((name, "", it.what, "", it.left_out) for name, it in rows))
    own = {to_camel(name): text for name, text in fields("keys.py", "StackKeys").items()}
    yield "### Keys of a domain, in `mta-sts:domains`\n"
    yield table(HEAD, _keys(StackKeys, {**given, **own}, " in a stack"))
    account = fields("account_keys.py", "AccountKeys")
    yield "### Keys of an account, in `mta-sts:cloudflare`\n"
    yield table(HEAD, _keys(AccountKeys, {to_camel(name): text for name, text in account.items()}))


def _keys(keys: Any, described: Mapping[str, str], context: str = "") -> Iterator[Row]:
    for field, info in keys.model_fields.items():
        name = to_camel(field)
        what, allowed, left_out = _told(described[name], name, context)
        yield f"`{name}`", "", what, allowed, "**needed**" if info.is_required() else left_out


def _told(text: str, name: str, context: str = "") -> tuple[str, str, str]:
    said: Told = told(text)
    return said.what, _allowed(name, context), said.left_out


def _inputs(component: str) -> Any:
    return SCHEMA["resources"][PREFIX + component]["inputProperties"]


def _components() -> Iterator[str]:
    yield COMPONENTS
    for token, each in sorted(SCHEMA["resources"].items()):
        name = token.removeprefix(PREFIX)
        yield f"### {name}\n"
        yield f"{' '.join(each['description'].split())}\n"
        inputs, needed = each["inputProperties"], each.get("requiredInputs", [])
        yield table(("argument", *HEAD[1:]), _properties(inputs, needed, CONTEXTS.get(name, "")))
        outputs = each["properties"].items()
        rows = ((f"`{key}`", _type(it), " ".join(it["description"].split())) for key, it in outputs)
        yield table(("output", "type", "what it is"), rows)
    for token, each in sorted(SCHEMA["types"].items()):
        yield f"#### {token.removeprefix(PREFIX)}\n"
        yield f"{' '.join(each['description'].split())}\n"
        yield table(("key", *HEAD[1:]), _properties(each["properties"], each.get("required", [])))


def _properties(
    properties: Mapping[str, Any], needed: Iterable[str], context: str = ""
) -> Iterator[Row]:
    for name, each in properties.items():
        what, allowed, left_out = _told(each["description"], name, context)
        plain = "*plain* " if each.get("plain") else ""
        is_needed = "**needed**" if name in needed else left_out
        yield f"`{name}`", plain + _type(each), what, allowed, is_needed


def _type(given: Mapping[str, Any]) -> str:
    if "$ref" in given:
        name = given["$ref"].rpartition(":")[2]
        return "any" if "pulumi.json" in given["$ref"] else f"[{name}](#{name.lower()})"
    if given["type"] == "array":
        return f"list of {_type(given['items'])}"
    if given["type"] == "object":
        return f"mapping to {_type(given['additionalProperties'])}"
    return PLAIN[given["type"]]


def _findings() -> Iterator[str]:
    yield FINDINGS
    checks: dict[str, Callable[..., object]] = {rule.code: rule.check for rule in RULES}
    checks |= {NOT_CHECKED: not_checked, ACCEPT_UNUSED: accept_unused}
    rules = {code: ruled(code, checks[code].__doc__) for code in CODES}
    rows = ((f"`{code}`", it.severity, it.when, it.remedy) for code, it in rules.items())
    yield table(("code", "severity", "when", "what to do"), rows)


def _inspection() -> Iterator[str]:
    yield INSPECTION
    others = [each for each in vars(kinds).values() if isinstance(each, Kind)]
    every = [(each, each.rule) for each in others]
    every += [(each, str(vars(error)["rule"])) for error, each in KINDS.items()]
    rows = (
        (f"`{each.code}`", rule, each.severity or "error under enforce, else warning", each.advice)
        for each, rule in sorted(every, key=lambda pair: pair[0].code)
    )
    yield table(("finding", "what should hold", "if not", "what to do"), rows)


def _commands() -> Iterator[str]:
    yield "## Commands\n\nWhat each is for: [command.md](command.md).\n"
    context = click.Context(main, info_name="mta-sts")
    statuses: dict[str, dict[str, str]] = {}
    variables: dict[str, str] = {}
    for name in COMMANDS:
        command = main.get_command(context, name)
        if command is None:
            raise ValueError(f"there is no command {name}")
        of = click.Context(command, info_name=name, parent=context)
        yield f"### {' '.join(command.get_usage(of).removeprefix('Usage: ').split())}\n"
        options = [each for each in command.params if isinstance(each, click.Option)]
        yield table(("option", ""), (record for each in options if (record := _option(each, of))))
        variables |= {found[2]: found[1] for each in options if (found := _variable(each))}
        statuses[name] = dict(_statuses(command.help or ""))
    yield "### Exit status\n"
    numbers = sorted({number for each in statuses.values() for number in each}, key=int)
    rows = ((f"`{name}`", *(each.get(n, "") for n in numbers)) for name, each in statuses.items())
    yield table(("command", *numbers), rows)
    yield "### Environment\n"
    clock = fields("program.py")["CLOCK"]
    named = {f"`{name}`": text for name, text in {**variables, "MTA_STS_NOW": clock}.items()}
    yield table(("variable", "`pulumi` and `mta-sts`"), named.items())


def _option(option: click.Option, context: click.Context) -> Row | None:
    record = option.get_help_record(context)
    return (f"`{record[0]}`", " ".join(record[1].split())) if record else None


def _variable(option: click.Option) -> re.Match[str] | None:
    """What an option says that a variable says, too."""
    return re.search(r"(.*) \[(MTA_STS_\w+)\]", option.help or "")


def _statuses(text: str) -> Iterator[tuple[str, str]]:
    said = " ".join(text.split()).partition("Exit status: ")[2].rstrip(".")
    for each in re.split(r"[;,] (?=\d+ )", said):
        number, _, means = each.partition(" ")
        yield number, means
