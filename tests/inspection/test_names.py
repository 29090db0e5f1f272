"""Which domains are looked at."""

from mta_sts.inspection.names import listed, names

FILE = b"""\
\xef\xbb\xbfa.example
# a comment

  B.example.  # another
b\xc3\xbccher.example\r
b\xfccher.example
a.example
"""


def test_a_file_has_a_domain_a_line() -> None:
    assert list(listed(FILE.splitlines(keepends=True))) == [
        "a.example",
        "B.example.",
        "bücher.example",
        "b\N{REPLACEMENT CHARACTER}cher.example",
        "a.example",
    ]


def test_each_domain_is_there_once_in_its_one_spelling() -> None:
    found = names(["B.example.", "a.example", "b.EXAMPLE", "BÜCHER.example", "_x.example", "a..b"])
    assert list(found) == ["b.example", "a.example", "xn--bcher-kva.example", "_x.example", "a..b"]
    assert [error.rule for error in found.values() if error] == [
        "a label is letters, digits and inner hyphens (RFC 1123 2.1)",
        "no label is empty (RFC 1035 2.3.1)",
    ]
