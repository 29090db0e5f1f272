"""What a stack of many domains costs, in the shapes that there are.

`make bench` measures, writes docs/bench/domains.md, .json and .svg, and fails where a bar is
missed. It takes an hour or two. `python -m benches.domains 1 10` measures fewer domains, and writes
nothing.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from benches.domains_page import page
from benches.domains_runs import MEASURE, Cost, Shape, stack
from benches.measured import PAGES

COUNTS = (1, 10, 100, 1000)
MOST_WITH_CHECKPOINTS = 100
"""Domains; with more, the first `up` is measured without them: its time grows with the square."""
PAIRS = [
    ("cloudfront", "route53"),
    ("cloudfront", "cloudflare"),
    ("r2", "cloudflare"),
    ("worker", "cloudflare"),
]
SHAPES = [
    *(Shape(name, *pair) for pair in PAIRS for name in ("ours", "empty", "bare")),
    Shape("module", "cloudfront", "route53"),
]
NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}


@dataclass(frozen=True)
class Result:
    """What one shape cost with so many domains."""

    shape: Shape
    count: int
    resources: int
    """In the cloud."""
    slow: int
    """Distributions and certificates."""
    first: Cost
    again: Cost
    """`up` without a change."""
    preview: Cost
    changed: Cost
    """Preview of one domain that changes."""
    look_ups: Cost | None
    """Preview with what the review asks of live DNS; of ours alone."""


def results(shapes: Sequence[Shape], counts: Sequence[int]) -> Iterator[Result]:
    """Measure them, one after the other."""
    for count in counts:
        for shape in shapes:
            result = measured(shape, count)
            print(f"{shape}, {count}: {result.preview.cpu:.1f} s of CPU a preview", flush=True)
            yield result


def measured(shape: Shape, count: int) -> Result:
    """Measure one."""
    checkpoints = {} if count <= MOST_WITH_CHECKPOINTS else NO_CHECKPOINTS
    with stack(shape, count) as deployed:
        first = deployed.up(**checkpoints)
        types = deployed.resources()
        return Result(
            shape,
            count,
            sum(number for kind, number in types.items() if is_in_the_cloud(kind)),
            sum(number for kind, number in types.items() if kind.endswith(SLOW)),
            first,
            deployed.up(**checkpoints),
            deployed.preview(),
            deployed.preview(BENCH_CHANGED="1"),
            deployed.preview(BENCH_LOOK_UP="1") if shape.name == "ours" else None,
        )


SLOW = (":Distribution", ":Certificate")


def is_in_the_cloud(kind: str) -> bool:
    """Whether a resource of this type is more than a value in the state."""
    return kind.split(":")[0] in ("aws", "cloudflare")


def main() -> None:
    """Measure all that is asked for."""
    counts = [int(word) for word in sys.argv[1:]]
    found = list(results(SHAPES, counts or COUNTS))
    text, held = page(found)
    print(text)
    if not counts:
        figures = [asdict(result) for result in found]
        (PAGES / "domains.json").write_text(json.dumps(figures, indent=1) + "\n")
        (PAGES / "domains.md").write_text(text)
        subprocess.run([MEASURE, "-m", "benches.domains_plot"], check=True)
    sys.exit(not held)


if __name__ == "__main__":
    main()
