"""What can be told of how pages look without looking: text can be read on what it stands on."""

import re
from importlib.resources import files
from itertools import product

import pytest

STYLE = (files("mta_sts.pages") / "templates" / "style.css").read_text()
TEXT = ("text", "faint", "good", "bad", "warn", "open", "note")
DRAWN = ("up", "down")
GROUND = ("card", "page")


def colours(mode: int) -> dict[str, str]:
    """By name: of the light mode, 0, or the dark one."""
    return dict(re.findall(r"--(\w+): (#\w{6});", STYLE.split(":root {")[1 + mode].split("}")[0]))


def light(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_contrast(mode: int) -> None:
    """4.5 for text, 3 for what is drawn (WCAG 2.2 1.4.3, 1.4.11)."""
    found = colours(mode)
    assert {*found} == {*TEXT, *DRAWN, *GROUND, "line"}
    for name, ground in product(TEXT, GROUND):
        assert contrast(found[name], found[ground]) >= 4.5, f"{name} on {ground}"
    for name in DRAWN:
        assert contrast(found[name], found["card"]) >= 3, name
