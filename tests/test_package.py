"""The schema of the package: what every language sees of the components."""

import json
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pulumi
import pytest

import mta_sts
from mta_sts.package import INSIDE_SCRIPT, Package, PackageError
from sandbox import engine
from sandbox.setting import ROOT

GOLDEN = ROOT / "docs" / "schema" / "package.json"
WRITE = os.environ.get("MTA_STS_GOLDEN") == "write"
PACKAGE = ROOT / "components" / "pulumi-resource-mta-sts"
LIMIT = 60  # seconds
TOKENS = [
    f"mta-sts:index:{name}"
    for name in ("CloudFrontHost", "MtaSts", "ReportCollector", "TenantHost", "WorkerHost")
]


QUIET = {
    "PATH": "/usr/bin:/bin",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
}


@cache
def schema() -> Any:
    """What the engine is told by the package, started without any language's host."""
    folder = engine.ensure()
    done = subprocess.run(
        [folder / "pulumi", "package", "get-schema", PACKAGE], env={**os.environ, **QUIET},
        timeout=LIMIT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def test_the_schema() -> None:
    written = json.dumps(schema(), indent=2) + "\n"
    if WRITE:
        GOLDEN.write_text(written)
    assert written == GOLDEN.read_text(), "MTA_STS_GOLDEN=write pytest … writes it anew"


def properties(part: Any) -> Iterator[tuple[str, Any]]:
    for key in ("properties", "inputProperties"):
        yield from part.get(key, {}).items()


def test_everything_is_described() -> None:
    parts = {**schema()["resources"], **schema()["types"]}
    undescribed = [name for name, part in parts.items() if not part.get("description")]
    undescribed += [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, each in properties(part)
        if not each.get("description")
    ]
    assert undescribed == []


def test_what_the_package_is_called() -> None:
    """Tokens are the types in the state of every stack; a name that the engine uses is none of an
    output's."""
    assert (schema()["name"], schema()["version"]) == ("mta-sts", mta_sts.__version__)
    assert sorted(schema()["resources"]) == TOKENS
    taken = {"id", "urn"}
    assert not any(taken & part["properties"].keys() for part in schema()["resources"].values())


def test_what_must_be_whole_is_told_from_what_may_be_an_output() -> None:
    given = schema()["resources"]["mta-sts:index:MtaSts"]["inputProperties"]
    plain = {name for name, each in given.items() if each.get("plain")}
    assert given.keys() - plain == {"mode", "mx", "maxAge"}
    assert given["maxAge"]["type"] == "integer"


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        (
            "MtaSts",
            {"domain": "a.example", "zone": {"route53": "Z1"}, "mode": "testing", "colour": "red"},
            "MtaSts: colour: unknown; allowed: accept, domain, gateTimeout, host, lookUp, maxAge, "
            "mode, mx, reports, reportsFrom, rollout, testingPeriod, zone",
        ),
        (
            "CloudFrontHost",
            {"domains": [{"domain": "a.example", "zone": {"rout53": "Z1"}}]},
            "CloudFrontHost: domains[0].zone.rout53: unknown; allowed: cloudflare, external, "
            "route53",
        ),
        (
            "MtaSts",
            {"domain": "a.example", "zone": pulumi.Output.secret({"route53": "Z1"})},
            "MtaSts: zone: must be known when the program runs, and no secret: only values inside "
            "it, or others, may be outputs of resources",
        ),
        ("WorkerHost", {"accountId": "0" * 32, "domains": []}, f"WorkerHost x: {INSIDE_SCRIPT}"),
        (
            "MtaSts",
            {"domain": "a.example", "host": {"worker": {"accountId": "0" * 32, "script": "w"}}},
            f"MtaSts x: {INSIDE_SCRIPT}",
        ),
    ],
)
def test_what_is_refused(kind: str, inputs: dict[str, Any], words: str) -> None:
    with pytest.raises(PackageError) as refused:
        Package().construct("x", f"mta-sts:index:{kind}", inputs)
    assert str(refused.value) == words
