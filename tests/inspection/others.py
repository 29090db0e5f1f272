"""What postfix-mta-sts-resolver and checkdmarc make of domains, each as it is: no part is replaced.

`python -m tests.inspection.others DNS_PORT < domains` prints a JSON object: for each domain and
program the policy that it would use, as [id, mode, mx, max_age], or null.

Run in a process of its own, as both take proxy and trust from the environment that they start in.
"""

import asyncio
import json
import sys

import aiodns
import dns.resolver
from checkdmarc.mta_sts import check_mta_sts  # type: ignore[import-untyped]
from postfix_mta_sts_resolver.resolver import (  # type: ignore[import-untyped]
    STSFetchResult,
    STSResolver,
)

PATIENCE = 4  # seconds

Used = list[object] | None
"""Id, mode, mx and max_age of a policy."""


async def postfix_mta_sts_resolver(domain: str, dns_port: int) -> Used:
    """What it would hand to Postfix."""
    resolver = STSResolver(timeout=PATIENCE, loop=asyncio.get_running_loop())
    resolver._resolver = aiodns.DNSResolver(nameservers=[f"127.0.0.1:{dns_port}"], timeout=1)
    result, found = await resolver.resolve(domain)
    if result is not STSFetchResult.VALID:
        return None
    record_id, policy = found
    return [record_id, policy["mode"], _mx(policy["mx"]), policy["max_age"]]


def checkdmarc(domain: str, dns_port: int) -> Used:
    """What it calls valid."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = ["127.0.0.1"], dns_port, PATIENCE
    found = check_mta_sts(domain, resolver=resolver)
    if not found["valid"]:
        return None
    policy = found["policy"]
    return [found["id"], policy["mode"], _mx(policy["mx"]), policy["max_age"]]


def _mx(patterns: list[str]) -> list[str]:
    return sorted({pattern.lower() for pattern in patterns})


async def main(dns_port: int) -> None:
    """Ask both, all at the same time."""

    async def both(domain: str) -> tuple[Used, Used]:
        return await asyncio.gather(
            postfix_mta_sts_resolver(domain, dns_port),
            asyncio.to_thread(checkdmarc, domain, dns_port),
        )

    domains = sys.stdin.read().split()
    found = await asyncio.gather(*map(both, domains))
    names = ("postfix-mta-sts-resolver", "checkdmarc")
    said = {
        domain: dict(zip(names, each, strict=True))
        for domain, each in zip(domains, found, strict=True)
    }
    print(json.dumps(said))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
