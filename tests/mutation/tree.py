"""A copy of the project in which one module is changed by mutmut."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.setting import ROOT
from tests.mutation.targets import Target

TREES = ROOT / ".mutation" / "trees"
BESIDE = ("sandbox", "docs", "examples", "stacks", "policies", "__main__.py", "Pulumi.yaml")
"""What tests read beside themselves."""
PLUGINS = (
    *("no:cacheprovider", "no:unraisableexception", "no:threadexception", "no:faulthandler"),
    "tests.mutation.alike",
)
"""Few, as pytest is started for each mutant; none is loaded that is not named here."""
SETTINGS = """\
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/mta_sts/{module}.py"]
also_copy = {beside}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = {plugins}
timeout_multiplier = 10.0
timeout_constant = 2.0

[tool.pytest.ini_options]
pythonpath = ["src", "."]
filterwarnings = ["ignore::DeprecationWarning"]
"""


@contextmanager
def made(target: Target) -> Iterator[Path]:
    """The tree for this target, made anew."""
    place = TREES / target.dotted
    shutil.rmtree(place, ignore_errors=True)
    _make(place, target)
    yield place
    shutil.rmtree(place)


def _make(place: Path, target: Target) -> None:
    (place / "mutants" / "src").mkdir(parents=True)  # Python remembers what is not there
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "components" / "mta_sts", place / "src" / "mta_sts", ignore=skipped)
    shutil.copytree(ROOT / "tests", place / "tests", ignore=skipped)
    if not target.cloud:
        (
            place / "tests" / "conftest.py"
        ).unlink()  # each mutant is a fork: the less in it the better
    for name in BESIDE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=skipped)
        else:
            shutil.copy(source, place / name)
    more = "xdist" if target.cloud else "tests.protocol.trusted"
    settings = SETTINGS.format(
        module=target.module,
        beside=[*BESIDE],
        tests=[*target.tests],
        plugins=[word for plugin in (*PLUGINS, more) for word in ("-p", plugin)],
    )
    (place / "pyproject.toml").write_text(settings.replace("'", '"'))
