"""What the owners of zones that are kept elsewhere have made by now, as one run sees it.

A domain joins the certificate that its host's domains share once its validation record is seen in
DNS, and is announced once it is seen that senders are led to where that is done. Both are looked up
while the program stands still: whether a resource is there must be known when it is declared.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pulumi

from mta_sts import external
from mta_sts.arguments import External
from mta_sts.findings import ACM_ISSUERS, Absent, NotAsked, Wanted
from mta_sts.presence import absent
from mta_sts.problems import ArgumentError
from mta_sts.protocol.vantage import Vantage
from mta_sts.rules.owner import missing_words
from mta_sts.rules.place import refused_by
from mta_sts.state import State
from mta_sts.zones import ZoneOfDomain, zone_of

MOST_AT_ONCE = 16
"""Domains that are looked up at the same time."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0  # seconds, between two looks
SAY_EVERY = 15.0  # seconds

T = TypeVar("T")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Owner:
    """The owner of one domain's zone."""

    domain: str
    announced_at: str
    """Where the policy is announced, in a zone of ours."""
    wait: float | None
    """Seconds that a run waits for the records; None: it goes on without."""
    wanted: tuple[Wanted, ...]
    """The CNAMEs that are to be made, as far as they are known when the program runs."""
    validation: Wanted | None
    """That by which the certificate is validated, if it is known."""
    target: str | None
    """The name of the host, if it is known."""
    absent: tuple[Absent, ...] | None = None
    """Those that are not as they must be; None where this run did not need to look."""
    unissued: str | None = None
    """Why no certificate is issued, even if the record for it is there."""

    @property
    def may_join(self) -> bool:
        """Whether a certificate with the domain's name in it will be issued."""
        if self.validation is None or self.absent is None or self.unissued:
            return False
        return self.validation not in [each.wanted for each in self.absent]


class Owners:
    """Those of one program."""

    def __init__(self, state: State, vantage: Vantage) -> None:
        self._state = state
        self._vantage = replace(vantage, authoritative=True)
        self.zone_names: dict[tuple[str, str], str] = {}
        """By type of its records and id, the names of the zones that were asked about."""
        self._known: dict[str, Owner] = {}
        self._gave_up: set[str] = set()

    def look(
        self,
        domains: Iterable[tuple[str, External]],
        opts: pulumi.InvokeOptions,
        target: str | None = None,
    ) -> list[Owner]:
        """The owners of the zones of these domains. Those who may have something left to make are
        looked up, all at the same time, and once in a program.

        Args:
            target: the name of the host, where the state does not have it.

        Raises:
            ArgumentError: a domain cannot be announced in the zone given.
            ZoneNotFoundError: that cannot be read.
        """
        wanted = [(domain, self._known.get(domain), zone) for domain, zone in domains]
        found = [owner or self._of(domain, zone, opts, target) for domain, owner, zone in wanted]
        due = [each for each in found if each.domain not in self._known and self._may_lack(each)]
        looked = {each.domain: each for each in _at_once(self._all(due))} if due else {}
        self._known |= {each.domain: looked.get(each.domain, each) for each in found}
        return [self._known[domain] for domain, _, _ in wanted]

    def _of(
        self, domain: str, given: External, opts: pulumi.InvokeOptions, target: str | None
    ) -> Owner:
        zone = ZoneOfDomain(*zone_of(given))
        try:
            announced = self._announced_at(domain, zone, opts)
        except external.DelegatedNameError as error:
            raise ArgumentError(domain, [f"zone: {error}"]) from None
        host_name = f"mta-sts.{domain}"
        validation = self._state.certificates.validation_of(host_name)
        target = self._state.target_of(host_name) or target
        return Owner(
            domain,
            announced,
            given.get("wait"),
            external.records(domain, announced, validation=validation, target=target, tlsrpt=None),
            validation,
            target,
        )

    def _announced_at(self, domain: str, zone: ZoneOfDomain, opts: pulumi.InvokeOptions) -> str:
        here = zone.recorded
        recorded = [each for each in self._state.announcements(domain) if each.zone == here]
        if any(not each.is_delegated_by(domain) for each in recorded):
            raise external.DelegatedNameError(
                f"external names the zone {zone.id}, which has the domain's own records: take "
                "another zone of yours"
            )
        if recorded:
            return recorded[0].name
        key = zone.module.RECORD_TYPE, str(zone.id)
        if key not in self.zone_names:
            self.zone_names[key] = zone.module.name_at_once(str(zone.id), opts)
        return external.announced_at(domain, self.zone_names[key].rstrip("."))

    def _may_lack(self, owner: Owner) -> bool:
        """Whether something is still to come: of a domain that is served and announced, the review
        tells what has gone."""
        host_name = f"mta-sts.{owner.domain}"
        announced = any(
            each.name == owner.announced_at for each in self._state.announcements(owner.domain)
        )
        return not announced or self._state.certificates.group_of(host_name) is None

    async def _all(self, owners: Iterable[Owner]) -> list[Owner]:
        turns = asyncio.Semaphore(MOST_AT_ONCE)

        async def looked(owner: Owner) -> Owner:
            async with turns:
                seen, unissued = await asyncio.gather(
                    self._absent(owner.wanted), self._unissued(owner.domain)
                )
            return replace(owner, absent=seen, unissued=unissued)

        return list(await asyncio.gather(*map(looked, owners)))

    async def _absent(self, wanted: Sequence[Wanted]) -> tuple[Absent, ...]:
        from mta_sts.observe import PATIENCE, within

        async def one(each: Wanted) -> tuple[Absent, ...]:
            found = await within(PATIENCE, absent([each], self._vantage))
            if isinstance(found, NotAsked):
                return (Absent(each, f"DNS cannot be asked: {found.why}"),)
            return found

        return tuple(each for found in await asyncio.gather(*map(one, wanted)) for each in found)

    async def _unissued(self, domain: str) -> str | None:
        from mta_sts.observe import PATIENCE, caa_of, within

        found = await within(PATIENCE, caa_of(domain, self._vantage))
        if isinstance(found, NotAsked):
            return f"its CAA records cannot be asked for: {found.why}"
        return refused_by(found, ACM_ISSUERS) if found else None

    async def wait(self, owner: Owner, wanted: Sequence[Wanted], say: Say) -> tuple[Absent, ...]:
        """Those of these records that the owner has not made when the time is up, if this run
        waits for them: none, as soon as all are seen. Who was waited for in vain is looked up
        once more, and not waited for again.

        Args:
            say: takes a line of progress: at once when there is something to wait for, when what is
                seen changes, and every 15 seconds.
        """
        patience = 0.0 if owner.domain in self._gave_up else owner.wait or 0.0
        loop = asyncio.get_running_loop()
        began, pause, said_at = loop.time(), FIRST_PAUSE, 0.0
        said: tuple[Absent, ...] = ()
        while missing := await self._absent(wanted):
            waited = loop.time() - began
            if waited >= patience:
                self._gave_up.add(owner.domain)
                return missing
            if missing != said or loop.time() - said_at > SAY_EVERY:
                say(
                    f"waiting for the owner of the zone of {owner.domain}: {waited:.0f} of "
                    f"{patience:.0f} s; missing: {missing_words(missing)}"
                )
                said, said_at = missing, loop.time()
            await asyncio.sleep(min(pause, patience - waited))
            pause = min(pause * 2, LONGEST_PAUSE)
        return ()


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, in an event loop of its own, while the program stands still."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, work).result()
