"""What docs/reports.md says is so."""

import pytest

from mta_sts.protocol.result_types import RESULT_TYPES, UNKNOWN, UNTOLD
from sandbox.setting import ROOT
from tests.commands.typed import run
from tests.reports.test_samples import SAMPLES

PAGE = (ROOT / "docs" / "reports.md").read_text()


def test_result_types() -> None:
    table = {f"`{name}`": known for name, known in RESULT_TYPES.items()}
    for name, known in {**table, "`not-told`": UNTOLD, "any other": UNKNOWN}.items():
        deferred = "mail waits" if known.deferred else "no matter"
        cells = [name, known.means, known.whose, known.remedy, deferred]
        assert f"| {' | '.join(cells)} |\n" in PAGE


def test_the_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)
    command, _, printed = PAGE.split("```console\n$ mta-sts ")[1].split("```")[0].partition("\n")
    assert run(*command.split()).output == printed
