"""The page docs/bench/domains.md: what was measured, what was promised, and what follows."""

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benches.domains import Result

OVERHEAD = 1.15
MEMORY = 1.3
CHANGED = 40  # seconds of CPU, of 1,000 domains of which one changes
CHEAPER_PREVIEW, CHEAPER_FIRST = 2, 4
FEWER_SLOW = 50
ON_AWS = ("cloudfront", "route53")

HEAD = """\
# Many domains, measured

Written by `make bench`, on {cpus} processors with Python {python}, against the sandbox. CPU is that
of the engine and of the program; that of the plugins is left out, as the sandbox's stand in for the
real ones. Memory is the most that engine and program had. The real clouds take longer to answer:
minutes for each distribution and certificate, whatever the program.

- **ours**: `MtaSts` for each domain, and a `CloudFrontHost` or `WorkerHost` for each hundred. Live
  look-ups are off, as nothing else has them; the last column has them on.
- **empty**: the same resources by hand, those of each domain in a component that does nothing but
  call `register_outputs`, as Pulumi recommends to every component.
- **bare**: the same resources by hand.
- **module**: the shape of the usual Terraform module, with a bucket, a certificate and a
  distribution for each domain.

All begin with `gc.set_threshold(100_000, 50, 100)`, as `__main__.py` does.

![CPU of a preview and time of the first up, by number of domains](domains.svg)

## Figures

The first `up` of more than {most} domains is without checkpoints.

| shape | domains | resources | distributions, certificates | first `up`: s | CPU | \
`up` again: CPU | preview: CPU | one changed: CPU | MB | look-ups: CPU |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""
FOOT = """
## What grows, and what follows

- **Previews grow in proportion**: each resource is registered, checked and compared, changed or
  not. Most of it is Pulumi's own, some milliseconds a resource in the SDK and in the engine, which
  a component can only save by having fewer resources. Ours has 4 for a domain on CloudFront and on
  R2, 2 with a Worker.
- **What a program makes lives to its end**, and Python looks for garbage among it all the time.
  `gc.set_threshold(100_000, 50, 100)` as its first line saves a seventh of the program's CPU with
  our components, and about half of it with the classes of the providers' packages, which make an
  Output of each property.
- **The first `up` grows with the square**, because the engine writes the whole state after each
  step: a hundred times the resources are a hundred times as many writes, each a hundred times as
  long. For the first `up` of a large stack in a state kept in files, `PULUMI_SKIP_CHECKPOINTS=true`
  with `PULUMI_EXPERIMENTAL=true` leaves that out: but a run that is killed then loses what it did
  not write, so keep it to the first `up`, and to previews, where there is nothing to lose.
- **Later changes are small**: an `up` that changes one domain writes few steps.
- **Split stacks at about 500 domains**: then a preview is a matter of seconds, one of a thousand is
  felt at each pull request, and the first `up` with checkpoints takes minutes. Split sooner where
  different people review different domains.
"""


def page(found: Sequence["Result"]) -> tuple[str, bool]:
    """The page, and whether every bar holds."""
    head = HEAD.format(cpus=os.cpu_count(), python=platform.python_version(), most=100)
    bars = list(_bars(found))
    lines = ["", "## What is promised", "", "| | | bar |", "|---|---:|---|"]
    lines += [f"| {what} | {figure} | {bar} |" for what, figure, bar, _ in bars]
    text = head + "\n".join([*map(_row, found), *lines]) + "\n" + FOOT
    return text, all(holds for *_, holds in bars)


def _row(each: "Result") -> str:
    cells = [
        str(each.shape),
        f"{each.count:,}",
        f"{each.resources:,}",
        f"{each.slow:,}",
        f"{each.first.wall:.1f}",
        f"{each.first.cpu:.1f}",
        f"{each.again.cpu:.1f}",
        f"{each.preview.cpu:.1f}",
        f"{each.changed.cpu:.1f}",
        f"{each.preview.memory:.0f}",
        f"{each.look_ups.cpu:.1f}" if each.look_ups else "",
    ]
    return f"| {' | '.join(cells)} |"


Bar = tuple[str, str, str, bool]


def _bars(found: Iterable["Result"]) -> Iterator[Bar]:
    by = {(each.shape.name, each.shape.host, each.shape.zone, each.count): each for each in found}
    for (name, host, zone, count), ours in by.items():
        if name == "ours" and (empty := by.get(("empty", host, zone, count))) and count >= 100:
            yield from _overhead(ours, empty)
    for (name, *_, count), module in by.items():
        shared = by.get(("ours", *ON_AWS, count))
        if name == "module" and shared and count >= 100:
            yield from _against_module(shared, module)
    for each in by.values():
        if each.shape.name == "ours" and each.count == 1000:
            cpu = each.changed.cpu
            what = f"one of 1,000 changes, {each.shape.host} with {each.shape.zone}: CPU"
            yield what, f"{cpu:.1f} s", f"at most {CHANGED} s", cpu <= CHANGED


def _overhead(ours: "Result", empty: "Result") -> Iterator[Bar]:
    where = f"{ours.count:,} domains, {ours.shape.host} with {ours.shape.zone}"
    cpu = ours.preview.cpu / empty.preview.cpu
    yield f"{where}: CPU of a preview, over empty components", *_most(cpu, OVERHEAD)
    memory = ours.preview.memory / empty.preview.memory
    yield f"{where}: memory, over empty components", *_most(memory, MEMORY)


def _against_module(ours: "Result", module: "Result") -> Iterator[Bar]:
    where = f"{ours.count:,} domains, a distribution for each"
    preview = module.preview.cpu / ours.preview.cpu
    yield f"{where}: CPU of a preview", *_least(preview, CHEAPER_PREVIEW)
    slow = module.slow / ours.slow
    yield f"{where}: distributions and certificates", *_least(slow, FEWER_SLOW)
    if ours.count <= 100:
        first = module.first.cpu / ours.first.cpu
        yield f"{where}: CPU of the first `up`", *_least(first, CHEAPER_FIRST)


def _most(ratio: float, bar: float) -> tuple[str, str, bool]:
    return f"{ratio:.2f} times", f"at most {bar}", ratio <= bar


def _least(ratio: float, bar: float) -> tuple[str, str, bool]:
    return f"{ratio:.1f} times", f"at least {bar}", ratio >= bar
