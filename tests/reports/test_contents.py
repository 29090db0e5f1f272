"""What is in a file: reports in every wrapping, and hostile ones, each with its fault's name."""

import gzip
import io
import zipfile
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mta_sts.protocol.report import Report
from mta_sts.reports import contents, mail, stream
from mta_sts.reports.found import PassedOver, Rejected, TooMuchError
from mta_sts.reports.stream import Budget, Stream
from tests.reports.made import policy, report

REPORT = report(policy(mx1=2))
NO_TLS = PassedOver("a message without a TLS report")


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def mailed(data: bytes, kind: str = "tlsrpt+gzip", name: str | None = "r.json.gz") -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "a@example.org", "b@example.org"
    message.set_content("A report.\n")
    message.add_attachment(data, "application", kind, filename=name)
    return message.as_bytes()


def forwarded(data: bytes, times: int) -> bytes:
    """A message within a message within a message."""
    for _ in range(times):
        head = b"Subject: Fwd\nContent-Type: message/rfc822\n\n"
        data = head + data
    return data


def nested(times: int) -> bytes:
    parts = (
        f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n'.encode() for n in range(times)
    )
    return b"".join(parts)


def found(data: bytes, size: int = 65536, budget: int = 2**30) -> list[tuple[str, Any]]:
    """What is in `data`, whose name is f; a report is told by its sender."""
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    return [
        (name, outcome.organization if isinstance(outcome, Report) else outcome)
        for name, outcome in contents.contents("f", Stream(chunks, Budget(budget)))
    ]


WRAPPED = [
    ("JSON", REPORT, "f"),
    ("a byte order mark and space", b"\xef\xbb\xbf \n" + REPORT, "f"),
    ("gzip", gzip.compress(REPORT), "f"),
    ("gzip of gzip", gzip.compress(gzip.compress(REPORT)), "f"),
    ("gzip in two members", gzip.compress(REPORT[:9]) + gzip.compress(REPORT[9:]), "f"),
    ("gzip with zeros behind it", gzip.compress(REPORT) + bytes(512), "f"),
    ("zip", zipped({"a/b.json": REPORT}), "f: a/b.json"),
    ("zip, not packed", zipped({"b.json": REPORT}, zipfile.ZIP_STORED), "f: b.json"),
    ("zip in a zip", zipped({"z": zipped({"b.json": REPORT})}), "f: z: b.json"),
    ("zip beside what is hidden", zipped({"__MACOSX/._b": b"x", ".a": b"", "b": REPORT}), "f: b"),
    ("mail", mailed(gzip.compress(REPORT)), "f: r.json.gz"),
    ("mail, the part without a name", mailed(REPORT, "tlsrpt+json", None),
     "f: application/tlsrpt+json"),
    ("mail, the part of another type", mailed(gzip.compress(REPORT), "octet-stream"),
     "f: r.json.gz"),
    ("mail with a zip", mailed(zipped({"b": REPORT}), "zip"), "f: r.json.gz: b"),
    ("mail that is nothing but the report",
     b"Content-Type: application/tlsrpt+json\n\n" + REPORT, "f: application/tlsrpt+json"),
    ("mail in mail in mail", forwarded(mailed(REPORT), 2), "f: r.json.gz"),
    ("mail with an mbox line", b"From a@example.org Fri Jan 16\n" + mailed(REPORT),
     "f: message 1: r.json.gz"),
    ("gzip of an mbox", gzip.compress(b"From a Fri\n" + mailed(REPORT)), "f: message 1: r.json.gz"),
]  # fmt: skip


@pytest.mark.parametrize("size", [65536, 7])
@pytest.mark.parametrize(
    ("data", "name"), [each[1:] for each in WRAPPED], ids=[each[0] for each in WRAPPED]
)
def test_a_report_in_every_wrapping(data: bytes, name: str, size: int) -> None:
    assert found(data, size) == [(name, "A")]


