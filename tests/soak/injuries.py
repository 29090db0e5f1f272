"""What goes wrong while the engine runs, as a history says it."""

import signal
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from sandbox.cloud import Cloud
from sandbox.faults import Fault
from sandbox.nameserver import How
from sandbox.plugin.packages import PACKAGES
from tests.soak.engine import Engine, Plugins

POLL = 0.01  # seconds
PENDING = 2.0  # seconds that a certificate is pending
HELD = 0.3  # seconds that a call is held after the engine was asked to stop


class Injury(ABC):
    """Something that is wrong between `begin` and `end`."""

    kind: str
    where = ""
    """What it hit."""

    def __init__(self, cloud: Cloud, engine: Engine, plugins: Plugins, domains: list[str]) -> None:
        self.cloud = cloud
        self.engine = engine
        self.plugins = plugins
        self.domains = domains

    @abstractmethod
    def begin(self) -> None: ...

    @abstractmethod
    def end(self) -> None: ...

    @property
    @abstractmethod
    def hit(self) -> bool:
        """Whether anything met it."""

    @property
    def blinds(self) -> bool:
        """Whether senders, too, may fail to fetch because of it."""
        return False


class AtCall(Injury):
    """One that meets a call."""

    fault: Fault

    @property
    def hit(self) -> bool:
        return self.fault.hits > 0

    @property
    def where(self) -> str:  # type: ignore[override]
        return self.fault.where


class Call(AtCall):
    """A call that fails, hangs for a while, or is done and not answered."""

    def __init__(self, *world: Any, **given: Any) -> None:
        super().__init__(*world)
        self.given = given
        self.kind = given["how"] if given["how"] != "fail" else str(given["status"])

    def begin(self) -> None:
        self.fault = self.cloud.faults.add(
            **{"service": "*", "operation": "*", "writes": True, **self.given}
        )

    def end(self) -> None:
        self.cloud.faults.remove(self.fault)


class Deed(AtCall):
    """Something that is done at a call, before or after it is applied."""

    def __init__(self, *world: Any, skip: int, done: bool, **given: Any) -> None:
        super().__init__(*world)
        self.skip, self.done, self.given = skip, done, given

    def begin(self) -> None:
        how: Any = {"how": "lose", "seconds": 30.0} if self.done else {"how": "hang"}
        self.fault = self.cloud.faults.add(
            service="*",
            operation=self.given.get("operation", "*"),
            writes=True,
            skip=self.skip,
            **how,
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        while not self.fault.hit.wait(POLL):
            if self._over.is_set():
                return
        self.do()

    @abstractmethod
    def do(self) -> None: ...

    def end(self) -> None:
        self._over.set()
        self._thread.join(timeout=30)
        self.fault.drop()
        self.cloud.faults.remove(self.fault)


class Killed(Deed):
    """The engine is killed; or asked to stop, which it does once the call is over."""

    @property
    def kind(self) -> str:  # type: ignore[override]
        return f"SIG{self.given['signal']}"

    def do(self) -> None:
        if self.given["signal"] == "KILL":
            self.engine.signal(signal.SIGKILL)
            for name in PACKAGES:  # they die with it
                self.plugins.kill(name)
            return
        self.engine.signal(signal.SIGINT)
        time.sleep(HELD)
        self.fault.release()


class PluginKilled(Deed):
    """The plugin that makes the call is killed."""

    kind = "plugin killed"

    def do(self) -> None:
        self.plugins.kill("cloudflare" if self.where.startswith("cloudflare ") else "aws")


class FullDisk(Deed):
    """The state cannot be written any more."""

    kind = "full disk"

    def do(self) -> None:
        self.engine.disk.fill()
        self.fault.release()

    def end(self) -> None:
        super().end()
        self.engine.disk.free()


class Dns(Injury):
    """The DNS server is late, fails, is gone, or gives old answers."""

    def __init__(self, *world: Any, how: How, names: str, seconds: float = 0.0) -> None:
        super().__init__(*world)
        self.how, self.names, self.seconds = how, names, seconds
        self.kind = f"DNS {how}"

    def begin(self) -> None:
        self.misbehaviour = self.cloud.dns.misbehave(
            self.names,
            self.how,
            seconds=self.seconds,
        )
        self.where = self.names

    def end(self) -> None:
        self.cloud.dns.behave(self.misbehaviour)

    @property
    def hit(self) -> bool:
        return self.misbehaviour.hits > 0

    @property
    def blinds(self) -> bool:
        return True


class Lag(Injury):
    """The edge lags behind what was written."""

    kind = "edge lags"

    def __init__(self, *world: Any, seconds: float) -> None:
        super().__init__(*world)
        self.seconds = seconds

    def begin(self) -> None:
        self.log = len(self.cloud.log)
        self.cloud.edge.lag = self.seconds
        self.where = "edge"

    def end(self) -> None:
        """Once it has caught up."""
        if self.hit:
            time.sleep(max(0.0, self.cloud.log[-1].time + self.seconds - time.time()))
        self.cloud.edge.lag = 0.0

    @property
    def hit(self) -> bool:
        return len(self.cloud.log) > self.log


class Pending(Injury):
    """A certificate, or a custom domain, is pending for a while."""

    kind = "certificate pending"

    def __init__(self, *world: Any) -> None:
        super().__init__(*world)
        self._over = threading.Event()

    def begin(self) -> None:
        self.log = len(self.cloud.log)
        self.cloud.acm.pending = True
        self.cloud.cloudflare.pending_seconds = PENDING
        self.where = "edge"
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        self._over.wait(PENDING)
        self.cloud.acm.pending = False

    def end(self) -> None:
        self._over.set()
        self._thread.join(timeout=30)
        self.cloud.cloudflare.pending_seconds = 0.0

    @property
    def hit(self) -> bool:
        due = ("RequestCertificate", "domains.create", "workers.domains.update")
        return any(call.operation.endswith(due) for call in self.cloud.log[self.log :])


class Expired(Injury):
    """The edge shows an expired certificate for all domains."""

    kind = "certificate expired"

    def begin(self) -> None:
        self.log = len(self.cloud.log)
        for domain in self.domains:
            self.cloud.certificates.present(f"mta-sts.{domain}", expired=True)
        self.where = "edge"

    def end(self) -> None:
        for domain in self.domains:
            self.cloud.certificates.present_right(f"mta-sts.{domain}")

    @property
    def hit(self) -> bool:
        return len(self.cloud.log) > self.log

    @property
    def blinds(self) -> bool:
        return True


KINDS: Mapping[str, type[Injury]] = {
    "call": Call,
    "killed": Killed,
    "plugin": PluginKilled,
    "disk": FullDisk,
    "dns": Dns,
    "lag": Lag,
    "pending": Pending,
    "expired": Expired,
}


def injury(given: Mapping[str, Any], *world: Any) -> Injury:
    """What a history calls so."""
    return KINDS[given["kind"]](
        *world, **{key: value for key, value in given.items() if key != "kind"}
    )
