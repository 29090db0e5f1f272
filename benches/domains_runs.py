"""One stack of many domains against the sandbox, and what each run of the engine costs."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benches.domains_asked import MX, domain
from sandbox.aws.distribution import MOST_DISTRIBUTIONS
from sandbox.aws.iam import ANYTHING
from sandbox.cloud import Cloud
from sandbox.setting import ROOT, Setting

MEASURE = ROOT / ".venv-bench" / "bin" / "python"
LONGEST = 3600  # seconds that a run of the engine may take
PARALLEL = "100"
"""Each policy in a Worker is watched for half a minute: as many at a time."""
PROGRAM = "from benches.domains_programs import main\n\nmain()\n"


@dataclass(frozen=True)
class Shape:
    """What a program declares."""

    name: str
    host: str
    zone: str

    def __str__(self) -> str:
        return f"{self.name}, {self.host} with {self.zone}"


@dataclass(frozen=True)
class Cost:
    """What a run cost: seconds by the clock, CPU seconds of the engine, the program and the
    plugins, and the most memory of engine and program, in MB."""

    wall: float
    engine: float
    program: float
    plugins: float
    memory: float

    @property
    def cpu(self) -> float:
        """Seconds of engine and program. The sandbox's plugins are not the real ones."""
        return self.engine + self.program


class Measured:
    """A stack with so many domains."""

    def __init__(self, cloud: Cloud, folder: Path, shape: Shape, count: int) -> None:
        self._setting = Setting(folder, cloud)
        self._folder = folder
        self._shape = shape
        (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        self._environment = {
            **self._setting.environment,
            "PYTHONPATH": str(ROOT),
            "BENCH_SHAPE": shape.name,
            "BENCH_HOST": shape.host,
            "BENCH_ZONE": shape.zone,
            "BENCH_ZONE_IDS": " ".join(_zone(cloud, shape.zone, number) for number in range(count)),
            "BENCH_ACCOUNT": cloud.cloudflare.account,
            "BENCH_R2_KEY": cloud.cloudflare.access_key_id,
            "BENCH_R2_SECRET": cloud.cloudflare.secret_access_key,
        }
        self._environment.pop("MTA_STS_NOW", None)
        self.run("stack", "init", "test")

    def run(self, *words: str, **more: str) -> Cost:
        """Run `pulumi` with these words.

        Raises:
            RuntimeError: it failed.
        """
        command = [str(MEASURE), "-m", "benches.processes", "pulumi", *words]
        ended = subprocess.run(
            [*command, "--non-interactive", "--color", "never"],
            cwd=self._folder, env={**self._environment, **more}, timeout=LONGEST,
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found = json.loads(ended.stdout)
        if found["status"]:
            raise RuntimeError(found["printed"])
        return _cost(found["wall"], found["used"])

    def up(self, **more: str) -> Cost:
        """Deploy, without a preview before."""
        parallel = ["--parallel", PARALLEL] if self._shape.host == "worker" else []
        return self.run("up", "--yes", "--skip-preview", "--suppress-progress", *parallel, **more)

    def preview(self, **more: str) -> Cost:
        """Preview; one domain changes where it is asked for."""
        return self.run("preview", "--suppress-progress", **more)

    def resources(self) -> dict[str, int]:
        """How many there are of each type in the state."""
        done = subprocess.run(
            ["pulumi", "stack", "export"], cwd=self._folder, env=self._environment,
            timeout=LONGEST, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        counts: dict[str, int] = {}
        for each in json.loads(done.stdout)["deployment"]["resources"]:
            counts[each["type"]] = counts.get(each["type"], 0) + 1
        return counts


@contextmanager
def stack(shape: Shape, count: int) -> Iterator[Measured]:
    """A stack that begins empty, and a cloud for it alone."""
    with Cloud() as cloud, tempfile.TemporaryDirectory() as folder:
        cloud.keys.documents = [ANYTHING]  # what is measured beside has buckets of other names
        cloud.cloudfront.most_distributions = max(MOST_DISTRIBUTIONS, count)  # AWS was asked for
        yield Measured(cloud, Path(folder), shape, count)


def _cost(wall: float, used: Mapping[str, Mapping[str, float]]) -> Cost:
    none = {"cpu": 0.0, "memory": 0.0}
    engine, program, plugins = (used.get(kind, none) for kind in ("engine", "program", "plugins"))
    memory = engine["memory"] + program["memory"]
    return Cost(wall, engine["cpu"], program["cpu"], plugins["cpu"], memory)


def _zone(cloud: Cloud, kind: str, number: int) -> str:
    make = cloud.create_zone if kind == "route53" else cloud.create_cloudflare_zone
    zone = make(domain(number))
    mx = [f"{10 * place} {host}." for place, host in enumerate(MX, start=1)]
    cloud.put_records(zone, [(domain(number), "MX", 300, mx)])
    return zone
