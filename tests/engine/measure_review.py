"""What the review of 1,000 unchanged domains costs: `python -m tests.engine.measure_review [N]`.

User CPU of a preview with the review, and with it taken out, in one run of this script; the bar
with look-ups off is 1.15. With them on, the seconds it takes. One domain is deployed, and its state
copied.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sandbox.cloud import Cloud
from sandbox.setting import Setting

ROUNDS = int(os.environ.get("ROUNDS", "3"))
ZONE = "bench.example"
FIRST = f"d0000.{ZONE}"
PROGRAM = """
import atexit, json, os, resource
import pulumi
from mta_sts import MtaSts, live

async def nothing(*_, **__):
    return []

how = os.environ["MEASURE"]
if how == "set up":
    live.wait_until_served = nothing
if how == "without":
    MtaSts._found = lambda self, policy: pulumi.Output.from_input([])
    MtaSts._say = lambda self, *_: True
    MtaSts._say_moved = lambda self, *_: None
config = pulumi.Config()
for number in range(config.require_int("count")):
    domain = f"d{number:04}.bench.example"
    MtaSts(domain, {
        "domain": domain,
        "zone": {"route53": config.require("zone")},
        "mode": "testing",
        "mx": ["mx1.mailhost.example", "mx2.mailhost.example"],
        "look_up": how == "with look-ups",
        "host": {"cloudfront": {"target": "d111111abcdef8.cloudfront.net", "bucket": "policies"}},
    })
atexit.register(lambda: print("CPU", resource.getrusage(resource.RUSAGE_SELF).ru_utime))
"""


class Measured:
    """Seconds of a preview: user CPU of the program, of all processes, and by the clock."""

    def __init__(self, setting: Setting, folder: Path, how: str) -> None:
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
        printed = pulumi(setting, folder, how, "preview", "--suppress-progress")
        self.wall = time.monotonic() - began
        self.all = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        self.program = float(printed.partition("CPU ")[2].split()[0])
        self.printed = printed


def pulumi(setting: Setting, folder: Path, how: str, *words: str, **options: Any) -> str:
    done = subprocess.run(
        ["pulumi", *words, "--non-interactive", "--color", "never"],
        cwd=folder, env={**setting.environment, "MEASURE": how}, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stdout[-4000:])
    return str(done.stdout)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with Cloud() as cloud, tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        setting = Setting(folder, cloud)
        zone = deploy(cloud, setting, folder)
        multiply(setting, folder, count)
        names = [f"d{number:04}.{ZONE}" for number in range(count)]
        mx = ["10 mx1.mailhost.example.", "20 mx2.mailhost.example."]
        cloud.put_records(zone, [(name, "MX", 300, mx) for name in names])
        announced = cloud.client("route53").list_resource_record_sets(HostedZoneId=zone)
        (record,) = (
            each["ResourceRecords"][0]["Value"]
            for each in announced["ResourceRecordSets"]
            if each["Name"] == f"_mta-sts.{FIRST}."
        )
        cloud.put_records(zone, [(f"_mta-sts.{name}", "TXT", 300, [record]) for name in names])
        Measured(setting, folder, "with")  # byte code
        for how in ("without", "with", "with look-ups"):
            found = [Measured(setting, folder, how) for _ in range(ROUNDS)]
            best = {
                each: min(vars(one)[each] for one in found) for each in ("program", "all", "wall")
            }
            print(how, {key: round(value, 2) for key, value in best.items()}, flush=True)
            if how == "without":
                bare = best
            else:
                for each in ("program", "all"):
                    print(f"  {each}: {best[each] / bare[each]:.3f} of the CPU without")
        print(found[-1].printed[-600:])


def deploy(cloud: Cloud, setting: Setting, folder: Path) -> str:
    zone = cloud.create_zone(ZONE)
    cloud.client("s3").create_bucket(Bucket="policies")
    (folder / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    pulumi(setting, folder, "set up", "stack", "init", "test")
    pulumi(setting, folder, "set up", "config", "set", "zone", zone)
    pulumi(setting, folder, "set up", "config", "set", "count", "1")
    pulumi(setting, folder, "set up", "up", "--yes", "--skip-preview")
    return zone


def multiply(setting: Setting, folder: Path, count: int) -> None:
    """Put the state of the domain that is deployed there `count` times."""
    state = json.loads(pulumi(setting, folder, "set up", "stack", "export"))
    every = state["deployment"]["resources"]
    own = json.dumps([each for each in every if FIRST in each["urn"]])
    for number in range(1, count):
        every += json.loads(own.replace(FIRST, f"d{number:04}.{ZONE}"))
    (folder / "state.json").write_text(json.dumps(state))
    pulumi(setting, folder, "set up", "stack", "import", "--file", "state.json")
    pulumi(setting, folder, "set up", "config", "set", "count", str(count))


if __name__ == "__main__":
    os.environ.pop("MTA_STS_NOW", None)
    main()
