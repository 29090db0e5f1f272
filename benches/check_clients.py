"""Programs that look domains up, each in a process of its own: `python -m benches.check_clients
PROGRAM COUNT DNS_PORT HTTPS_PORT CA_FILE` prints the seconds, and the CPU seconds, that it took.

Others fetch from port 443 only, so here the address that they connect to is the sandbox's. Each is
warmed up by a few domains, so that what is done once for all does not count.
"""

import asyncio
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from typing import Any

from benches.check_servers import Ports, domains

IN_FLIGHT = 50  # domains, of those that look at several at the same time
WARM_UP = 20


@dataclass(frozen=True)
class Took:
    """Seconds, and seconds of CPU, for one domain."""

    wall: float
    cpu: float


def took(program: str, count: int, ports: Ports) -> Took:
    """What `program` takes for `count` domains, for each."""
    command = [sys.executable, "-m", "benches.check_clients", program, str(count)]
    where = [str(ports.dns), str(ports.https), str(ports.ca_file)]
    environment = os.environ | {"REQUESTS_CA_BUNDLE": str(ports.ca_file)}
    printed = run([*command, *where], check=True, capture_output=True, env=environment).stdout
    wall, cpu = map(float, printed.split())
    return Took(wall / count, cpu / count)


def checkdmarc(names: Sequence[str], ports: Ports) -> None:
    """Its own function for MTA-STS, one domain after another, as its `check_domains` does."""
    import dns.resolver
    import urllib3.util.connection
    from checkdmarc.mta_sts import check_mta_sts  # type: ignore[import-untyped]

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], ports.dns
    connect = urllib3.util.connection.create_connection

    def of_sandbox(address: tuple[str, int], *rest: object, **options: object) -> object:
        found = resolver.resolve(address[0], "A")[0]
        return connect((found.address, ports.https), *rest, **options)  # type: ignore[arg-type]

    urllib3.util.connection.create_connection = of_sandbox  # type: ignore[assignment]
    for name in names:
        found = check_mta_sts(name, resolver=resolver)
        if not found["valid"]:
            raise RuntimeError(f"{name}: {found['error']}")
    urllib3.util.connection.create_connection = connect


def postfix_mta_sts_resolver(names: Sequence[str], ports: Ports) -> None:
    """Its resolver, with as many domains at the same time as `look` has."""
    import aiodns
    import aiohttp.connector
    import aiohttp.resolver
    from postfix_mta_sts_resolver.resolver import (  # type: ignore[import-untyped]
        STSFetchResult,
        STSResolver,
    )

    server = [f"127.0.0.1:{ports.dns}"]

    class OfSandbox(aiohttp.resolver.AsyncResolver):
        """aiohttp's own, asking the sandbox, whose HTTPS port it adds to each address."""

        def __init__(self, **_: object) -> None:
            super().__init__(nameservers=server)

        async def resolve(self, *asked: Any, **options: Any) -> list[aiohttp.abc.ResolveResult]:
            found = await super().resolve(*asked, **options)
            for each in found:
                each["port"] = ports.https
            return found

    vars(aiohttp.connector)["DefaultResolver"] = OfSandbox
    aiohttp.connector._SSL_CONTEXT_VERIFIED.load_verify_locations(str(ports.ca_file))

    async def main() -> None:
        resolver = STSResolver(timeout=30, loop=asyncio.get_running_loop())
        resolver._resolver = aiodns.DNSResolver(nameservers=server)

        async def one(name: str) -> None:
            result, _ = await resolver.resolve(name)
            if result is not STSFetchResult.VALID:
                raise RuntimeError(f"{name}: {result}")

        await _each(names, one)

    asyncio.run(main())


def look(names: Sequence[str], ports: Ports) -> None:
    """What `check` asks of the questions that a sender has: TXT, address, policy."""
    from mta_sts.protocol.sender import look
    from mta_sts.protocol.vantage import Vantage

    vantage = Vantage(
        dns=("127.0.0.1", ports.dns), ca_file=str(ports.ca_file), https_port=ports.https
    )

    async def one(name: str) -> None:
        sight = await look(name, vantage)
        if sight.error:
            raise sight.error

    asyncio.run(_each(names, one))


async def _each(names: Sequence[str], one: Callable[[str], object]) -> None:
    turns = asyncio.Semaphore(IN_FLIGHT)

    async def turn(name: str) -> None:
        async with turns:
            await one(name)  # type: ignore[misc]

    await asyncio.gather(*map(turn, names))


PROGRAMS = {each.__name__: each for each in (checkdmarc, postfix_mta_sts_resolver, look)}


def main() -> None:
    """Run one, and print what it took."""
    program, count, dns_port, https_port, ca_file = sys.argv[1:]
    ports = Ports(int(dns_port), int(https_port), Path(ca_file))
    names = domains(int(count) + WARM_UP)
    ask = PROGRAMS[program]
    ask(names[:WARM_UP], ports)
    began, busy = time.perf_counter(), _cpu()
    ask(names[WARM_UP:], ports)
    print(time.perf_counter() - began, _cpu() - busy)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
