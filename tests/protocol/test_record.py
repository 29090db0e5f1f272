import pytest
from checkdmarc.mta_sts import parse_mta_sts_record  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from postfix_mta_sts_resolver.utils import (  # type: ignore[import-untyped]
    parse_mta_sts_record as parse_as_postfix,
)

from mta_sts.protocol import Record, RecordError, errors

RFC = "v=STSv1; id=20160831085700Z;"


def test_what_is_published() -> None:
    assert Record(id="20160831085700Z").render() == RFC
    assert Record.parse(RFC) == Record(id="20160831085700Z")


@pytest.mark.parametrize(
    ("text", "record_id"),
    [
        ("v=STSv1;id=1", "1"),
        ("v=STSv1; id=1", "1"),
        ("v=STSv1;\t id=1 \t;", "1"),
        ("v=STSv1; id=1; ", "1"),
        ("v=STSv1; a_b.C-9=x:y/z+,!~; id=1;", "1"),  # an unknown field
        ("v=STSv1; id=1; id=2;", "1"),  # the first counts
        ("v=STSv1; id=1; id=not-an-id;", "1"),
        ("v=STSv1; id=1; v=STSv2;", "1"),
        ("v=STSv1; ID=x; id=1", "1"),  # names are case-sensitive
        ("v=STSv1 ; id=1", "1"),  # in the grammar of 3.1, but see erratum 6285
        ("v=STSv1; id=" + "aZ09" * 8, "aZ09" * 8),
    ],
)
def test_good(text: str, record_id: str) -> None:
    assert Record.parse(text).id == record_id


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("", errors.RecordVersionError, "record"),
        ("v=STSv1", errors.RecordVersionError, "record"),  # no field
        ("v=stsv1; id=1;", errors.RecordVersionError, "record"),
        ("V=STSv1; id=1;", errors.RecordVersionError, "record"),
        ("v=STSv2; id=1;", errors.RecordVersionError, "record"),
        ("v = STSv1; id=1;", errors.RecordVersionError, "record"),
        (" v=STSv1; id=1;", errors.RecordVersionError, "record"),
        ("id=1; v=STSv1;", errors.RecordVersionError, "record"),  # version is first
        ("v=STSv1, id=1", errors.RecordVersionError, "record"),
        ('"v=STSv1; id=1;"', errors.RecordVersionError, "record"),  # quoted twice
        ("v=spf1 -all", errors.RecordVersionError, "record"),
        ("v=STSv1;", errors.RecordIdMissingError, "record"),
        ("v=STSv1; x=1", errors.RecordIdMissingError, "record"),
        ("v=STSv1; ID=1", errors.RecordIdMissingError, "record"),
        ("v=STSv1; id=", errors.RecordIdError, "field 2"),
        ("v=STSv1; id=2024-01-01", errors.RecordIdError, "field 2"),
        ("v=STSv1; id=" + "1" * 33, errors.RecordIdError, "field 2"),
        ("v=STSv1; id= 1", errors.RecordIdError, "field 2"),
        ("v=STSv1; id=1 ", errors.RecordIdError, "field 2"),  # no space without a semicolon
        ("v=STSv1; id=1\n", errors.RecordIdError, "field 2"),
        ("v=STSv1; id=１", errors.RecordIdError, "field 2"),  # full width
        ("v=STSv1; x=1; id=ü", errors.RecordIdError, "field 3"),
        ("v=STSv1; id =1", errors.RecordFieldError, "field 2"),
        ("v=STSv1; id", errors.RecordFieldError, "field 2"),
        ("v=STSv1;; id=1", errors.RecordFieldError, "field 2"),
        ("v=STSv1; id=1;;", errors.RecordFieldError, "field 3"),
        ("v=STSv1; id=1; x=", errors.RecordFieldError, "field 3"),
        ("v=STSv1; id=1; x=a=b", errors.RecordFieldError, "field 3"),
        ("v=STSv1; id=1; x=a b", errors.RecordFieldError, "field 3"),
        ("v=STSv1; id=1; " + "x" * 33 + "=1", errors.RecordFieldError, "field 3"),
    ],
)
def test_bad(text: str, kind: type[RecordError], where: str) -> None:
    with pytest.raises(RecordError) as raised:
        Record.parse(text)
    assert type(raised.value) is kind
    found = text if where == "record" else text.split(";")[int(where[6:]) - 1].lstrip(" ")
    assert raised.value.where == where
    assert raised.value.found == (found if kind is not errors.RecordIdError else found[3:])
    assert str(raised.value).endswith(f"; {kind.rule}")


@pytest.mark.parametrize("record_id", ["", "a-b", "1" * 33, "ü", 5, None])
def test_bad_ids(record_id: str) -> None:
    with pytest.raises(errors.RecordIdError) as raised:
        Record(id=record_id)
    assert str(raised.value) == f"id: found {record_id!r}; {errors.RecordIdError.rule}"


def test_a_sender_selects_the_one_record() -> None:
    others = ["v=spf1 -all", "hello", "v=STSv2; id=2;", "v=STSv1", "v=STSv1 ; id=3"]
    assert Record.select([*others, RFC]).id == "20160831085700Z"


@pytest.mark.parametrize(
    ("texts", "kind", "where", "found"),
    [
        ([], errors.NoRecordError, "TXT", []),
        (
            ["v=spf1 -all", "v=stsv1; id=1;"],
            errors.NoRecordError,
            "TXT",
            ["v=spf1 -all", "v=stsv1; id=1;"],
        ),
        (
            [RFC, "v=spf1", "v=STSv1; id=2;"],
            errors.SeveralRecordsError,
            "TXT",
            [RFC, "v=STSv1; id=2;"],
        ),
        ([RFC, RFC], errors.SeveralRecordsError, "TXT", [RFC, RFC]),
        (  # 3.1 counts before it parses
            [RFC, "v=STSv1; broken"],
            errors.SeveralRecordsError,
            "TXT",
            [RFC, "v=STSv1; broken"],
        ),
        (["v=STSv1; broken"], errors.RecordFieldError, "field 2", "broken"),
    ],
)
def test_nothing_to_select(
    texts: list[str], kind: type[RecordError], where: str, found: object
) -> None:
    with pytest.raises(RecordError) as raised:
        Record.select(texts)
    assert type(raised.value) is kind
    assert (raised.value.where, raised.value.found) == (where, found)


@settings(max_examples=150, deadline=None)
@given(st.from_regex(r"[A-Za-z0-9]{1,32}", fullmatch=True))
def test_all_that_is_made_is_read_alike_by_others(record_id: str) -> None:
    text = Record(id=record_id).render()
    assert Record.select([text]) == Record.parse(text) == Record(id=record_id)
    expected = {"v": "STSv1", "id": record_id}
    assert parse_mta_sts_record(text) == {"tags": expected, "warnings": []}
    assert parse_as_postfix(text) == expected


PIECES = st.sampled_from(["v=STSv1", "; ", ";", "id=", "1", "x=y", "=", " ", "\t", "\n", "ü"])


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_is_a_record_or_a_record_error(text: str) -> None:
    for read in (Record.parse, lambda text: Record.select([text])):
        try:
            record = read(text)
        except RecordError:
            continue
        assert Record.parse(record.render()) == record
