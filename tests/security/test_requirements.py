"""What is installed is pinned by its hash, and comes from no place that a file names."""

import json
import re
import subprocess

import pytest
import yaml

from sandbox.setting import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
).stdout.split("\n")
LOCKED = [name for name in TRACKED if re.fullmatch(r"requirements(-\w+)?\.txt", name)]
WRITTEN = [name for name in TRACKED if re.fullmatch(r"requirements(-\w+)?\.in", name)]
PIN = re.compile(r"[A-Za-z0-9._-]+(\[[\w,-]+\])?==[\w.+!-]+( ; .+)?( --hash=sha256:[0-9a-f]{64})+")
PLACE = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|-f |-i |https?://| @ |git\+")


def entries(name: str) -> list[str]:
    """The lines of a requirements file, each whole."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def test_there_is_a_lock_for_each_list() -> None:
    assert LOCKED
    assert [name.removesuffix(".in") for name in WRITTEN] == [
        name.removesuffix(".txt") for name in LOCKED
    ]


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_has_one_version_and_a_hash(name: str) -> None:
    assert [line for line in entries(name) if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("name", [*LOCKED, *WRITTEN])
def test_no_requirement_names_a_place(name: str) -> None:
    assert [line for line in entries(name) if PLACE.search(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "aiohttp==3.14.5",
        "aiohttp>=3 --hash=sha256:" + "0" * 64,
        "aiohttp==3.14.5 --hash=md5:" + "0" * 32,
        "--index-url https://packages.example/simple",
        "aiohttp @ https://packages.example/aiohttp.whl --hash=sha256:" + "0" * 64,
    ],
)
def test_what_would_be_noticed(line: str) -> None:
    assert not PIN.fullmatch(line)


@pytest.mark.parametrize("name", [each for each in TRACKED if each.endswith("package-lock.json")])
def test_every_package_of_npm_has_a_hash(name: str) -> None:
    packages = json.loads((ROOT / name).read_text())["packages"]
    fetched = {path: package for path, package in packages.items() if path}
    assert fetched
    for path, package in fetched.items():
        assert package["integrity"].startswith("sha512-"), path
        assert "resolved" not in package, path


@pytest.mark.parametrize("name", [each for each in TRACKED if each.endswith("go.mod")])
def test_every_module_of_go_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    replaced = re.findall(r"^replace (\S+) => ([\w./~-]+) (v\S+)$", text, re.M)
    assert len(replaced) == text.count("replace ")
    wanted = set(re.findall(r"^(?:require )?\t?([\w./~-]+) (v[\w.+-]+)(?: //.*)?$", text, re.M))
    hashed = {
        (line.split()[0], line.split()[1].removesuffix("/go.mod"))
        for line in (ROOT / name).with_name("go.sum").read_text().splitlines()
    }
    assert wanted
    gone = {name for name, _, _ in replaced}
    assert {each for each in wanted if each[0] not in gone} <= hashed
    assert {(name, version) for _, name, version in replaced} <= hashed


def test_setup_checks_the_hashes() -> None:
    recipes = [
        line for line in (ROOT / "Makefile").read_text().splitlines() if "pip install" in line
    ]
    assert [line for line in recipes if "-r " in line and "--require-hashes" not in line] == []
    assert [line for line in recipes if "-r " not in line and "--no-deps" not in line] == []


def test_the_audit_is_run_in_ci() -> None:
    workflow = yaml.safe_load((ROOT / "examples" / "workflows" / "audit.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert "make audit" in [step.get("run") for step in job["steps"]]
