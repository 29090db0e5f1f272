"""Whatever others write is text on a page: it brings no element and no attribute."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mta_sts.inspection.result import SEVERITIES, Finding, Inspection, Seen
from mta_sts.protocol.report import FailedSessions
from mta_sts.reports.found import Outcome, PassedOver, Rejected
from tests.pages.made import AT, check, fine, reports, told
from tests.pages.parsed import Parsed

HARMLESS = "harmless"
HOSTILE = {
    "an element": "<script>alert(1)</script>",
    "out of an attribute": '"><img src=x onerror=alert(1)>',
    "out of a single-quoted attribute": "' onmouseover='alert(1)",
    "ends of what it stands in": "</title></svg></style></td></table></body></html>",
    "a comment": "<!-- --><![CDATA[ ]]>",
    "character references": "&lt;script&gt; &amp; &#60;b&#62; &quot",
    "a template": "{{ 7 * 7 }}{% raw %}{# #}",
    "a style": "} * { background: url(//evil) } @import 'x';",
    "an address": "javascript:alert(1)",
    "long": "x" * 200,
}
STEERING = {
    "NUL": ("a\0b", "a\ufffdb"),
    "escape sequences": ("\x1b[2J\x07\x7f", "\ufffd[2J\ufffd\ufffd"),
    "line ends": ("a\r\nb\u2028c\u0085", "a\ufffd\ufffdb\ufffdc\ufffd"),
    "turned round": ("\u202egpj\u2066\u200f", "\ufffdgpj\ufffd\ufffd"),
    "unseen": ("a\u200bb\u00adc\ufeff", "a\ufffdb\ufffdc\ufffd"),
}


def pages(text: str) -> list[Parsed]:
    """All pages, in which all that others may have written is this."""
    findings = tuple(Finding(text, severity, text, text) for severity in SEVERITIES)
    seen = (Seen("record", AT, text, text, findings), Seen("mx", AT, f"{text} ", text))
    bad = Inspection(text, "broken", seen)
    day = date(2026, 1, 10)
    failed = [FailedSessions(f"{text}{kind}", text, 3) for kind in ("", " 2")]
    found: list[tuple[str, Outcome]] = [
        told(text, day, 1000, *failed, sender=text),
        told(text, day, 1000, FailedSessions("not-told", f"{text} 2", 1), sender=f"{text} 2"),
        told("other", day, 1000),
        (text, Rejected(text)),
        (text, PassedOver(text)),
    ]
    return [
        check([bad]),
        check([bad, replace(fine("example"), domain=f"{text} 2")]),
        reports(found[:1]),
        reports(found),
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markup(text: str) -> None:
    for page, harmless in zip(pages(text), pages(HARMLESS), strict=True):
        assert page.elements == harmless.elements
        assert [line.replace(text, HARMLESS) for line in page.text] == harmless.text
        assert [line.replace(text, HARMLESS) for line in page.titles] == harmless.titles


@pytest.mark.parametrize(("text", "shown"), STEERING.values(), ids=STEERING)
def test_what_cannot_be_seen_is_marked(text: str, shown: str) -> None:
    for page, harmless in zip(pages(text), pages(HARMLESS), strict=True):
        assert page.elements == harmless.elements
        assert [line.replace(shown, HARMLESS) for line in page.text] == harmless.text
        assert page.page.replace("\n", "").isprintable()


@settings(deadline=None)
@given(st.text(st.characters(exclude_characters=".`", exclude_categories=["Cs"]), max_size=50))
def test_anything(text: str) -> None:
    for page, harmless in zip(pages(f"x{text}"), pages(HARMLESS), strict=True):
        assert page.elements == harmless.elements
        assert page.page.replace("\n", "").isprintable()


def test_scripts_that_run_from_right_to_left_stand_by_themselves() -> None:
    page = pages("\u05d0\u05d1")[2].page
    assert "<bdi>\u05d0\u05d1</bdi>" in page
