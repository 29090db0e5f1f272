"""A world for histories, once for each module."""

from collections.abc import Iterator

import pytest

from tests.soak.world import World, world


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    with world() as made:
        yield made
