"""What all components of one program share: the stack's state as it was, the time, the reviews."""

import os
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime

from mta_sts.findings import Group, Reports, Wanted
from mta_sts.handed_in import HandedIn
from mta_sts.hooks import Hooks
from mta_sts.inside import Inside
from mta_sts.life import counts_from
from mta_sts.memory import Recorded
from mta_sts.owners import Owners
from mta_sts.protocol.vantage import Vantage
from mta_sts.reports.folder import Folders
from mta_sts.reports.found import ReportsNotReadError
from mta_sts.reviews import Reviews
from mta_sts.state import State
from mta_sts.tenancy import Tenancy

CLOCK = "MTA_STS_NOW"
"""Take this for the time (RFC 3339), in tests. Every run says that it does."""
READ_STATE = "pulumi:pulumi:readStackResourceOutputs"
READ_PAUSES = (0.1, 0.2, 0.4, 0.8, 0.0)
"""Seconds after each try to read the state."""


@dataclass(frozen=True, eq=False)
class Program:
    """One run of a program."""

    state: State
    """What the stack's state held when the first component was constructed."""
    now: datetime
    """The time of this run, UTC."""
    vantage: Vantage
    """Where it looks from."""
    reviews: Reviews = field(default_factory=Reviews)
    hooks: Hooks = field(default_factory=Hooks)
    inside: Inside = field(default_factory=Inside)
    """The policies that go inside a Worker."""
    handed_in: HandedIn = field(default_factory=HandedIn)
    folders: Folders = field(default_factory=Folders)
    owners: Owners = field(init=False)
    """What the owners of zones kept elsewhere have made."""
    tenancy: Tenancy = field(init=False)
    """Names that go from a distribution to a tenant, or back."""
    groups: dict[str, Group] = field(default_factory=dict)
    """By domain, those that share its certificate."""
    validations: dict[str, pulumi.Output[Wanted]] = field(default_factory=dict)
    """By domain, the record that validates it, of those that have not joined a certificate."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "owners", Owners(self.state, self.vantage))
        object.__setattr__(self, "tenancy", Tenancy(self.state))

    def reports(
        self, domain: str, recorded: Recorded, folder: str | None, testing_period: float
    ) -> Reports | None:
        """What the TLS reports in a folder sum up to, as they count for `domain` now; None where
        there is no folder.

        Raises:
            pulumi.RunError: it cannot be read.
        """
        if folder is None:
            return None
        try:
            found = self.folders.read(folder)
        except ReportsNotReadError as error:
            raise pulumi.RunError(f"{domain}: reportsFrom cannot be read: {error}") from None
        return found.of(domain, counts_from(recorded, self.now, testing_period))


_programs: "WeakKeyDictionary[Any, Program]" = WeakKeyDictionary()
_runs: dict[str | None, Program] = {}

this_run: ContextVar[str | None] = ContextVar("this_run", default=None)
"""In a package, which constructs each component by a call and with a monitor of its own: what tells
the run that it is of, the same for all of one program."""


def this_program() -> Program:
    """The program that is running. The first call reads the stack's state, which takes a moment."""
    monitor = pulumi.runtime.settings.get_monitor()
    if monitor not in _programs:
        run = this_run.get()
        program = _runs.get(run) or _begin()
        # While this call waited for the state, another of the same run may have begun it.
        _programs[monitor] = program if run is None else _runs.setdefault(run, program)
    return _programs[monitor]


def _begin() -> Program:
    vantage = _vantage()
    return Program(State(_recorded_resources()), vantage.clock(), vantage)


def _recorded_resources() -> Any:
    """The recorded outputs of all resources of the stack.

    A state kept in files may be read in the moment in which the engine writes it: tried again.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    for pause in READ_PAUSES:
        try:
            call = pulumi.runtime.invoke(READ_STATE, {"stackName": stack})
        except Exception as error:  # noqa: BLE001 -- a failed call has no type of its own
            failure = error
            time.sleep(pause)
        else:
            return call.value["outputs"]
    raise pulumi.RunError(
        f"the state of {stack} cannot be read, and without it no change is safe: {failure}. "
        "Run again; a preview needs the right to read its own stack"
    )


def _vantage() -> Vantage:
    """From the environment, once a run; the clock of `MTA_STS_NOW` (RFC 3339), where it is set, is
    logged."""
    try:
        vantage = Vantage.from_environment()
    except ValueError as error:
        raise pulumi.RunError(str(error)) from None
    if os.environ.get(CLOCK):
        now = vantage.clock().isoformat()
        pulumi.log.warn(f"{CLOCK} is set: the time is taken to be {now}")
    return vantage
