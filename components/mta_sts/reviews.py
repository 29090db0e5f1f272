"""The reviews of all domains of a program: an error of one stops all, before anything is touched.

In a preview each component is registered first, so that what is found stands on the domain's own
line; in an update nothing is registered before every review has passed.
"""

import asyncio
from collections.abc import Iterable, Sequence

import pulumi
import pulumi.runtime

from mta_sts.checks import Arguments
from mta_sts.findings import Finding
from mta_sts.words import listed


class ReviewError(pulumi.RunError):
    """A change would do harm, and was stopped. The user mends it, or accepts it with a reason."""


class Reviews:
    """The reviews that one program expects."""

    def __init__(self) -> None:
        self._expected = 0
        self._stopped: dict[str, list[Finding]] = {}
        self._not_made: dict[str, BaseException] = {}
        self._all_in = asyncio.Event()

    def expect(self) -> None:
        """Say, while the program still constructs its components, that there is one more."""
        self._expected += 1
        self._all_in.clear()

    def not_made(self, domain: str, why: BaseException) -> None:
        """Say that the review of a domain ended in an error of its own: then nobody waits for it,
        and none passes."""
        self._not_made[domain] = why
        self._all_in.set()

    async def passed(self, domain: str, found: Iterable[Finding]) -> bool:
        """Hand in what was found of a domain; return, and true, once every review has passed.

        Raises:
            ReviewError: one of them found errors. All raise the same, and Pulumi shows it once.
        """
        errors = [finding for finding in found if finding.severity == "error"]
        if errors:
            self._stopped[domain] = errors
        self._expected -= 1
        if self._expected == 0:
            self._all_in.set()
        return await self.all_passed()

    async def all_passed(self) -> bool:
        """Return, and true, once every expected review has passed; at once where none is.

        Raises:
            ReviewError: one of them found errors, or was not made.
        """
        if self._expected:
            await self._all_in.wait()
        for domain, why in self._not_made.items():
            raise ReviewError(
                f"the review of {domain} ended in an error; nothing was changed: {why!r}"
            )
        if self._stopped:
            raise ReviewError(stopped(self._stopped))
        return True


def stopped(errors: dict[str, list[Finding]]) -> str:
    """What is said once, at the end. In a preview the findings stand on the domains' own lines."""
    if pulumi.runtime.is_dry_run():
        count = sum(len(found) for found in errors.values())
        what = "an error" if count == 1 else f"{count} errors"
        return f"the review found {what} in {', '.join(sorted(errors))}; nothing was changed"
    lines = [f"\n  {domain}: {finding}" for domain in sorted(errors) for finding in errors[domain]]
    return f"the review found errors; nothing was changed:{''.join(lines)}"


async def say_unreviewed(component: pulumi.Resource, given: Arguments) -> bool:
    """Say of a policy that is not known yet, in a preview, that it is not reviewed; whether that
    was said."""
    policy = {"mode": given.mode, "mx": given.mx, "maxAge": given.max_age}
    values = {key: pulumi.Output.from_input(value) for key, value in policy.items()}
    unknown = [key for key, value in values.items() if not await value.is_known()]
    if not unknown:
        return False
    await component.urn.future()  # else the line is lost
    found = Finding(
        "not-reviewed",
        "warning",
        f"{listed(unknown)} is known once a resource of this program is made. The review comes in "
        "`pulumi up`, before anything of this domain is written, and an error stops it there",
    )
    say(component, "", [found])
    return True


def say(component: pulumi.Resource, summary: str, found: Sequence[Finding]) -> None:
    """Put what changes, and what was found, on the component's own line."""
    tell = {"error": pulumi.log.error, "warning": pulumi.log.warn, "info": pulumi.log.info}
    if summary:
        pulumi.log.info(summary, resource=component)
    for finding in found:
        tell[finding.severity](str(finding), resource=component)
