"""Each guard, taken out by hand: a short history breaks the promise that rests on it.

`controls.py` plays the same histories with the guards in place.
"""

import pytest

from tests.soak.guards import GUARDS, play_with
from tests.soak.judge import BrokenError
from tests.soak.world import World


@pytest.mark.parametrize("name", GUARDS)
def test_out(here: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    GUARDS[name].setting(monkeypatch)
    GUARDS[name].out(monkeypatch)
    with pytest.raises(BrokenError) as caught:
        play_with(here, GUARDS[name])
    assert caught.value.promise == GUARDS[name].breaks, caught.value
