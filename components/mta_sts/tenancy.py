"""Names on their way between a distribution and a tenant, within one program (P2).

CloudFront has a name on one distribution or one tenant only. So the distribution lets go of it
before the tenant is made; and the tenant is gone before the distribution takes it.
"""

import asyncio
from collections.abc import Iterable

import pulumi
import pulumi.runtime

from mta_sts.state import State

PATIENCE = 60.0
"""Seconds, after a program began, in which it makes the components of all its domains."""


Future = asyncio.Future[pulumi.Output[str]]
Futures = dict[str, Future]


class TenantKeptError(pulumi.RunError):
    """A `CloudFrontHost` lists a domain that a tenant of this stack serves, and that stays there.
    The user takes it out of the one, or gives its `MtaSts` the other host."""


class StillOnDistributionError(pulumi.RunError):
    """A distribution of this stack has the name of a tenant, and is in the program no more, so that
    nothing takes the name off it first. The user keeps its `CloudFrontHost` for one more run."""


class Tenancy:
    """Those of one program."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._on_tenants: set[str] = set()
        self._changed: Futures = {}
        self._free: Futures = {}
        self._certified: Futures = {}

    def takes(self, names: Iterable[str]) -> None:
        """Tenants have these names from now on."""
        self._on_tenants.update(names)

    def left_to(
        self, names: pulumi.Input[list[str]], certificate: pulumi.Input[str] | None
    ) -> pulumi.Output[list[str]]:
        """Those of these names that a distribution has, once no tenant has them any more.

        Args:
            certificate: that of the distribution, once it is issued: until then a tenant stays.
        """

        async def free(known: list[str]) -> list[str]:
            here = [name for name in known if name not in self._on_tenants]
            for name in filter(self._state.distributions.tenant_of, here):
                of_name = self._of(self._certified, name)
                if not of_name.done():
                    of_name.set_result(pulumi.Output.from_input(certificate or ""))
                await (await self._is_free(name)).future()
            return here

        return pulumi.Output.from_input(names).apply(free)

    def has_changed(self, called: str, distribution_id: pulumi.Output[str]) -> None:
        """A distribution of this program, whose id is known once it has let go of names."""
        self._of(self._changed, called).set_result(distribution_id)

    def let_go(self, name: str) -> pulumi.Output[str]:
        """Known once no distribution of this stack has the name."""
        holder = self._state.distributions.with_alias(name)
        if holder is None:
            return pulumi.Output.from_input("")
        found: pulumi.Output[pulumi.Output[str]] = pulumi.Output.from_input(holder).apply(
            lambda called: self._has_let_go(called, name)
        )
        return found.apply(lambda known: known)

    async def _has_let_go(self, holder: str, name: str) -> pulumi.Output[str]:
        try:
            return await self._within(self._of(self._changed, holder))
        except TimeoutError:
            domain = name.removeprefix("mta-sts.")
            raise StillOnDistributionError(
                f"{domain}: {holder} has the name {name}, and is in this program no more, so that "
                "it would go only after the tenant was made. Keep its CloudFrontHost, and the "
                "domain there as leaving, for one more `pulumi up`; or take the name off it in "
                "AWS, and run `pulumi refresh` first"
            ) from None

    def certified(self, name: str) -> pulumi.Output[str]:
        """Known once the certificate is issued with which a distribution takes the name."""
        found: pulumi.Output[pulumi.Output[str]] = pulumi.Output.from_input(name).apply(
            lambda known: self._of(self._certified, known)
        )
        return found.apply(lambda known: known)

    def free(self, name: str, gone: pulumi.Output[str]) -> None:
        """The tenant of this name is gone once `gone` is known."""
        self._of(self._free, name).set_result(gone)

    async def _is_free(self, name: str) -> pulumi.Output[str]:
        try:
            return await self._within(self._of(self._free, name))
        except TimeoutError:
            domain = name.removeprefix("mta-sts.")
            raise TenantKeptError(
                f"{domain}: a CloudFrontHost lists it, but a tenant of this stack has its name, "
                "and no MtaSts of this program moves it. Give its MtaSts the host {cloudfront: …}, "
                "or take it out of the CloudFrontHost"
            ) from None

    async def _within(self, awaited: Future) -> pulumi.Output[str]:
        return await asyncio.wait_for(asyncio.shield(awaited), PATIENCE)

    def _of(self, among: Futures, name: str) -> Future:
        if name not in among:
            among[name] = asyncio.get_event_loop().create_future()
        return among[name]
