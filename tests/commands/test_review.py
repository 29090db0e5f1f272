"""`mta-sts review`, as its user types it."""

import json
from pathlib import Path

import pytest

from mta_sts.protocol import Policy
from tests.commands.typed import run

DOMAIN = "solarmora.com"
TESTING = Policy(mode="testing", mx=["mail.solarmora.com"], max_age=604800)
ENFORCE = Policy(mode="enforce", mx=["mail.solarmora.com", "*.solarmora.net"], max_age=2592000)

STACK = """\
config:
  mta-sts:domains:
    solarmora.com:
      mode: {mode}
      mx: [mail.solarmora.com]
      zone: route53
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "testing.txt").write_bytes(TESTING.render())
    (tmp_path / "enforce.txt").write_bytes(ENFORCE.render())
    (tmp_path / "testing.yaml").write_text(STACK.format(mode="testing"))
    (tmp_path / "none.yaml").write_text(STACK.format(mode="none"))
    (tmp_path / "wrong.yaml").write_text(STACK.format(mode="Enforce"))
    (tmp_path / "other.yaml").write_text("config: {}\n")
    (tmp_path / "empty").write_text("")
    return tmp_path


def test_a_review_for_people(files: Path) -> None:
    result = run(
        "review", files / "testing.txt", files / "enforce.txt",
        "--domain", "Solarmora.com", "--since", "2026-01-01", "--offline",
    )  # fmt: skip
    lines = result.output.splitlines()
    assert lines[0] == (
        "solarmora.com: testing -> enforce, mx + *.solarmora.net, max_age 7d -> 30d, "
        f"id {TESTING.id[:4]}… -> {ENFORCE.id[:4]}…"
    )
    assert lines[1].startswith("  error: not-checked: MX records")
    assert len(lines) == 2
    assert result.exit_code == 1


def test_without_a_date_it_says_that_testing_was_not_judged(files: Path) -> None:
    result = run(
        "review", files / "testing.txt", files / "enforce.txt", "--domain", DOMAIN, "--offline"
    )
    assert "warning: not-checked: since when the old policy is announced" in result.output
    assert "testing-too-short" not in result.output


def test_a_review_for_a_pull_request(files: Path) -> None:
    result = run(
        "review", files / "testing.yaml", files / "none.yaml", "--offline", "--format", "markdown"
    )
    none = Policy(mode="none", mx=["mail.solarmora.com"], max_age=604800)
    assert result.output == (
        f"### {DOMAIN}\n\n`testing -> none, id {TESTING.id[:4]}… -> {none.id[:4]}…`\n\n"
        "- **warning** `not-checked`: CAA records: live look-ups are off. Run again once DNS can "
        "be asked\n\n"
    )


def test_a_review_for_programs(files: Path) -> None:
    result = run("review", files / "empty", files / "testing.yaml", "--offline", "--format", "json")
    (domain,) = json.loads(result.output)["domains"]
    assert domain["domain"] == DOMAIN
    assert domain["summary"] == f"new: testing, 1 mx, max_age 7d, id {TESTING.id[:4]}…"
    assert [found["code"] for found in domain["findings"]] == ["not-checked"]


def test_nothing_changes(files: Path) -> None:
    result = run("review", files / "testing.yaml", files / "testing.yaml", "--offline")
    assert (result.output, result.exit_code) == ("No domain changes.\n", 0)


UNREADABLE = [
    ("no-such-file", "testing.yaml", "No such file"),
    ("testing.txt", "enforce.txt", "is a policy file: say --domain"),
    ("testing.yaml", "wrong.yaml", "mode: found 'Enforce'"),
    ("testing.yaml", "other.yaml", "neither a policy file nor a stack with mta-sts:domains"),
]


@pytest.mark.parametrize(("old", "new", "said"), UNREADABLE)
def test_what_cannot_be_read(files: Path, old: str, new: str, said: str) -> None:
    result = run("review", files / old, files / new, "--offline")
    assert said in result.output
    assert result.exit_code == 2