def test_a_mailbox() -> None:
    """As mail programs write it, with other mail in it; each message is one on its own."""
    text = b"From: a@example.org\n\n>From the start.\n"
    rubbish = b"Content-Type: application/tlsrpt+json\n\nrubbish"
    messages = [mailed(REPORT), text, rubbish, mailed(gzip.compress(REPORT))]
    box = b"".join(b"From a@example.org Fri Jan 16\n" + each + b"\n" for each in messages)
    for size in (65536, 100, 7):
        assert found(box, size) == [
            ("f: message 1: r.json.gz", "A"),
            ("f: message 2", NO_TLS),
            (
                "f: message 3: application/tlsrpt+json",
                Rejected("neither JSON nor gzip, zip, mbox or a message"),
            ),
            ("f: message 4: r.json.gz", "A"),
        ]


def test_what_is_passed_over() -> None:
    dmarc = b'<?xml version="1.0"?><feedback/>'
    xml = PassedOver("XML, as DMARC reports are")
    assert found(gzip.compress(dmarc)) == [("f", xml)]
    assert found(mailed(zipped({"d.xml": dmarc}), "zip", "d.zip")) == [("f: d.zip: d.xml", xml)]
    assert found(mailed(b"\x89PNG", "octet-stream", "logo.png")) == [("f", NO_TLS)]
    assert found(b"config:\n  a: b\n") == [("f", NO_TLS)]


def bomb(layers: int, count: int = 3) -> bytes:
    """A zip of zips of zips."""
    data = zipped({"r": b"{" + b" " * 10**6})
    for _ in range(layers):
        data = zipped({f"{n}.zip": data for n in range(count)})
    return data


def with_method(data: bytes, method: int, flags: int = 0) -> bytes:
    """The zip archive with another way of packing written into it, and flags."""
    local, central = bytearray(data), data.index(b"PK\x01\x02")
    for at in (6, central + 8):
        local[at] = flags
    for at in (8, central + 10):
        local[at] = method
    return bytes(local)


PLAIN_ZIP = zipped({"r": REPORT})
CUT = gzip.compress(REPORT)[:-4]
HOSTILE: list[tuple[str, bytes, str, str]] = [
    ("nothing", b"", "f", "empty"),
    ("space", b" \n" * 9, "f", "empty"),
    ("rubbish", b"\x00\x01", "f", "neither JSON nor gzip, zip, mbox or a message"),
    ("a list", b"[1]", "f", "the report: expected object, got array"),
    ("UTF-16", REPORT.decode().encode("utf-16"), "f",
     "neither JSON nor gzip, zip, mbox or a message"),
    ("gzip that is cut off", CUT, "f", "gzip: it ends too early"),
    ("gzip of which nothing is left", stream.GZIP, "f", "gzip: it ends too early"),
    ("gzip that is damaged", gzip.compress(REPORT)[:-8] + b"\x00" * 8, "f", "gzip: damaged"),
    ("gzip of rubbish", gzip.compress(b"\x00" * 10**6), "f",
     "neither JSON nor gzip, zip, mbox or a message"),
    ("a gzip bomb", gzip.compress(b'{"contact-info": "' + b" " * 3 * 2**20), "f",
     "a text or space of more than 1048576 bytes"),
    ("gzip nine times", gzip.compress(gzip.compress(gzip.compress(gzip.compress(gzip.compress(
        gzip.compress(gzip.compress(gzip.compress(gzip.compress(REPORT))))))))), "f",
     "nested more than 8 deep"),
    ("a zip that is cut off", PLAIN_ZIP[:-9], "f", "zip: damaged"),
    ("a zip without end", b"PK\x03\x04", "f", "zip: damaged"),
    ("a damaged member", PLAIN_ZIP.replace(REPORT[:2], b"xx")[:40] + b"xx" + PLAIN_ZIP[42:],
     "f: r", "zip: damaged"),
    ("a member with a password", with_method(PLAIN_ZIP, 8, 1), "f: r", "zip: encrypted"),
    ("a member packed with LZMA", with_method(PLAIN_ZIP, 14), "f: r",
     "zip: packed in another way than deflate"),
    ("a zip in a zip in a zip", bomb(8, 1), "f: 0.zip: 0.zip: 0.zip: 0.zip: 0.zip: 0.zip: 0.zip: "
     "0.zip: r", "nested more than 8 deep"),
    ("messages 1000 deep", forwarded(mailed(REPORT), 1000), "f",
     "a message of more than 200 parts"),
    ("messages 9 deep", forwarded(mailed(REPORT), 9), "f", "nested more than 8 deep"),
    ("parts 1000 deep", nested(1000), "f", "a message of more than 200 parts"),
    ("a report of another type", mailed(b"rubbish", name=None), "f: application/tlsrpt+gzip",
     "neither JSON nor gzip, zip, mbox or a message"),
    ("an empty report", mailed(b"", name=None), "f: application/tlsrpt+gzip", "empty"),
    ("base64 that is none", b"Content-Type: application/tlsrpt+gzip\n"
     b"Content-Transfer-Encoding: base64\n\n!!!", "f: application/tlsrpt+gzip",
     "empty"),
    ("a name that steers the terminal", mailed(b"{", name="\x1b[31mred.json"),
     "f: \ufffd[31mred.json", "not JSON: input data was truncated"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "name", "why"), [each[1:] for each in HOSTILE], ids=[each[0] for each in HOSTILE]
)
def test_hostile(data: bytes, name: str, why: str) -> None:
    assert found(data) == [(name, Rejected(why))]


