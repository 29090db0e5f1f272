"""How numbers are put."""

import pytest

from mta_sts.pages.template import sentence, share, short


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 0, "0 %"),
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 3, "33.3 %"),
        (1, 1000, "0.1 %"),
        (1, 1001, "< 0.1 %"),
        (10**6 - 1, 10**6, "99.9 %"),
        (2**65, 2**66, "50.0 %"),
    ],
)
def test_share(part: int, whole: int, told: str) -> None:
    assert share(part, whole) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1500, "1.5k"),
        (20_000, "20k"),
        (4_000_000, "4M"),
        (6 * 10**9, "6G"),
        (4 * 10**19, "4e+19"),
    ],
)
def test_short(count: int, told: str) -> None:
    assert short(count) == told


def test_sentence() -> None:
    assert sentence("renew it, in Vienna") == "Renew it, in Vienna."
    assert sentence("done.") == "Done."
