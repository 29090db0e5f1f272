"""What one domain's review is told of DNS and of its host, as they are now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi

from mta_sts import zone_facts
from mta_sts.aside import aside
from mta_sts.findings import Observed, Wanted
from mta_sts.hosts.recorded import CLOUDFRONT
from mta_sts.memory import Recorded
from mta_sts.owners import Owner
from mta_sts.protocol.vantage import Vantage, VantageError
from mta_sts.state import State
from mta_sts.zones import ZoneOfDomain


@dataclass(frozen=True)
class Sight:
    """What there is to look at."""

    domain: str
    vantage: Vantage
    state: State
    zone: ZoneOfDomain
    leaving: Sequence[ZoneOfDomain]
    """Zones that the domain moves out of."""
    kind: str
    """The word for its host."""
    owner: Owner | None
    """Of its zone, where others keep that."""
    opts: pulumi.ResourceOptions | None
    """Those of the component."""

    @property
    def validation(self) -> Wanted | None:
        """The record by which the certificate is validated that the domain shares with others; None
        where it is not known, or where this run makes it."""
        if self.kind != CLOUDFRONT:
            return None
        found = self.state.certificates.validation_of(f"mta-sts.{self.domain}")
        is_kept = self.owner is not None or (found and self.state.has_record(found.name))
        return found if is_kept else None

    async def observed(
        self, recorded: Recorded, *, look_up: bool, authoritative: bool
    ) -> Observed | None:
        """What is seen; None where live look-ups are off.

        Args:
            authoritative: ask the zone's own servers; else what a resolver remembers is good
                enough.

        Raises:
            pulumi.RunError: the environment does not say where to look from.
        """
        seen = await self._look(recorded, authoritative) if look_up else None
        if self.owner is not None and self.owner.absent is not None:
            return replace(seen or Observed(), absent=self.owner.absent)
        return seen

    async def _look(self, recorded: Recorded, authoritative: bool) -> Observed:
        from mta_sts.observe import observe  # an HTTP client: only when needed

        servers, left = await zone_facts.name_servers(
            self.zone, self.leaving, recorded.zone_id, self.opts
        )
        unannounced = recorded.announced_id not in (None, recorded.written_id)
        unannounced = unannounced or recorded.unfinished is not None
        try:
            return await aside(
                observe(
                    self.domain,
                    replace(self.vantage, authoritative=authoritative),
                    zone_servers=servers,
                    left_servers=left,
                    left_to_owner=any(each.announced_at for each in self.leaving),
                    wanted=self._wanted(),
                    served=unannounced or recorded.is_new,
                )
            )
        except VantageError as error:
            raise pulumi.RunError(str(error)) from None

    def _wanted(self) -> Sequence[Wanted]:
        if self.owner is None:
            return [self.validation] if self.validation else []
        return self.owner.wanted if self.owner.absent is None else []
