"""What the programs of `benches.domains` are asked for, by the environment."""

import hashlib
import os
from typing import Any

import pulumi

GROUP = 100
MX = ["mx1.mailhost.example", "mx2.mailhost.example"]
ACCOUNT = os.environ.get("BENCH_ACCOUNT", "")


class Asked:
    """What the environment asks for."""

    shape = os.environ.get("BENCH_SHAPE", "")
    host = os.environ.get("BENCH_HOST", "")
    zone = os.environ.get("BENCH_ZONE", "")
    zone_ids = tuple(os.environ.get("BENCH_ZONE_IDS", "").split())
    changed = bool(os.environ.get("BENCH_CHANGED"))
    look_up = bool(os.environ.get("BENCH_LOOK_UP"))


def domain(number: int) -> str:
    """The name of a domain."""
    return f"d{number:04}.example"


def max_age(number: int) -> int:
    """Seconds; another one for the domain that changes."""
    return 604801 if Asked.changed and number == 0 else 604800


def text(number: int) -> str:
    """The policy of a domain."""
    mx = "".join(f"mx: {host}\n" for host in MX)
    return f"version: STSv1\nmode: testing\n{mx}max_age: {max_age(number)}\n"


def record(number: int) -> str:
    """What announces it."""
    return f"v=STSv1; id={hashlib.sha256(text(number).encode()).hexdigest()[:32]};"


def r2_key() -> dict[str, Any]:
    """The key by which objects are written into R2."""
    secret = pulumi.Output.secret(os.environ["BENCH_R2_SECRET"])
    return {"access_key_id": os.environ["BENCH_R2_KEY"], "secret_access_key": secret}
