"""A sender that looks at a domain all through an operation, and says when it was misled (P2)."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType

from mta_sts.protocol import Policy, PolicyError, Record, RecordError
from mta_sts.protocol.fetch import fetch
from mta_sts.protocol.policy import policy_id
from mta_sts.protocol.resolve import txt
from mta_sts.protocol.sender_errors import DnsError, FetchError
from mta_sts.protocol.vantage import Vantage

PAUSE = 0.05  # seconds between two looks
SETTLED = 2
"""Looks in a row that are served what is announced, after which another policy is a newer one."""
FETCH_TIMEOUT = 5.0  # seconds


@dataclass(frozen=True)
class Event:
    """A change of what the sender sees. `id` is None where the record, or the file, is gone."""

    at: datetime
    what: str
    """`file` or `record`."""
    id: str | None


@dataclass(frozen=True)
class Misled:
    """A moment at which the sender was given what P2 rules out."""

    at: datetime
    announced: str
    found: str


@dataclass
class Held:
    """What a sender keeps: a policy, under the id it was fetched for (RFC 8461 5.1)."""

    id: str
    policy: Policy


@dataclass
class Watcher:
    """Looks at `domain` from `vantage` between `with` and its end.

    Attributes:
        events: every change of the record and of the file, in order.
        misled: every time that an older policy was served than the record named, or that the
            record was there and no policy could be fetched.
        held: the policy in the sender's cache, fetched when the id was another than the one held.
        looks: how often it looked.
    """

    domain: str
    vantage: Vantage
    events: list[Event] = field(default_factory=list)
    misled: list[Misled] = field(default_factory=list)
    held: Held | None = None
    looks: int = 0

    def __post_init__(self) -> None:
        self.vantage = replace(self.vantage, timeout=FETCH_TIMEOUT)
        self._last: dict[str, str | None] = {}
        self._as_announced = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        self.wait_for(lambda: self.looks > 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        seen = self.looks
        self.wait_for(lambda: self.looks > seen + 1 or not self._thread.is_alive())
        self._stop.set()
        self._thread.join(timeout=30)

    def wait_for(self, condition: Callable[[], bool], timeout: float = 30.0) -> None:
        """Wait until `condition` holds. Raises TimeoutError after `timeout` seconds."""
        pause = threading.Event()
        for _ in range(int(timeout / PAUSE)):
            if condition():
                return
            pause.wait(PAUSE)
        raise TimeoutError(f"{self.domain}: not seen within {timeout:g} s; seen {self.events}")

    async def _watch(self) -> None:
        while not self._stop.is_set():
            await self._look()
            self.looks += 1
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        announced = await self._announced()
        if announced != self._last.get("record"):
            self._as_announced = 0
        try:
            body = (await fetch(self.domain, self.vantage)).body
        except (FetchError, DnsError) as error:
            self._note("file", None)
            self._note("record", announced)
            # A record that went while the policy was fetched misled nobody.
            if announced and await self._announced() == announced:
                self._mislead(announced, str(error))
            return
        served = policy_id(body)
        # Of two changes between two looks, which was first is not seen. A record that came before
        # its file is seen with the older one, and misleads.
        self._note("file", served)
        self._note("record", announced)
        if announced is None:
            return
        if served == announced:
            self._as_announced += 1
        elif self._as_announced < SETTLED and await self._announced() == announced:
            self._mislead(announced, f"the policy with id {served}")
        if self.held is None or self.held.id != announced:
            try:
                self.held = Held(announced, Policy.parse(body))
            except PolicyError as error:
                self._mislead(announced, str(error))

    async def _announced(self) -> str | None:
        try:
            return Record.select((await txt(f"_mta-sts.{self.domain}", self.vantage)).texts).id
        except (RecordError, DnsError):
            return None

    def _note(self, what: str, found: str | None) -> None:
        if self._last.get(what) != found:
            self._last[what] = found
            self.events.append(Event(self.vantage.clock(), what, found))

    def _mislead(self, announced: str, found: str) -> None:
        self.misled.append(Misled(self.vantage.clock(), announced, found))
