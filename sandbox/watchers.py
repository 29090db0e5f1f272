"""Senders that look at domains all through a history, and what they hold against it (P2).

Each known kind of sender looks through each kind of resolver. What is suspicious is written down
with the step at which it was seen; whoever runs the history knows what of it was to be expected.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Literal, Self, TypeVar

from mta_sts.protocol import Record, RecordError
from mta_sts.protocol.fetch import fetch_from
from mta_sts.protocol.policy import policy_id
from mta_sts.protocol.resolve import AddressAnswer, TxtAnswer, addresses, txt
from mta_sts.protocol.sender_errors import DnsError, FetchError
from mta_sts.protocol.vantage import Vantage
from sandbox.resolvers import HABITS, Heard, Resolver
from sandbox.senders import CUSTOMS, Kept, Sender

PAUSE = 0.1  # seconds between two looks
FETCH_TIMEOUT = 5.0  # seconds
DNS_TIMEOUT = 1.0  # seconds

T = TypeVar("T")
What = Literal["older", "strange", "unfetched"]


@dataclass(frozen=True)
class Suspicion:
    """A moment at which a sender was given what P2 rules out, unless it was to be expected.

    older: the policy served is older than the one that the record names.
    strange: it is one that nobody deployed.
    unfetched: the record is there, and no policy can be fetched.
    """

    step: int
    domain: str
    what: What
    resolver: str
    announced: str
    found: str
    kept: bool
    """Whether the record is a resolver's memory."""
    not_there: bool = False
    """Whether it is a resolver's memory that the host does not exist."""


@dataclass
class Watched:
    """One domain: what was deployed, and who looks at it.

    Attributes:
        versions: the ids of the policies that were deployed, each with the last time that it was.
        record: the id that the record has.
        served: the id of what is served; None where nothing is.
    """

    domain: str
    versions: dict[str, int] = field(default_factory=dict)
    version: int = 0
    record: str | None = None
    record_version: int = 0
    served: str | None = None
    by_hand: set[str] = field(default_factory=set)
    looks: int = 0
    resolvers: list[tuple[Resolver, list[Sender]]] = field(
        default_factory=lambda: [
            (Resolver(habit), [Sender(custom) for custom in CUSTOMS]) for habit in HABITS
        ]
    )

    def deploys(self, wanted: str) -> None:
        """Say that from now on a run may serve and announce the policy with this id."""
        self.version += 1
        self.versions[wanted] = self.version

    @property
    def senders(self) -> list[tuple[str, Sender]]:
        """All senders, and the name of each."""
        return [
            (f"a sender that {sender.custom.name}, behind {resolver.habit.name}", sender)
            for resolver, senders in self.resolvers
            for sender in senders
        ]

    def forgets(self) -> None:
        """Let all caches be empty."""
        for resolver, senders in self.resolvers:
            resolver.forgets()
            for sender in senders:
                sender.forgets()


