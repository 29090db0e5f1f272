"""What the page of `mta-sts check` has, as it is read."""

import re
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from benches.measured import run
from mta_sts.pages.check import MOST_WHOLE
from tests.pages.golden import same_as_golden
from tests.pages.made import AT, absent, check, expiring, fine, inspections, uncovered, unknown

FLAT = 1.15
LARGEST = 6_000_000
"""Bytes, for 10,000 domains."""


def test_several_domains() -> None:
    same_as_golden("check", check(inspections()))


def test_one_domain() -> None:
    same_as_golden("check-one", check([uncovered("clinic.example")]))


def test_one_domain_in_good_order() -> None:
    page = check([fine("solarmora.com")])
    assert page.text[2:5] == [
        "solarmora.com enforce ✓ fine",
        "Senders deliver over verified TLS to these hosts only. They keep the policy for 604800 s.",
        "What was seen, in order",
    ]


def rows(domains: int) -> list[str]:
    page = check([
        *(fine(f"fine{n}.example") for n in range(domains - 4)),
        absent("absent.example"), unknown("unknown.example"), expiring("expiring.example"),
        uncovered("uncovered.example"),
    ])  # fmt: skip
    return [line for line in page.text if re.match(r"\w+\.example \| ", line)]


def test_the_worst_come_first() -> None:
    assert rows(6) == [
        "uncovered.example | enforce |",
        "absent.example | absent |",
        "expiring.example | testing |",
        "unknown.example | unknown |",
        "fine0.example | enforce |",
        "fine1.example | enforce |",
    ]


def test_of_many_only_the_worst_are_told_whole() -> None:
    every = [absent(f"absent{n:03}.example") for n in range(MOST_WHOLE)]
    page = check([*every, absent("other.example"), fine("fine.example")])
    assert page.text.count("What was seen, in order") == MOST_WHOLE
    assert page.text[-4:-1] == [
        "other.example | absent | ✗ error record-missing TXT: found []; one TXT record starts with "
        "v=STSv1; (RFC 8461 3.1) and 1 more",
        "fine.example | enforce | ✓ fine",
        "The first 500 are told whole; of the others, the worst that was found. mta-sts check "
        "shows any one.",
    ]


def test_each_state_can_be_left_out_without_a_script() -> None:
    page = check(inspections())
    states = ["enforce", "testing", "none", "broken", "absent", "unknown", "no-domain"]
    boxes = [dict(attributes) for tag, attributes in page.elements if tag == "input"]
    assert [box["id"] for box in boxes] == [f"show-{state}" for state in states]
    for state in states:
        rule = f"main:has(#show-{state}:not(:checked)) .is-{state} {{ display: none; }}"
        assert rule in page.page
    hidden = [dict(attributes).get("class") for tag, attributes in page.elements if tag == "tbody"]
    assert hidden.count("is-enforce") == 2


def test_when_it_was_looked_at() -> None:
    assert check([]).text[1] == "0 domains"
    one = unknown("slow.example")
    assert check([one]).text[1] == f"1 domain, looked at {AT:%Y-%m-%d %H:%M:%S} UTC"
    until = AT + timedelta(seconds=7)
    page = check([one, fine("solarmora.com")])
    assert page.text[1] == (f"2 domains, looked at {AT:%Y-%m-%d %H:%M:%S} to {until:%H:%M:%S} UTC")


def test_nothing_is_loaded_and_nothing_runs() -> None:
    """Beside the policy that forbids it, there is nothing that would."""
    for page in (check(inspections()), check([])):
        policies = [dict(attributes) for tag, attributes in page.elements if tag == "meta"]
        assert policies[1] == {
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
            "base-uri 'none'; form-action 'none'",
        }
        assert {tag for tag, _ in page.elements}.isdisjoint({"script", "img", "iframe", "object"})
        links = [
            value
            for _, attributes in page.elements
            for name, value in attributes
            if name in {"href", "src"}
        ]
        assert links == ["data:,"]
        style = page.page.split("<style>")[1].split("</style>")[0]
        assert re.findall(r"url\(.*?\)", style) == ["url(#failed)", "url(#untold)"]
        assert "@import" not in style


PROGRAM = """
import sys
from mta_sts.pages.check import check_page
from mta_sts.pages.whole import whole
from tests.pages.made import absent
with whole(sys.argv[1]) as write, check_page(write) as keep:
    for number in range(int(sys.argv[2])):
        keep(absent(f"domain{number}.example"))
"""


def test_memory_hardly_grows_with_the_number_of_domains(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    few, many = (
        run(sys.executable, "-c", PROGRAM, str(file), count) for count in ("1000", "10000")
    )
    assert many.memory < FLAT * few.memory
    assert file.stat().st_size < LARGEST


FULL = """
import resource
from mta_sts.pages.check import check_page
from mta_sts.pages.whole import PageError
from tests.pages.made import absent
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    with check_page(list) as keep:
        for number in range(9):
            keep(absent(f"domain{number}.example"))
except PageError as error:
    print(error)
"""


def test_no_room_to_keep_inspections() -> None:
    """As far as the process is concerned: it may write no more than 100 bytes."""
    assert run(sys.executable, "-c", FULL).printed == f"{gettempdir()}: File too large\n"
