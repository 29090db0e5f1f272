"""What all components of one program share: the stack's state as it was, the time, the reviews."""

import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
import pulumi.runtime

from mta_sts.protocol.vantage import Vantage
from mta_sts.reviews import Reviews
from mta_sts.state import State

CLOCK = "MTA_STS_NOW"


@dataclass(frozen=True)
class Program:
    """One run of a program."""

    state: State
    """What the stack's state held when the first component was constructed."""
    now: datetime
    """The time of this run, UTC."""
    reviews: Reviews = field(default_factory=Reviews)


_programs: "WeakKeyDictionary[Any, Program]" = WeakKeyDictionary()


def this_program() -> Program:
    """The program that is running. The first call reads the stack's state, which takes a moment."""
    monitor = pulumi.runtime.settings.get_monitor()
    if monitor not in _programs:
        _programs[monitor] = Program(State(_recorded_resources()), _now())
    return _programs[monitor]


def _recorded_resources() -> Any:
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    call = pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {"stackName": stack})
    return call.value["outputs"]


def _now() -> datetime:
    """The time now; `MTA_STS_NOW` (RFC 3339) where it is set, which is logged."""
    try:
        time = Vantage.from_environment().clock()
    except ValueError as error:
        raise pulumi.RunError(str(error)) from None
    if os.environ.get(CLOCK):
        pulumi.log.warn(f"{CLOCK} is set: the time is taken to be {time.isoformat()}")
    return time
