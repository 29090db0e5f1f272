"""Plays a history on the real engine, and holds what happens against what was promised."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mta_sts.protocol.sender import look
from mta_sts.protocol.vantage import Vantage
from sandbox.watchers import Watchers
from tests.engine.programs import configured
from tests.engine.stack import Run
from tests.soak import drift, judge, leftovers, way_on
from tests.soak.engine import Disk, Engine, Program
from tests.soak.history import DELEGATION, OLD, Configuration, History, Step
from tests.soak.injuries import Injury, injury
from tests.soak.judge import BrokenError
from tests.soak.model import Model, policy_of
from tests.soak.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 20.0  # seconds that a gate waits
MOST_TRIES = 8  # runs until it must be finished
STOPPED = "nothing was changed"
CODE = re.compile(r"(?:^|\s)([a-z]+(?:-[a-z]+)+): ")


@dataclass
class Figures:
    """What was done."""

    histories: int = 0
    steps: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    missed: int = 0
    """Faults that nothing met."""
    where: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    looks: int = 0
    left: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Figures") -> None:
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(value)
            else:
                setattr(self, name, mine + value)


class Play:
    """One history."""

    def __init__(self, world: World, history: History, folder: Path, disk: Disk) -> None:
        world.cloud.reset()
        self.world, self.cloud = world, world.cloud
        self.history = history
        self.figures = Figures(histories=1)
        self.engine = Engine(folder, disk, world.cloud, world.plugins)
        self.now = START
        self.model = Model()
        self.kinds = dict(history.zones)
        """Of the zone that each domain is in."""
        self.zones: dict[str, str] = {}
        self.wanted: Configuration = {}
        self.told: list[str] = []
        """What the runs of this step printed."""
        self.said: list[tuple[str, str, str]] = []
        self.blind = False
        self.removed: dict[str, bool] = {}
        """The domains that go in this step, and whether the record of each goes before its host."""
        self.leftovers: set[leftovers.Thing] = set()
        self.foreign: set[str] = set()
        """Domains at whose names another's record stands."""
        self.watchers = Watchers(Vantage.from_environment(), lambda: self.now)
        for domain, kind in history.zones.items():
            self._gets_zone(domain, kind)
            self._mail(domain, [OLD])
            self.watchers.watch(domain)

    def run(self) -> Figures:
        """Play it.

        Raises:
            BrokenError: a promise was broken.
        """
        self._passes(timedelta(0))
        try:
            with self.watchers:
                for number, step in enumerate(self.history.steps, start=1):
                    self._begins(number, step)
                    DO[step.do](self, step)
                    self._ends(step)
                self._changes_nothing_more()
        finally:
            self.figures.looks = self.watchers.looks
        return self.figures

    # Steps

    def _begins(self, number: int, step: Step) -> None:
        self._passes(timedelta(days=step.days))
        self.watchers.step = number
        self.told, self.said, self.blind, self.removed = [], [], False, {}
        self.figures.steps[step.do] += 1
        self.firsts = set(self.zones) - set(self.model.domains)

    def _ends(self, step: Step) -> None:
        judge.suspicions(self)

    def _up(self, step: Step) -> None:
        wanted = self.wanted if step.domains is None else step.domains
        self._deploys(step, wanted)

    def _deploys(self, step: Step, wanted: Configuration, **options: Any) -> None:
        codes = self.model.refusals(wanted, self.now)
        if not codes:
            self._intends(wanted)
            if self._moves(wanted):
                self._hears(self.engine.run(self._program(wanted, step.gate), "preview"))
        before = len(self.cloud.log)
        run, hit = self._runs("up", self._program(wanted, step.gate), step, **options)
        if codes:
            if hit and not judge.is_refusal(run):  # it did not come to the review
                judge.untouched(self, run, before)
                run, _ = self._runs("up", self._program(wanted), None)
            judge.refused(self, run, codes, before)
            return
        if run.failed and step.abandon and self.model.domains:
            self._abandons(wanted)
            return
        if self.foreign & set(wanted) and not hit and not run.failed:
            raise BrokenError(self, "P2", "another's record was taken over")
        is_expected = bool(hit or options or self.foreign)
        self.foreign.clear()
        if run.failed and not is_expected:
            raise BrokenError(self, "P8", f"it failed though nothing was wrong:\n{run.printed}")
        if run.failed or options:
            self._finishes(run, wanted)
        self._done(wanted)

    def _target(self, step: Step) -> None:
        """`up --target` of one part of a domain, then the whole."""
        assert step.domains is not None
        urns = [
            each["urn"]
            for each in self.engine.state().get("resources", [])
            if each["urn"].split("::", 3)[-1] in drift.parts(step.domain, step.what)
        ]
        if urns:
            self._deploys(step, step.domains, target=urns)
        else:
            self._deploys(step, step.domains)

    def _refresh(self, step: Step) -> None:
        program = self._program(self.wanted)
        run, hit = self._runs("refresh", program, step)
        if run.failed and not hit:
            raise BrokenError(self, "P8", f"a refresh failed:\n{run.printed}")
        if self.wanted:
            self._deploys(Step("up"), self.wanted)

    def _destroy(self, step: Step) -> None:
        before = len(self.cloud.log)
        protected = any(known.protected for known in self.model.domains.values())
        run, hit = self._runs("destroy", lambda: None, step)
        if protected:
            if not run.failed:
                raise BrokenError(self, "P6", "destroyed while senders may hold its policy")
            self._keeps_protected(run, before)
            return
        if run.failed and not hit:
            raise BrokenError(self, "P8", f"a destroy failed:\n{run.printed}")
        tries = 0
        while run.failed:
            tries += 1
            if tries > MOST_TRIES:
                raise BrokenError(self, "P8", f"it cannot be destroyed:\n{run.printed}")
            self._follows(run)
            run, _ = self._runs("destroy", lambda: None, None)
        judge.left_in_time(self, set(self.model.domains))
        self.removed = dict.fromkeys(self.model.domains, True)
        self.model.deployed({}, self.now)
        self.wanted = {}
        judge.nothing_left(self)

    def _keeps_protected(self, run: Run, before: int) -> None:
        """Of a stack that was to be destroyed, all of the domains that senders may need is there;
        those that nobody needs may be gone, and are left out from now on."""
        kept = {domain for domain, known in self.model.domains.items() if known.protected}
        if kept == set(self.model.domains):
            judge.untouched(self, run, before)
            return
        self.removed = dict.fromkeys(set(self.model.domains) - kept, True)
        self.model.domains = {domain: self.model.domains[domain] for domain in kept}
        self.wanted = {domain: self.wanted[domain] for domain in kept}
        judge.settled(self)
        self._finishes(run, self.wanted)
        self._done(self.wanted)

    def _mail_moves(self, step: Step) -> None:
        self._mail(step.domain, step.mx)

    def _drift(self, step: Step) -> None:
        """Another hand changes something; then `up --refresh` mends it."""
        if step.domain not in self.model.domains:
            return
        drift.happens(self, step.domain, step.what)
        self._runs("up", self._program(self.wanted), None)
        if step.what != "object":
            judge.says(self, step.domain, "record-differs")
        self._deploys(step, self.wanted, refresh=True)

    def _zone(self, step: Step) -> None:
        """Another zone: with the records at once, delegated to then, and at last the only one."""
        domain = step.domain
        if domain in self.wanted and self.wanted[domain]["host"] != "cloudfront":
            return  # which serves names of its own zone only
        left = self.zones[domain]
        self._gets_zone(domain, step.what)
        self._mail(domain, self.model.mail[domain])
        if domain in self.wanted:
            self._deploys(step, self.wanted)
        self.cloud.delegate(domain, self.zones[domain], int(DELEGATION.total_seconds()))
        if domain not in self.wanted:
            return
        self._deploys(step, self.wanted)
        self._passes(DELEGATION)
        self._deploys(step, self.wanted)
        if kept := [name for _, name in leftovers.in_clouds(self.cloud) if name.startswith(left)]:
            raise BrokenError(self, "P8", f"in the zone that is left there is still {kept}")

    def _foreign(self, step: Step) -> None:
        """A record of another stands where the domain's is to be."""
        if step.domain not in self.model.domains:
            drift.foreign(self, step.domain)
            self.foreign.add(step.domain)

    # What follows a run

    def _finishes(self, run: Run, wanted: Configuration) -> None:
        """Go on as the documents and the messages say."""
        for _ in range(MOST_TRIES):
            self._follows(run)
            run, _ = self._runs("up", self._program(wanted), None)
            if not run.failed:
                return
        raise BrokenError(self, "P8", f"{MOST_TRIES} runs, and it is not finished:\n{run.printed}")

    def _follows(self, run: Run) -> None:
        try:
            done = way_on.follow(run.printed, self.cloud, self.engine, self.zones)
        except NotImplementedError as error:
            raise BrokenError(self, "P8", f"no way on: {error}\n{run.printed}") from error
        for each in done or ["pulumi up"]:
            self.told.append(f"--- {each}")
            self.figures.ways[re.sub(r"^(deleted \w+).*", r"\1", each)] += 1

    def _abandons(self, wanted: Configuration) -> None:
        """The configuration is put back. What was announced by then is not taken back unseen."""
        for domain, given in wanted.items():
            announced = self._announced(domain)
            known = self.model.domains.get(domain)
            if announced == policy_of(given).id and (
                known is None or known.policy != policy_of(given)
            ):
                self.model.domains[domain] = self.model.after(domain, given, self.now)
        back = self.wanted
        if set(back) != set(wanted):
            self._finishes(Run(failed=True), wanted)
            self._done(wanted)
            return
        self._intends(back)
        run, _ = self._runs("up", self._program(back), None)
        if run.failed:
            # It says why not: what was begun is finished.
            self._intends(wanted)
            self._finishes(run, wanted)
            self._done(wanted)
            return
        self._done(back)

    def _done(self, wanted: Configuration) -> None:
        """All that is wanted is there."""
        gone = set(self.model.domains) - set(wanted)
        judge.left_in_time(self, gone)
        self.removed |= {domain: self.model.domains[domain].host == "r2" for domain in gone}
        moved = self._moves(wanted)
        self.model.deployed(wanted, self.now)
        self.wanted = wanted
        if moved:
            self._runs("up", self._program(wanted), None)
            self.model.deployed(wanted, self.now)
        state = self.engine.state()
        if state.get("pending_operations"):
            self.told.append(str(state["pending_operations"]))
            self._runs("refresh", self._program(wanted), None, clear_pending_creates=True)
            self.figures.ways["pulumi refresh --clear-pending-creates"] += 1
            self._runs("up", self._program(wanted), None)
        judge.settled(self)
        judge.nothing_left(self)
        judge.protection(self)
        judge.mail(self)

    def _changes_nothing_more(self) -> None:
        """P7."""
        if not self.wanted:
            return
        before = len(self.cloud.log)
        self.watchers.step = len(self.history.steps) + 1
        run, _ = self._runs("up", self._program(self.wanted), None)
        if run.failed or len(self.cloud.log) != before:
            # The first run after a time lifts or sets protection, and may delete what was kept.
            self.model.deployed(self.wanted, self.now)
            before = len(self.cloud.log)
            run, _ = self._runs("up", self._program(self.wanted), None)
        written = [f"{call.service} {call.operation}" for call in self.cloud.log[before:]]
        if run.failed or written or run.changes:
            raise BrokenError(
                self, "P7", f"a further run changed {run.changes}, {written}:\n{run.printed}"
            )
        judge.suspicions(self)

    # The engine

    def _runs(
        self, what: str, program: Program, step: Step | None, **options: Any
    ) -> tuple[Run, list[Injury]]:
        """Have the engine do that, with what goes wrong meanwhile; what of that hit."""
        injuries = [
            injury(fault, self.cloud, self.engine, self.world.plugins, list(self.zones))
            for fault in (step.faults if step else ())
        ]
        if step and step.goes_on:
            options["continue_on_error"] = True
        self.blind = self.blind or any(each.blinds for each in injuries)
        for each in injuries:
            each.begin()
        try:
            run = self.engine.run(program, what, **options)
        finally:
            for each in reversed(injuries):
                each.end()
        self.figures.runs += 1
        hit = [each for each in injuries if each.hit]
        for each in hit:
            self.figures.faults[each.kind] += 1
            self.figures.where[each.where] += 1
        self.figures.missed += len(injuries) - len(hit)
        self._hears(run)
        return run, hit

    def _hears(self, run: Run) -> None:
        self.told.append(run.printed)
        self.told += [words for severity, _, words in run.messages if severity != "debug"]
        self.said += run.messages

    def _program(self, wanted: Configuration, gate: float = PATIENCE) -> Program:
        domains = {
            domain: {
                **given,
                "zone": {self.kinds[domain]: self.zones[domain]},
                "gateTimeout": gate,
            }
            for domain, given in wanted.items()
        }
        return configured(domains, self.cloud.cloudflare)

    def _intends(self, wanted: Configuration) -> None:
        for domain, given in wanted.items():
            self.watchers.watch(domain).deploys(policy_of(given).id)

    def _moves(self, wanted: Configuration) -> bool:
        return any(
            known.host != wanted[domain]["host"]
            for domain, known in self.model.domains.items()
            if domain in wanted
        )

    def _announced(self, domain: str) -> str | None:
        sight = asyncio.run(look(domain, Vantage.from_environment()))
        return sight.record.id if sight.record else None

    def _passes(self, time: timedelta) -> None:
        self.now += time
        os.environ["MTA_STS_NOW"] = self.now.isoformat()

    def _gets_zone(self, domain: str, kind: str) -> None:
        make = {
            "route53": self.cloud.create_zone,
            "cloudflare": self.cloud.create_cloudflare_zone,
        }
        self.kinds[domain], self.zones[domain] = kind, make[kind](domain)

    def _mail(self, domain: str, hosts: Sequence[str]) -> None:
        values = [f"{10 * place} {host}." for place, host in enumerate(hosts, start=1)]
        self.cloud.put_records(self.zones[domain], [(domain, "MX", 300, values)])
        self.model.mail[domain] = tuple(hosts)


DO = {
    "up": Play._up,
    "target": Play._target,
    "refresh": Play._refresh,
    "destroy": Play._destroy,
    "mail": Play._mail_moves,
    "drift": Play._drift,
    "foreign": Play._foreign,
    "zone": Play._zone,
}


def play(world: World, history: History, folder: Path) -> Figures:
    """Play a history.

    Raises:
        BrokenError: a promise was broken.
    """
    with Disk(folder / "state") as disk:
        return Play(world, history, folder, disk).run()
