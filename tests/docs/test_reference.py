"""docs/reference.md is what the source says. `MTA_STS_GOLDEN=write` writes it anew."""

import re

import pytest

from mta_sts.rules import RULES, Rule
from sandbox.setting import ROOT
from tests.commands.typed import same_as_file
from tests.docs.reference import reference
from tests.docs.source import fields, ruled, severities, told, variables

PAGE = ROOT / "docs" / "reference.md"


def test_the_page_is_what_the_source_says() -> None:
    same_as_file(PAGE, reference())


def test_every_variable_is_told() -> None:
    named = re.findall(r"(?m)^\| `(MTA_STS_\w+)` \|", PAGE.read_text())
    assert sorted(named) == sorted(variables())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_is_as_bad_as_its_docstring_says(rule: Rule) -> None:
    check = rule.check
    file = f"{check.__module__.removeprefix('mta_sts.').replace('.', '/')}.py"
    said = ruled(check.__name__, check.__doc__).severity
    assert set(re.findall("error|warning|info", said)) == severities(file, check.__name__)


@pytest.mark.parametrize(
    ("text", "what", "left_out"),
    [
        ("Seconds, 1 to 5. Left out: 3.", "Seconds, 1 to 5.", "3"),
        (
            "Whether it is so. Left\nout: it is. More of it.",
            "Whether it is so. More of it.",
            "it is",
        ),
        ("Always there.", "Always there.", ""),
    ],
)
def test_what_holds_where_a_thing_is_left_out(text: str, what: str, left_out: str) -> None:
    assert told(text) == (what, left_out)


@pytest.mark.parametrize(
    "docstring", [None, "Something is wrong.", "Something is wrong.\n\nMend it.", "Error: mend it."]
)
def test_a_rule_without_a_remedy_is_named(docstring: str | None) -> None:
    with pytest.raises(ValueError, match="a-rule: its docstring begins with when it speaks"):
        ruled("a-rule", docstring)


def test_docstrings_of_fields_are_found() -> None:
    assert set(fields("account_keys.py", "AccountKeys")) == {
        "account_id", "access_key_id", "policies_in", "collect_reports_at",
    }  # fmt: skip
