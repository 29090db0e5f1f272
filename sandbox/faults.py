"""Calls that fail, hang, or are done and never answered."""

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

How = Literal["fail", "hang", "lose"]
POLL = 0.05  # seconds


@dataclass(eq=False)
class Fault:
    """What is to happen to the calls of one operation, or of those that match a pattern.

    fail: refused before anything is applied, with `status` and `code`, and after how many seconds
          to try again, if `retry_after` is set.
    hang: held before it is applied, for `seconds` or until `release`; a call whose caller is
          gone by then is never applied.
    lose: applied, then held likewise (not at all by default), and the connection dropped.

    `service` and `operation` are patterns. With `writes`, only calls that change something count;
    the first `skip` of those that match are let through.
    """

    service: str
    operation: str
    how: How = "fail"
    times: int | None = 1
    status: int = 500
    code: str = "InternalError"
    seconds: float | None = None
    match: str | None = None
    retry_after: int | None = None
    writes: bool = False
    skip: int = 0
    hit: threading.Event = field(default_factory=threading.Event)
    hits: int = 0
    where: str = ""
    """The last call that it hit."""
    _over: threading.Event = field(default_factory=threading.Event)
    _dropped: bool = False

    def release(self) -> None:
        """Let the calls that are held go on."""
        self._over.set()

    def drop(self) -> None:
        """Drop the calls that are held: those that hang are not applied."""
        self._dropped = True
        self._over.set()

    def hold(self, caller_is_gone: Callable[[], bool]) -> bool:
        """Hold a call; whether it is to go on."""
        left = self.seconds
        while not self._over.is_set() and (left is None or left > 0):
            if caller_is_gone():
                return False
            self._over.wait(POLL if left is None else min(POLL, left))
            left = None if left is None else left - POLL
        return not self._dropped and not caller_is_gone()


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        *,
        service: str,
        operation: str,
        how: How = "fail",
        times: int | None = 1,
        status: int = 500,
        code: str = "InternalError",
        seconds: float | None = None,
        match: str | None = None,
        retry_after: int | None = None,
        writes: bool = False,
        skip: int = 0,
    ) -> Fault:
        """A fault for the next `times` calls (None: all) whose path or body contains `match`."""
        if how == "lose" and seconds is None:
            seconds = 0.0
        fault = Fault(
            service, operation, how, times, status, code, seconds, match, retry_after, writes, skip
        )
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """End a fault; the calls it holds go on."""
        with self._lock:
            self._faults = [other for other in self._faults if other is not fault]
        fault.release()

    def clear(self) -> None:
        """End all faults; the calls they hold are dropped."""
        with self._lock:
            ended, self._faults = self._faults, []
        for fault in ended:
            fault.drop()

    def take(self, service: str, operation: str, text: str, *, writes: bool) -> Fault | None:
        """The fault for a call, counted as a hit."""
        with self._lock:
            for fault in self._faults:
                if (
                    fnmatch.fnmatchcase(service, fault.service)
                    and fnmatch.fnmatchcase(operation, fault.operation)
                    and (writes or not fault.writes)
                    and (fault.times is None or fault.hits < fault.times)
                    and (fault.match is None or fault.match in text)
                ):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.hits += 1
                    fault.where = f"{service} {operation}"
                    return fault
        return None
