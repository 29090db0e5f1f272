"""Policies on their way into the script of a Worker, from the components that make them."""

import asyncio

import pulumi

PATIENCE = 60.0
"""Seconds, after a program began, in which it makes the components of all its domains."""


class NoPolicyError(pulumi.RunError):
    """A `WorkerHost` lists a domain for which the program has no `MtaSts` on it. The user adds
    that, or takes the domain out of the host."""


class Inside:
    """One program's policies, by host name."""

    def __init__(self) -> None:
        self._texts: dict[str, asyncio.Future[pulumi.Output[str]]] = {}

    def put(self, host_name: str, text: pulumi.Output[str]) -> None:
        """Hand in the policy of a domain."""
        self._of(host_name).set_result(text)

    def get(self, host_name: str) -> pulumi.Output[str]:
        """The policy of a domain, once it is handed in."""
        handed_in: pulumi.Output[pulumi.Output[str]] = pulumi.Output.from_input(host_name).apply(
            self._wait
        )
        return handed_in.apply(lambda text: text)

    async def _wait(self, host_name: str) -> pulumi.Output[str]:
        try:
            return await asyncio.wait_for(asyncio.shield(self._of(host_name)), PATIENCE)
        except TimeoutError:
            domain = host_name.removeprefix("mta-sts.")
            raise NoPolicyError(
                f"{domain}: a WorkerHost lists it, but no MtaSts of this program has its policy "
                "inside that Worker. Give its MtaSts the host {worker: {script: …}}, without "
                "bucket, or take it out of the WorkerHost"
            ) from None

    def _of(self, host_name: str) -> "asyncio.Future[pulumi.Output[str]]":
        if host_name not in self._texts:
            self._texts[host_name] = asyncio.get_event_loop().create_future()
        return self._texts[host_name]
