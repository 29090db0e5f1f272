"""`mta-sts:domainsFile`: what is wrong with it is said with the file, the domain and the key."""

from pathlib import Path

import pytest

from mta_sts import checks, domains_file
from mta_sts.problems import ArgumentError
from mta_sts.words import many

DOMAIN = "{mode: testing, mx: [mail.solarmora.com], zone: route53}"
GIVE = "give a YAML file with the mapping that mta-sts:domains would hold"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("domains.yaml")


def test_it_holds_what_the_configuration_would(file: Path) -> None:
    file.write_text(f"solarmora.com: {DOMAIN}\nsolarmora.net: {{mode: none, zone: cloudflare}}\n")
    found, where = domains_file.given({}, str(file))
    domains = checks.stack_domains(found, where)
    assert [each.domain for each in domains] == ["solarmora.com", "solarmora.net"]
    assert domains_file.given({"a.example": {}}, "") == ({"a.example": {}}, "mta-sts:domains")


BAD = [
    # what is wrong, the file, where it is said to be, what is said
    (
        "a domain's key",
        f"a.example: {DOMAIN}\nb.example: {{mode: Testing, mx: [m.example], zone: route53}}\n",
        "mta-sts:domainsFile: domains.yaml",
        "b.example: mode: found 'Testing'; mode is exactly one of testing, enforce and none (RFC "
        "8461 3.2)",
    ),
    (
        "a domain twice",
        f"a.example: {DOMAIN}\nb.example: {DOMAIN}\na.example: {DOMAIN}\n",
        "mta-sts:domainsFile: domains.yaml",
        f"a.example is given twice, in lines 1 and 3; {GIVE}",
    ),
    (
        "a domain twice, spelled in two ways",
        f"a.example: {DOMAIN}\nA.example.: {DOMAIN}\n",
        "mta-sts:domainsFile: domains.yaml",
        "A.example.: this domain is given twice, also as a.example",
    ),
    (
        "no YAML",
        "a.example: {mode: [\n",
        "mta-sts:domainsFile: domains.yaml",
        f"line 2, column 1: did not find expected node content; {GIVE}",
    ),
    (
        "no text",
        "\x00",
        "mta-sts:domainsFile: domains.yaml",
        f"it is no YAML: control characters are not allowed; {GIVE}",
    ),
    (
        "a list",
        "- a.example\n",
        "mta-sts:domainsFile: domains.yaml",
        "found ['a.example']; allowed: a mapping from domain to keys",
    ),
    (
        "nothing",
        "",
        "mta-sts:domainsFile: domains.yaml",
        "found nothing; allowed: a mapping from domain to keys",
    ),
    (
        "a stack's file",
        f"config:\n  mta-sts:domains:\n    a.example: {DOMAIN}\n",
        "mta-sts:domainsFile: domains.yaml",
        f"found a stack's file, with config in it; {GIVE}",
    ),
    (
        "an object of Python",
        "a.example: !!python/object/apply:os.getcwd []\n",
        "mta-sts:domainsFile: domains.yaml",
        "line 1, column 12: could not determine a constructor for the tag "
        f"'tag:yaml.org,2002:python/object/apply:os.getcwd'; {GIVE}",
    ),
]


@pytest.mark.parametrize(
    ("text", "where", "said"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_what_is_wrong_in_it(file: Path, text: str, where: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(ArgumentError) as caught:
        checks.stack_domains(*domains_file.given(None, str(file)))
    assert str(caught.value) == f"{where} has a mistake; nothing was changed:\n  {said}"


def test_a_file_that_is_not_there(file: Path) -> None:
    with pytest.raises(ArgumentError) as caught:
        domains_file.given(None, str(file))
    assert caught.value.problems == [
        f"found 'domains.yaml', which cannot be read: No such file or directory; {GIVE}"
    ]


def test_one_of_the_two(file: Path) -> None:
    with pytest.raises(ArgumentError) as caught:
        domains_file.given({"a.example": {}}, str(file))
    assert str(caught.value) == (
        "mta-sts:domainsFile has a mistake; nothing was changed:\n  found 'domains.yaml', and "
        "mta-sts:domains too; allowed: one of them"
    )


def test_thousands(file: Path) -> None:
    """All mistakes at once; and whoever reads it need not have YAML in C."""
    count = 2000
    file.write_text("".join(f"d{number}.example: {DOMAIN}\n" for number in range(count)))
    assert len(checks.stack_domains(domains_file.read(str(file)))) == count
    file.write_text("".join(f"d{number}.example: {{mode: x}}\n" for number in range(count)))
    with pytest.raises(ArgumentError, match=many(2 * count, "mistake").replace(",", "")):
        checks.stack_domains(domains_file.read(str(file)))
