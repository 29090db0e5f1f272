"""A handful of random histories, always the same ones; and every one that once broke a promise.

`make soak` plays many more.
"""

from pathlib import Path

import pytest

from tests.soak import generate
from tests.soak.history import History
from tests.soak.play import play
from tests.soak.world import World, folder

SEED = 8
HISTORIES = 2
KEPT = sorted((Path(__file__).parent / "kept").glob("*.json"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(HISTORIES))
def test_a_history(here: World, number: int) -> None:
    with folder() as directory:
        play(here, generate.history(SEED, number), directory)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("file", KEPT, ids=lambda file: file.stem)
def test_a_history_that_broke_a_promise(here: World, file: Path) -> None:
    with folder() as directory:
        play(here, History.read(file), directory)


def test_a_history_is_the_same_again_and_can_be_written_down() -> None:
    for number in range(50):
        made = generate.history(SEED, number)
        assert generate.history(SEED, number) == made
        again = History.from_json(made.to_json())
        assert again.to_json() == made.to_json()
        assert len(made.steps) >= generate.LEAST_STEPS