class Watchers:
    """Look at domains between `with` and its end.

    Attributes:
        step: of the history, which suspicions are written down with.
        suspicions: in order.
        looks: how often a domain was looked at, over all.
    """

    def __init__(self, vantage: Vantage, clock: Callable[[], datetime]) -> None:
        self._vantage = replace(vantage, timeout=FETCH_TIMEOUT, dns_timeout=DNS_TIMEOUT)
        self._clock = clock
        self.step = 0
        self.suspicions: list[Suspicion] = []
        self.watched: dict[str, Watched] = {}
        self.looks = 0
        self.error: BaseException | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def watch(self, domain: str) -> Watched:
        """Look at this domain, too, from now on."""
        return self.watched.setdefault(domain, Watched(domain))

    def wait_for(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition` holds; whether it did within `timeout` seconds.

        Raises:
            RuntimeError: the watchers have come to an end.
        """
        end = time.monotonic() + timeout
        while not condition():
            if not self._thread.is_alive():
                raise RuntimeError("the watchers have stopped") from self.error
            if time.monotonic() > end:
                return False
            time.sleep(PAUSE)
        return True

    def look_again(self, timeout: float = 20.0) -> None:
        """Wait until every domain was looked at from now on."""
        seen = {domain: watched.looks for domain, watched in self.watched.items()}
        self.wait_for(
            lambda: all(self.watched[domain].looks > count + 1 for domain, count in seen.items()),
            timeout,
        )

    def holding(self, domain: str) -> list[tuple[str, Kept]]:
        """What is held of a domain now, and by whom."""
        now = self._clock()
        return [
            (name, held)
            for name, sender in self.watched[domain].senders
            if (held := sender.holds(now)) is not None
        ]

    def _run(self) -> None:
        try:
            asyncio.run(self._watch())
        except BaseException as error:
            self.error = error
            raise

    async def _watch(self) -> None:
        while not self._stop.is_set():
            for watched in list(self.watched.values()):
                await self._look(watched)
                watched.looks += 1
                self.looks += 1
            await asyncio.sleep(PAUSE)

    async def _look(self, watched: Watched) -> None:
        now, version = self._clock(), watched.version
        name, host = f"_mta-sts.{watched.domain}", f"mta-sts.{watched.domain}"
        texts = await _answer(txt(name, self._vantage))
        if not isinstance(texts, DnsError):
            self._notes_record(watched, _id_in(texts))
        where = await _answer(addresses(host, self._vantage))
        fetched: dict[tuple[str, ...], bytes | FetchError] = {}
        for resolver, senders in watched.resolvers:
            heard = resolver.hears(texts, watched.record_version, now, TxtAnswer, name)
            led = resolver.hears(where, version, now, AddressAnswer, host)
            announced = None if isinstance(heard, DnsError) else _id_in(heard.answer)
            body = await self._body(led, fetched)
            if resolver.habit == HABITS[0]:
                watched.served = policy_id(body) if isinstance(body, bytes) else None
            if announced is not None and not isinstance(heard, DnsError):
                await self._judges(watched, resolver, heard, led, announced, body)
            for sender in senders:
                sender.sends(announced, body if isinstance(body, bytes) else None, now)

    def _notes_record(self, watched: Watched, announced: str | None) -> None:
        if announced != watched.record:
            watched.record, watched.record_version = announced, watched.version

    async def _body(
        self,
        led: Heard[AddressAnswer] | DnsError,
        fetched: dict[tuple[str, ...], bytes | FetchError],
    ) -> bytes | DnsError | FetchError:
        """What is served where a resolver leads to: asked once a look, for all that lead there."""
        if isinstance(led, DnsError):
            return led
        where = led.answer.addresses
        if where not in fetched:
            try:
                fetched[where] = (await fetch_from(led.answer, self._vantage)).body
            except FetchError as error:
                fetched[where] = error
        return fetched[where]

    async def _judges(
        self,
        watched: Watched,
        resolver: Resolver,
        heard: Heard[TxtAnswer],
        led: Heard[AddressAnswer] | DnsError,
        announced: str,
        body: bytes | DnsError | FetchError,
    ) -> None:
        def suspect(what: What, found: str, *, not_there: bool = False) -> None:
            self.suspicions.append(
                Suspicion(
                    self.step, watched.domain, what, resolver.habit.name, announced, found,
                    heard.kept, not_there,
                )
            )  # fmt: skip

        if announced in watched.by_hand:
            return
        if not isinstance(body, bytes):
            # A record that went while the policy was fetched misled nobody.
            again = await _answer(txt(f"_mta-sts.{watched.domain}", self._vantage))
            if heard.kept or (not isinstance(again, DnsError) and _id_in(again) == announced):
                is_kept = not isinstance(led, DnsError) and led.kept and led.is_negative
                suspect("unfetched", str(body), not_there=is_kept)
            return
        served = policy_id(body)
        if served == announced or served in watched.by_hand:
            return
        version = watched.versions.get(served)
        if version is None:
            suspect("strange", f"a policy that nobody deployed: {body[:200]!r}")
        elif version < heard.version:
            suspect("older", f"the policy with id {served}")


async def _answer(asked: Awaitable[T]) -> T | DnsError:
    try:
        return await asked
    except DnsError as error:
        return error


def _id_in(answer: TxtAnswer) -> str | None:
    try:
        return Record.select(answer.texts).id
    except RecordError:
        return None
