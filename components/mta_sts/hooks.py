"""The hooks of a program: one of each kind, however many domains there are.

Every hook is a call to the engine. And of many that are registered at the same time, the SDK gives
each a server of its own.
"""

from collections.abc import Awaitable, Callable

import pulumi

Run = Callable[[pulumi.ResourceHookArgs], Awaitable[None]]


class Hooks:
    """What runs before the resources of a program, by kind of hook and name of resource."""

    def __init__(self) -> None:
        self._hooks: dict[str, pulumi.ResourceHook] = {}
        self._runs: dict[tuple[str, str], Run] = {}

    def before(self, resource: str, kind: str, run: Run) -> pulumi.ResourceHook:
        """The hook of this kind, which does `run` for this resource.

        While a domain moves, records of two types have one name, and one run.

        Raises:
            pulumi.RunError: a resource of another domain has this name.
        """
        if self._runs.get((kind, resource), run) != run:
            raise pulumi.RunError(
                f"two resources are called {resource}: give each MtaSts a name of its own"
            )
        self._runs[kind, resource] = run
        if kind not in self._hooks:

            async def dispatch(args: pulumi.ResourceHookArgs) -> None:
                await self._runs[kind, args.name](args)

            self._hooks[kind] = pulumi.ResourceHook(kind, dispatch)
        return self._hooks[kind]
