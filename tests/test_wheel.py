"""The package for Python: built, and installed where nothing of this repository is."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

import mta_sts
from sandbox.setting import ROOT

SOURCE = ROOT / "components"
LIMIT = 100  # seconds
LIBRARIES = Path(sys.prefix, "lib", f"python{sys.version_info[0]}.{sys.version_info[1]}")
NOT_PYTHON = (
    "mta_sts/py.typed",
    "mta_sts/hosts/cloudfront.js",
    "mta_sts/hosts/worker.js",
)

PROTOCOL = """
import json, sys
from mta_sts.protocol import Policy, Record

policy = Policy(mode="testing", mx=["mail.solarmora.com"], max_age=604800)
assert Policy.parse(policy.render()) == policy
assert Record.parse(f"v=STSv1; id={policy.id};").id == policy.id
loaded = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted(loaded & {"pulumi", "pulumi_aws", "click", "rich", "pydantic"})))
"""


class Installed(NamedTuple):
    """An environment that has the wheel, and nothing else."""

    wheel: Path
    folder: Path

    def python(self, *words: str, libraries: str = "") -> str:
        done = subprocess.run(
            [self.folder / "bin" / "python", *words], cwd=self.folder, timeout=LIMIT, check=False,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": libraries},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    built: list[str | Path] = [
        *pip,
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        SOURCE,
    ]
    subprocess.run(built, check=True, timeout=LIMIT)
    (wheel,) = folder.glob("*.whl")
    clean = folder / "clean"
    venv.create(clean)
    put: list[str | Path] = [
        "--python",
        clean / "bin" / "python",
        "install",
        "--no-index",
        "--no-deps",
        wheel,
    ]
    subprocess.run([*pip, *put], check=True, timeout=LIMIT)
    return Installed(wheel, clean)


def test_all_that_is_needed_is_in_it(installed: Installed) -> None:
    assert installed.wheel.name == f"pulumi_mta_sts-{mta_sts.__version__}-py3-none-any.whl"
    inside = set(zipfile.ZipFile(installed.wheel).namelist())
    in_source = {
        str(file.relative_to(SOURCE))
        for file in (SOURCE / "mta_sts").rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert in_source >= set(NOT_PYTHON)
    assert {name for name in inside if "dist-info" not in name} == in_source


def test_the_protocol_needs_nothing_of_pulumi(installed: Installed) -> None:
    """Nor of the command line; only idna, for names in other scripts."""
    only = installed.folder / "only"
    only.mkdir()
    (only / "idna").symlink_to(LIBRARIES / "site-packages" / "idna")
    assert json.loads(installed.python("-c", PROTOCOL, libraries=str(only))) == []


def test_components_and_command(installed: Installed) -> None:
    libraries = str(LIBRARIES / "site-packages")
    code = "import mta_sts; print(mta_sts.__version__, mta_sts.MtaSts.__name__, mta_sts.__file__)"
    version, name, file = installed.python("-c", code, libraries=libraries).split()
    assert (version, name) == (mta_sts.__version__, "MtaSts")
    assert Path(file).is_relative_to(installed.folder)
    command = str(installed.folder / "bin" / "mta-sts")
    assert installed.python(command, "--version", libraries=libraries).split()[-1] == version


def test_types_are_found(installed: Installed, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from mta_sts.protocol import Policy\n\n"
        'reveal_type(Policy(mode="testing", mx=["mail.solarmora.com"], max_age=604800).id)\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=",
         "--cache-dir", tmp_path / "cache",
         "--python-executable", installed.folder / "bin" / "python", program],
        cwd=tmp_path, env={"PATH": os.environ["PATH"]}, timeout=LIMIT, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert 'Revealed type is "str"' in done.stdout, done.stdout
