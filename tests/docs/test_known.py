"""Commands that are named in the text of a page are such as there are."""

import pytest

from tests.docs.known import NAMED, problem
from tests.docs.pages import PAGES, inline


@pytest.mark.parametrize("name", PAGES)
def test_what_is_named_is_there(name: str) -> None:
    named = {code.content for code in inline(name, "code_inline") if NAMED.match(code.content)}
    assert {command: said for command in named if (said := problem(command))} == {}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("pulumi up --continue-on-error", None),
        ("pulumi config set --secret mta-sts:secretAccessKey", None),
        ("pulumi import", None),
        ("pulumi upp", "no command upp"),
        ("pulumi stack inti mail", "no command stack inti mail"),
        ("pulumi up --continue", "no option --continue"),
        ("mta-sts check --smtp <domain>", None),
        ("mta-sts chek", "no command chek"),
        ("mta-sts check --smpt", "no option --smpt"),
        ("make demo", None),
        ("make domo", "no target domo"),
    ],
)
def test_what_is_not_there_is_told(command: str, said: str | None) -> None:
    assert problem(command) == said
