"""The histories of `test_guards.py` with each guard in place: they break no promise.

Played before each `make soak`, not by `make test`: minutes, for what the histories there show too.
"""

import pytest

from tests.soak.guards import GUARDS, play_with
from tests.soak.world import World


@pytest.mark.parametrize("name", GUARDS)
def test_in(here: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[name].setting(monkeypatch)
    play_with(here, GUARDS[name])
