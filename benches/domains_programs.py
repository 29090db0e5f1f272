"""The programs whose cost `benches.domains` measures: the same domains, in four shapes.

Run by `pulumi`, which gets what to declare from the environment: BENCH_SHAPE, BENCH_HOST,
BENCH_ZONE, BENCH_ZONE_IDS (one for each domain), and BENCH_CHANGED for another policy of one.
"""

import gc
from collections.abc import Callable
from typing import Any

from benches.domains_asked import ACCOUNT, GROUP, MX, Asked, domain, max_age, r2_key


def ours() -> None:
    """Our components, a distribution or a Worker for a hundred domains."""
    from mta_sts import CloudFrontHost, MtaSts, WorkerHost
    from mta_sts.arguments import Host

    zones: list[Any] = [{Asked.zone: zone_id} for zone_id in Asked.zone_ids]
    for first in range(0, len(Asked.zone_ids), GROUP):
        numbers = range(first, min(first + GROUP, len(Asked.zone_ids)))
        hosted: Any = [{"domain": domain(number), "zone": zones[number]} for number in numbers]
        host: Host
        if Asked.host == "cloudfront":
            shared = CloudFrontHost(f"group{first // GROUP}", {"domains": hosted})
            host = {"cloudfront": {"target": shared.target, "bucket": shared.bucket}}
        elif Asked.host == "worker":
            worker = WorkerHost(
                f"group{first // GROUP}", {"domains": hosted, "account_id": ACCOUNT}
            )
            host = {"worker": {"account_id": ACCOUNT, "script": worker.script}}
        else:
            host = {"r2": {"account_id": ACCOUNT, **r2_key()}}  # type: ignore[typeddict-item]
        for number in numbers:
            MtaSts(
                domain(number),
                {
                    "domain": domain(number),
                    "zone": zones[number],
                    "mode": "testing",
                    "mx": [*MX],
                    "max_age": max_age(number),
                    "host": host,
                    "look_up": Asked.look_up,
                },
            )


def by_hand(name: str) -> Callable[[], None]:
    """The program of another shape, whose provider packages are imported for it alone."""
    from benches.domains_by_hand import ByHand, module

    if name == "module":
        return module
    return ByHand(in_components=name == "empty")


def main() -> None:
    """Declare what is asked for, as `__main__.py` begins."""
    gc.set_threshold(100_000, 50, 100)
    run = ours if Asked.shape == "ours" else by_hand(Asked.shape)
    run()
