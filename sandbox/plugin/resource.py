"""What a resource type has to say of itself; `core` does the rest of the protocol."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from sandbox.plugin.errors import Refused
from sandbox.plugin.schema import Problem
from sandbox.plugin.wire import Props

A = TypeVar("A")
T = TypeVar("T")

FIRST_WAIT = 0.1  # seconds
LONGEST_WAIT = 2.0  # seconds


class Made(NamedTuple):
    """A resource that exists: its id and its outputs."""

    identifier: str
    state: Props


@dataclass(frozen=True)
class AutoName:
    """The input that gets the resource's own name and a random suffix when nobody gives it."""

    key: str
    longest: int
    unless: str = ""
    """Another input that takes its place."""
    random: bool = True
    change: Callable[[str], str] = str


@dataclass
class Operation(Generic[A]):
    """One create, read, update or delete under way."""

    api: A
    timeout: float = 0
    """In seconds, from the user's customTimeouts; 0 when not given."""
    cancelled: threading.Event = field(default_factory=threading.Event)

    def wait(self, look: Callable[[], T | None], *, state: Callable[[], str], longest: float) -> T:
        """Look until there is something.

        Raises:
            Refused: nothing was there in time, or the user gave up.
        """
        limit = self.timeout or longest
        began = time.monotonic()
        pause = FIRST_WAIT
        while True:
            found = look()
            if found is not None:
                return found
            left = limit - (time.monotonic() - began)
            if left <= 0:
                raise Refused(f"timeout while waiting for {state()}, timeout: {_go_time(limit)})")
            if self.cancelled.wait(min(pause, left)):
                raise Refused(f"cancelled while waiting for {state()})")
            pause = min(pause * 1.5, LONGEST_WAIT)


def _go_time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}h" if hours else ""
    text += f"{minutes}m" if hours or minutes else ""
    return f"{text}{rest}s" if seconds >= 1 else f"{seconds:g}s"


class Resource:
    """One resource type. Keys and paths are the protocol's: `origins.originId`, no indices."""

    source: ClassVar[str]
    """The class of the SDK: `s3.bucket_policy:BucketPolicy`."""
    label: ClassVar[str] = ""
    """What the real provider calls it in errors, where it does: `S3 Bucket`."""

    replaced_by: ClassVar[frozenset[str]] = frozenset()
    """Inputs whose change replaces the resource."""
    sets: ClassVar[frozenset[str]] = frozenset()
    """Paths of lists whose order does not matter."""
    keeps: ClassVar[frozenset[str]] = frozenset()
    """Paths of inputs that keep their value when the program no longer gives them."""
    defaults: ClassVar[Mapping[str, Any]] = {}
    """Path -> value."""
    autoname: ClassVar[AutoName | None] = None
    computed: ClassVar[frozenset[str]] = frozenset()
    """Outputs only the API knows: unknown in the preview of a create."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Of these, what an update changes: unknown in its preview."""
    reflected: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the API fills in, and that the real provider takes away again where a program
    does not give them: unless it ignores their changes."""
    secret: ClassVar[frozenset[str]] = frozenset()
    """Paths of outputs that are secret, given as secrets or not."""
    unsupported: ClassVar[frozenset[str]] = frozenset()
    """Paths the SDK has and this stand-in does not: refused, so that nothing is silently lost."""

    def name(self, props: Props, identifier: str = "") -> str:
        """How an error names this one resource."""
        return identifier or str(props.get("name", ""))

    def rules(self, inputs: Props) -> Iterable[Problem]:
        """What the real provider refuses that the SDK's types do not."""
        return ()

    def recorded(self, inputs: Props) -> Props:
        """Inputs as the real provider keeps them."""
        return inputs

    def normal(self, inputs: Props) -> Props:
        """Inputs so spelled that equal meaning is equal; only for comparison."""
        return inputs

    def replaces(self, old: Props, new: Props) -> frozenset[str]:
        """Inputs whose change replaces, where that depends on the values."""
        return self.replaced_by

    def changed(self, old: Props, new: Props, keys: frozenset[str]) -> frozenset[str]:
        """Outputs that become unknown when the inputs `keys` change."""
        return self.volatile

    def create(self, op: Operation[Any], inputs: Props) -> Made:
        raise NotImplementedError

    def read(self, op: Operation[Any], identifier: str, state: Props) -> Made | None:
        """The resource as it is, or None. `state` is empty for an import."""
        raise NotImplementedError

    def update(self, op: Operation[Any], identifier: str, old: Props, inputs: Props) -> Made:
        """Bring the resource from the state `old` to `inputs`."""
        raise NotImplementedError

    def delete(self, op: Operation[Any], identifier: str, state: Props) -> None:
        raise NotImplementedError


def present(pairs: Iterable[tuple[str, Any]] | Mapping[str, Any]) -> Props:
    """Without what the API left out."""
    return {key: value for key, value in dict(pairs).items() if value not in (None, "", {}, [])}


Problems = Iterator[Problem]
