"""Whether a policy is live: its bytes are served at its real name (P2)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pulumi

from mta_sts.protocol.fetch import Fetched, fetch, fetch_from
from mta_sts.protocol.policy import policy_id, policy_url
from mta_sts.protocol.resolve import addresses
from mta_sts.protocol.sender_errors import SenderError
from mta_sts.protocol.vantage import Vantage

FIRST_PAUSE = 0.25  # seconds
LONGEST_PAUSE = 5.0  # seconds
SAY_EVERY = 15.0  # seconds


class NotLiveError(pulumi.RunError):
    """The policy was not seen at its real name in time. Nothing was announced; senders keep the
    policy announced before. The caller runs `pulumi up` again once what the message names is
    mended."""


async def wait_until_served(
    domain: str,
    wanted: str,
    vantage: Vantage,
    patience: float,
    say: Callable[[str], None],
    target: str | None = None,
    *,
    unbroken: float = 0.0,
) -> None:
    """Return once the bytes served for `domain` hash to the id `wanted`.

    Args:
        patience: seconds until it is given up.
        target: ask this host, under the policy's own name, before DNS names it.
        unbroken: seconds for which they must be seen at every look: what the host needs until every
            edge serves them.
        say: takes a line of progress: at once when there is something to wait for, when what is
            served changes, and every 15 seconds.

    Raises:
        NotLiveError: the time is up; or a cache of CloudFront's answers, at once.
    """
    url = policy_url(domain) + (f" at {target}" if target else "")
    seen, said, said_at = "no answer yet", "", 0.0
    loop = asyncio.get_running_loop()
    began = loop.time()
    pause = FIRST_PAUSE
    since: float | None = None
    try:
        async with asyncio.timeout(patience + unbroken):
            while True:
                try:
                    fetched = await _fetched(domain, vantage, target)
                    served = policy_id(fetched.body)
                    seen = f"it serves the policy with id {served}"
                    if fetched.from_cache:
                        raise NotLiveError(_cached(domain, url))
                except SenderError as error:
                    served, seen = "", str(error)
                since = (since or loop.time()) if served == wanted else None
                if since is not None and loop.time() - since >= unbroken:
                    return
                waited = loop.time() - began
                if seen != said or loop.time() - said_at > SAY_EVERY:
                    say(f"waiting for {url} to serve id {wanted}: {waited:.0f} s; {seen}")
                    said, said_at = seen, loop.time()
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
    except TimeoutError:
        raise NotLiveError(
            f"{domain}: id {wanted} was not announced: after {patience:g} s {url} does not serve "
            f"that policy. Last seen: {seen}. Senders keep what was announced before. Run "
            "`pulumi up` again once it is served; gateTimeout says how many seconds to wait"
        ) from None


async def _fetched(domain: str, vantage: Vantage, target: str | None) -> Fetched:
    if target is None:
        return await fetch(domain, vantage)
    host = await addresses(target, vantage)
    return await fetch_from(replace(host, name=f"mta-sts.{domain}"), vantage)


def _cached(domain: str, url: str) -> str:
    return (
        f"{domain}: nothing was announced: {url} is answered from a cache of CloudFront's, and one "
        "that still holds an older policy would give that to senders under the new id. The cache "
        "behavior needs the cache policy CachingDisabled"
    )
