"""Makes a history from a seed: what users do, the sensible and the rash, and what goes wrong."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.soak.history import DELEGATION, DOMAINS, HOSTS, OLD, Configuration, History, Step
from tests.soak.model import Model

DAY = 86400
MAX_AGES = (DAY, 7 * DAY, 14 * DAY, 30 * DAY)
MX = ([OLD], [OLD, HOSTS[1]], list(HOSTS), [OLD, "*.solarmora.net"], [HOSTS[1]])
HOST_OF = {"route53": ("cloudfront",), "cloudflare": ("cloudfront", "r2", "worker", "worker-route")}
LEAST_STEPS = 8
SHARE_OF_RASH = 0.3
"""Of the changes that a review stops."""
SHARE_OF_SAME = 0.06
"""Of the runs that change nothing."""
SHARE_OF_FAULTS = 0.6
"""Of the runs during which something goes wrong."""

Given = dict[str, Any]


class _Maker:
    def __init__(self, name: str) -> None:
        self.random = Random(name)  # noqa: S311 -- chance that can be repeated
        self.name = name
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.model = Model(mail=dict.fromkeys(DOMAINS, (OLD,)))
        kinds = self.random.choices(("route53", "cloudflare"), (1, 2), k=len(DOMAINS))
        self.zones = dict(zip(DOMAINS, kinds, strict=True))
        self.first_zones = dict(self.zones)
        self.wanted: Configuration = {}
        self.past: dict[str, list[Given]] = {domain: [] for domain in DOMAINS}

    def history(self) -> History:
        steps: list[Step] = []
        if self.random.random() < 0.1:
            steps.append(Step("foreign", domain=DOMAINS[0]))
        steps.append(self._first())
        length = self.random.randint(LEAST_STEPS, LEAST_STEPS + 3)
        while len(steps) < length:
            steps.append(self._next())
        return History(self.name, self.first_zones, steps)

    # Steps

    def _first(self) -> Step:
        wanted = {
            domain: self._new(domain)
            for domain in (DOMAINS if self.random.random() < 0.4 else DOMAINS[:1])
        }
        return self._up(wanted, 0.0, fresh=True)

    def _next(self) -> Step:
        makers: dict[Callable[[], Step | None], float] = {
            self._change: 12,
            self._mail: 2,
            self._refresh: 0.6,
            self._destroy: 0.7,
            self._target: 1.2,
            self._drift: 1.2,
            self._zone: 1.2,
        }
        while True:
            (make,) = self.random.choices(list(makers), list(makers.values()))
            if step := make():
                return step

    def _change(self) -> Step | None:
        days = self._days()
        now = self.now + timedelta(days=days)
        wanted = self._changed()
        is_rash = bool(self.model.refusals(wanted, now))
        if is_rash and self.random.random() > SHARE_OF_RASH:
            return None
        return self._up(wanted, days)

    def _up(self, wanted: Configuration, days: float, *, fresh: bool = False) -> Step:
        before = set(self.wanted)
        self._passes(days)
        large = fresh or set(wanted) != before
        step = Step(
            "up",
            days=days,
            domains=wanted,
            faults=self._faults(large=large),
            abandon=self.random.random() < 0.25 and not large,
            goes_on=self.random.random() < 0.2,
        )
        self._takes(wanted)
        return step

    def _mail(self) -> Step | None:
        domain = self.random.choice(DOMAINS)
        hosts = self.random.sample(HOSTS, self.random.choice((1, 1, 2)))
        days = self._days()
        self._passes(days)
        self.model.mail[domain] = tuple(hosts)
        return Step("mail", days=days, domain=domain, mx=hosts)

    def _refresh(self) -> Step | None:
        return Step("refresh", faults=self._faults()) if self.wanted else None

    def _destroy(self) -> Step | None:
        if not self.wanted:
            return None
        kept = {domain for domain, known in self.model.domains.items() if known.protected}
        self.wanted = {domain: given for domain, given in self.wanted.items() if domain in kept}
        self.model.deployed(self.wanted, self.now)
        return Step("destroy", faults=self._faults(large=True))

    def _target(self) -> Step | None:
        wanted = self._changed()
        if set(wanted) != set(self.wanted) or not wanted or self._moves(wanted):
            return None
        if self.model.refusals(wanted, self.now):
            return None
        domain = self.random.choice(list(wanted))
        what = self.random.choice(("file", "name", "txt"))
        self._takes(wanted)
        return Step("target", domains=wanted, domain=domain, what=what, gate=2.0)

    def _drift(self) -> Step | None:
        if not self.model.domains:
            return None
        domain = self.random.choice(list(self.model.domains))
        return Step(
            "drift", domain=domain, what=self.random.choice(("object", "edited", "deleted"))
        )

    def _zone(self) -> Step | None:
        """A domain on CloudFront, which alone serves names of any zone, goes to another zone."""
        there = [each for each, given in self.wanted.items() if given["host"] == "cloudfront"]
        if not there or self.model.refusals(self.wanted, self.now):
            return None
        domain = self.random.choice(there)
        self.zones[domain] = self.random.choice(("route53", "cloudflare"))
        step = Step("zone", domain=domain, what=self.zones[domain], faults=self._faults())
        self._passes(DELEGATION.total_seconds() / DAY)
        self.model.deployed(self.wanted, self.now)
        return step

    # What stands in the configuration

    def _changed(self) -> Configuration:
        wanted = copy.deepcopy(self.wanted)
        absent = [domain for domain in DOMAINS if domain not in wanted]
        if absent and (not wanted or self.random.random() < 0.2):
            domain = self.random.choice(absent)
            return {**wanted, domain: self._new(domain)}
        domain = self.random.choice(list(wanted))
        if len(wanted) > 1 and self.random.random() < 0.12:
            del wanted[domain]
            return wanted
        if self.random.random() < SHARE_OF_SAME:
            return wanted
        for _ in range(20):
            other = self._other(domain, wanted[domain])
            if other != wanted[domain]:
                return {**wanted, domain: other}
        return wanted

    def _new(self, domain: str) -> Given:
        mode = self.random.choices(("testing", "enforce"), (3, 2))[0]
        given: Given = {
            "mode": mode,
            "mx": self.random.choice(MX[:4]),
            "maxAge": self.random.choice(MAX_AGES[1:]),
            "host": self.random.choice(HOST_OF[self.zones[domain]]),
        }
        if mode == "enforce":
            given["accept"] = {"mode-skips-testing": "it was in force elsewhere"}
        return given

    def _other(self, domain: str, before: Given) -> Given:
        given = copy.deepcopy(before)
        given.pop("accept", None)
        what = self.random.choices(
            ("mode", "mx", "age", "host", "back", "release"), (4, 4, 2, 3, 2, 0.5)
        )[0]
        if what == "mode":
            return self._mode(given)
        if what == "mx" and given["mode"] != "none":
            given["mx"] = self.random.choice(MX)
        elif what == "age":
            given["maxAge"] = self.random.choice(MAX_AGES)
        elif what == "host":
            return self._host(domain, before, given)
        elif what == "back":
            hosts = HOST_OF[self.zones[domain]]
            if past := [each for each in self.past[domain] if each["host"] in hosts]:
                return copy.deepcopy(self.random.choice(past))
        elif what == "release":
            given["accept"] = {"removed-in-force": "the domain was sold"}
        return given

    def _mode(self, given: Given) -> Given:
        modes = [mode for mode in ("testing", "enforce", "none") if mode != given["mode"]]
        given["mode"] = self.random.choices(modes, [3 if m != "none" else 1 for m in modes])[0]
        if given["mode"] == "none":
            given.pop("mx", None)
        elif "mx" not in given:
            given["mx"] = self.random.choice(MX[:4])
        if given["mode"] == "enforce" and self.random.random() < 0.4:
            given["accept"] = {
                self.random.choice(("testing-too-short", "mode-skips-testing")): "it is known"
            }
        return given

    def _host(self, domain: str, before: Given, given: Given) -> Given:
        others = [host for host in HOST_OF[self.zones[domain]] if host != given["host"]]
        known = self.model.domains.get(domain)
        if not others:
            return given
        if known and known.protected and known.lifted is None and self.random.random() < 0.8:
            given["accept"] = {"moved-host": "the account is closed"}  # lifts the protection
            return given
        if "moved-host" in before.get("accept", {}):
            given["accept"] = before["accept"]
        given["host"] = self.random.choice(others)
        return given

    def _moves(self, wanted: Configuration) -> bool:
        return any(wanted[each]["host"] != self.wanted[each]["host"] for each in self.wanted)

    # Time, and what goes wrong

    def _days(self) -> float:
        return self.random.choices((0, 1, 8, 15, 31), (5, 2, 2, 3, 1))[0]

    def _passes(self, days: float) -> None:
        self.now += timedelta(days=days)

    def _takes(self, wanted: Configuration) -> None:
        """Suppose that it comes about, unless the review stops it."""
        if self.model.refusals(wanted, self.now):
            return
        self.model.deployed(wanted, self.now)
        self.wanted = wanted
        for domain, given in wanted.items():
            if given not in self.past[domain]:
                self.past[domain].append({k: v for k, v in given.items() if k != "accept"})

    def _faults(self, *, large: bool = False) -> list[Given]:
        if self.random.random() > SHARE_OF_FAULTS:
            return []
        faults = [self._fault(large=large)]
        if self.random.random() < 0.25:
            second = self._fault(large=large)
            if second["kind"] != faults[0]["kind"]:
                faults.append(second)
        return faults

    def _fault(self, *, large: bool) -> Given:
        random = self.random
        skip = random.randint(0, 12 if large else 1)
        kind = random.choices(
            ("call", "killed", "plugin", "disk", "dns", "lag", "pending", "expired"),
            (9, 5, 2, 1, 4, 2, 1, 1),
        )[0]
        if kind == "call":
            how = random.choice(("fail", "fail", "hang", "lose"))
            fault: Given = {"kind": kind, "how": how, "skip": skip}
            fault["times"] = random.choice((1, 1, None)) if how != "hang" else 1
            if how == "fail":
                fault["status"] = random.choice((429, 500, 503))
                fault |= {"retry_after": 1} if fault["status"] == 429 else {}
            if how == "hang":
                fault["seconds"] = 1.0
            return fault
        if kind == "killed":
            signal = random.choice(("INT", "KILL"))
            return {"kind": kind, "signal": signal, "skip": skip, "done": random.random() < 0.5}
        if kind in ("plugin", "disk"):
            return {"kind": kind, "skip": skip, "done": random.random() < 0.5}
        if kind == "dns":
            how = random.choice(("delay", "servfail", "drop", "stale"))
            names = random.choice(("*", "_mta-sts.*", "mta-sts.*"))
            return {"kind": kind, "how": how, "names": names} | (
                {"seconds": 0.3} if how == "delay" else {}
            )
        if kind == "lag":
            return {"kind": kind, "seconds": random.choice((0.4, 0.8))}
        return {"kind": kind}


def history(seed: int, number: int) -> History:
    """The history of this number; always the same."""
    return _Maker(f"{seed}-{number}").history()


def without(told: History, *numbers: int) -> History:
    """The history without some of its steps."""
    return replace(
        told, steps=[step for number, step in enumerate(told.steps) if number not in numbers]
    )
