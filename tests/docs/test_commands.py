"""Every command of README.md and docs/ is run, in a copy of the repository, against the sandbox."""

import pytest

from tests.docs.shell import COMMANDS, EXCUSED, LIMIT, RUN, Command, Done, run_all

pytestmark = pytest.mark.timeout(LIMIT + 20)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[Command, Done]:
    return run_all(tmp_path_factory.mktemp("docs"))


@pytest.mark.parametrize("command", RUN, ids=str)
def test_it_runs(done: dict[Command, Done], command: Command) -> None:
    assert command in done, f"it was not reached; the last one was {list(done)[-1:]}"
    status, printed = done[command]
    finds = command.text.removeprefix(".venv/bin/").startswith("mta-sts ")
    assert status in ((0, 1) if finds else (0,)), printed  # 1 is that it found something
    assert "Traceback" not in printed, printed


def test_every_excuse_is_of_a_command_that_is_there() -> None:
    assert EXCUSED.keys() <= set(COMMANDS)
