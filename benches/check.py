"""`mta-sts check` side by side with checkdmarc and postfix-mta-sts-resolver, on one sandbox.

`python -m benches.check` measures, writes docs/bench/check.md, and fails where a bar is missed.
"""

import tempfile
from collections.abc import Iterator

from benches.check_clients import took
from benches.check_servers import Ports, domains, serving
from benches.measured import Row, Run, mta_sts, write

DELAY = 0.05  # seconds, as networks have
FASTER = 20
CPU = 1.5
MEMORY = 1.1
ROUNDS = 3  # the best of which counts: other programs only ever slow one down
FEW, MANY = 1000, 10_000
SLOW_COUNT = 50
CPU_COUNT = 500


def command(count: int, ports: Ports) -> Run:
    """`mta-sts check --json` on so many domains, all of which must be fine."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(domains(count)))
        file.flush()
        where = ["--dns", f"127.0.0.1:{ports.dns}", "--port", str(ports.https)]
        trust = ["--ca-file", str(ports.ca_file)]
        words = ("check", "--json", "--from", file.name, *where, *trust)
        return mta_sts(*words, statuses=(0,))


def speed() -> Iterator[Row]:
    """Against checkdmarc, over a network."""
    with serving(DELAY) as ports:
        half, whole = (
            min(took("checkdmarc", count, ports).wall for _ in range(ROUNDS))
            for count in (SLOW_COUNT // 2, SLOW_COUNT)
        )
        ours = min(command(FEW, ports).wall for _ in range(ROUNDS))
    theirs = whole * FEW
    yield Row(f"checkdmarc, one after another, {SLOW_COUNT} domains", f"{whole * SLOW_COUNT:.1f} s")
    yield Row("each of these; each of half as many", f"{whole * 1000:.0f} ms; {half * 1000:.0f} ms")
    yield Row(f"so {FEW} domains", f"{theirs:.0f} s")
    yield Row(f"`mta-sts check`, {FEW} domains, start and all", f"{ours:.1f} s")
    factor = theirs / ours
    yield Row("faster", f"{factor:.0f} times", f"at least {FASTER}", factor >= FASTER)


def cpu() -> Iterator[Row]:
    """Against postfix-mta-sts-resolver, without a network."""
    with serving(0) as ports:
        runs = [
            (
                took("postfix_mta_sts_resolver", CPU_COUNT, ports).cpu,
                took("look", CPU_COUNT, ports).cpu,
                took("checkdmarc", CPU_COUNT, ports).cpu,
            )
            for _ in range(ROUNDS)
        ]
        whole = command(FEW, ports).cpu / FEW
    theirs, ours, checkdmarc = map(min, zip(*runs, strict=True))
    yield Row("postfix-mta-sts-resolver", f"{theirs * 1000:.2f} ms")
    yield Row("checkdmarc", f"{checkdmarc * 1000:.2f} ms")
    yield Row("`mta-sts check`, the same questions", f"{ours * 1000:.2f} ms")
    ratio = ours / theirs
    yield Row("of postfix-mta-sts-resolver's", f"{ratio:.2f}", f"at most {CPU}", ratio <= CPU)
    yield Row("`mta-sts check`, all that it asks, start and all", f"{whole * 1000:.2f} ms")


def memory() -> Iterator[Row]:
    """That it does not grow with the number of domains."""
    with serving(0) as ports:
        few, many = command(FEW, ports), command(MANY, ports)
    ratio = many.memory / few.memory
    yield Row(f"{FEW:,} domains", f"{few.memory:.0f} MB")
    yield Row(f"{MANY:,} domains", f"{many.memory:.0f} MB, in {many.wall:.0f} s")
    yield Row("ratio", f"{ratio:.2f}", f"at most {MEMORY}", ratio <= MEMORY)


PARTS = {
    f"Time, where each answer comes after {DELAY * 1000:.0f} ms": speed,
    "CPU for a domain, where answers come at once": cpu,
    "The most memory that it had": memory,
}

HEAD = f"""\
Every domain has a policy in `enforce`, an MX host, a TLS reporting record and a certificate of its
own, shared with nine others. DNS and HTTPS are servers on loopback, in another process, whose CPU
does not count. checkdmarc's loop is over `check_mta_sts` alone, which asks less than
`mta-sts check` does: no MX, no TLS reporting, no CAA. It is measured on {SLOW_COUNT} domains, as
time is in proportion. Of time and CPU, the best of {ROUNDS} runs counts.
"""


if __name__ == "__main__":
    write("check", HEAD, PARTS)