def test_a_file_name_in_an_encoding_that_there_is_not() -> None:
    for encoding in (b"klingon", b"utf-8%00", b"\x00"):
        data = b"Content-Type: application/tlsrpt+json; name*=" + encoding + b"''x\n\n" + REPORT
        ((_, outcome),) = found(data)
        assert outcome == "A"


def test_a_mailbox_with_a_message_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LARGEST_MESSAGE", 5000)
    monkeypatch.setattr(contents, "LARGEST_MESSAGE", 5000)
    large = b"Subject: x\n\n" + b"x" * 30_000
    box = b"From a\n" + large + b"\nFrom b\n" + mailed(REPORT)
    for size in (100, 7):
        assert found(box, size) == [
            ("f: message 1", Rejected("a message of more than 5000 bytes")),
            ("f: message 2: r.json.gz", "A"),
        ]
    assert found(large, 100) == [("f", Rejected("a message of more than 5000 bytes"))]


def test_one_member_does_not_spoil_the_others() -> None:
    first = zipped({"a": CUT, "b": REPORT, "c": b"", "d": gzip.compress(REPORT)})
    assert found(first) == [
        ("f: a", Rejected("gzip: it ends too early")),
        ("f: b", "A"),
        ("f: c", Rejected("empty")),
        ("f: d", "A"),
    ]


def test_more_than_reports_unpack_to() -> None:
    """What unpacks out of all proportion is given up, however it is packed."""
    bombs = (bomb(4), gzip.compress(b"{" + b" " * 10**6), mailed(gzip.compress(b"[" * 10**6)))
    for data in bombs:
        with pytest.raises(TooMuchError):
            found(data, budget=10**5)


def test_a_list_of_members_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mta_sts.reports.archive.LARGEST_LIST", 10_000)
    data = zipped({f"{number}.json": b"" for number in range(300)})
    assert found(data) == [
        ("f", Rejected("zip: a list of members of more than 10000 bytes")),
    ]


def test_an_archive_within_another_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST_IN_MEMORY", 100)
    assert found(PLAIN_ZIP) == [
        ("f", Rejected("a zip archive in another file of more than 100 bytes"))
    ]


PIECES = st.sampled_from(
    [
        *(data[:n] for _, data, _ in WRAPPED for n in (4, 50, 200, len(data))),
        *(data[:2000] for _, data, _, _ in HOSTILE),
        b"\n\n", b"\nFrom ", b"Content-Type: ", b"multipart/mixed; boundary=x", b"\n--x\n",
        b"message/rfc822", b"Content-Transfer-Encoding: ", b"x-uuencode", b"begin 644 x\n",
        b"quoted-printable", b"; name*0*=", b"; filename*=utf-8''%00", b"PK\x05\x06",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=40), max_size=8))
def test_no_bytes_raise_anything_else(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    for each in (data, gzip.compress(data), zipped({"x": data}), mailed(data), b"From \n" + data):
        found(each)


@given(st.sampled_from([data for _, data, _ in WRAPPED]), st.data())
def test_no_damage_raises_anything_else(data: bytes, choose: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(choose.draw(st.integers(1, 4))):
        damaged[choose.draw(st.integers(0, len(damaged) - 1))] = choose.draw(st.integers(0, 255))
    found(bytes(damaged))
