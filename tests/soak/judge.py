"""Whether a promise was broken."""

import re
from typing import TYPE_CHECKING

from tests.engine.stack import Run
from tests.soak import leftovers
from tests.soak.model import policy_of

if TYPE_CHECKING:
    from tests.soak.play import Play

SETTLING = 15.0  # seconds until every sender that looks has what is announced
REFUSALS = (
    "the review found errors; nothing was changed",
    "domains were taken out too early; nothing was changed",
)
GAP = re.compile(r"cannot fetch the policy")
OWN = (
    "",
    "-txt",
    "-cname",
    "-policy",
    "-r2-policy",
    "-r2-bucket",
    "-r2-domain",
    "-worker-domain",
    "-worker-route",
)
"""What follows a domain's name in those of its resources that are protected."""


class BrokenError(Exception):
    """A promise was broken, at a step of a history."""

    def __init__(self, play: "Play", promise: str, what: str) -> None:
        self.step = play.watchers.step
        self.promise = promise
        self.what = what
        self.told = list(play.told)
        super().__init__(f"{play.history.name}, step {self.step}: {promise}: {what}")

    @property
    def kind(self) -> str:
        """What stays the same while a history is shortened."""
        return f"{self.promise} {re.sub(r'[0-9a-f]{8,}|[0-9]+', '#', self.what)[:60]}"


def is_refusal(run: Run) -> bool:
    """Whether the review stopped a run."""
    text = "\n".join([run.printed, *run.said("error")])
    return run.failed and any(words in text for words in REFUSALS)


def refused(play: "Play", run: Run, codes: dict[str, set[str]], before: int) -> None:
    """The run was stopped, by what should stop it, and nothing was touched (P3 to P6)."""
    told = "\n".join([run.printed, *run.said("error")])
    if not is_refusal(run):
        raise BrokenError(play, "P3", f"not refused, though {codes}:\n{run.printed}")
    for domain, found in codes.items():
        for code in found:
            if f"{domain}: {code.rstrip('!')}: " not in told:
                raise BrokenError(play, "P3", f"{domain}: {code} is not named:\n{told}")
    for code in {code for found in codes.values() for code in found}:
        play.figures.refused[code.rstrip("!")] += 1
    untouched(play, run, before)


def untouched(play: "Play", run: Run, before: int) -> None:
    written = [f"{call.service} {call.operation}" for call in play.cloud.log[before:]]
    if written:
        raise BrokenError(play, "P3", f"stopped, and yet it wrote {written}:\n{run.printed}")


def says(play: "Play", domain: str, code: str) -> None:
    """A finding stands on a domain's line."""
    if not any(name == domain and words.startswith(f"{code}: ") for _, name, words in play.said):
        raise BrokenError(play, "P5", f"{domain}: {code} is not said: {play.said}")


def suspicions(play: "Play") -> None:
    """What senders have seen since the last time, but for what was to be expected (P2)."""
    play.watchers.look_again()
    found, play.watchers.suspicions = play.watchers.suspicions, []
    gaps = {name for _, name, words in play.said if GAP.search(words)}
    for each in found:
        if each.what == "unfetched":
            excused = (
                play.blind
                or each.domain in gaps
                or (each.domain in play.removed and (each.kept or not play.removed[each.domain]))
                or (each.not_there and each.domain in play.firsts)
            )
            if excused:
                continue
        raise BrokenError(
            play,
            "P2",
            f"{each.domain}: {each.what}: the record, by {each.resolver}, names {each.announced}, "
            f"and a sender gets {each.found} (kept: {each.kept}, {each.not_there})",
        )


def settled(play: "Play") -> None:
    """What is wanted is announced and served, and every sender that looks has it (P2)."""
    for domain, given in play.wanted.items():
        wanted, watched = policy_of(given).id, play.watchers.watched[domain]

        def is_there() -> bool:
            return watched.record == watched.served == wanted  # noqa: B023

        if not play.watchers.wait_for(is_there, SETTLING):
            raise BrokenError(
                play,
                "P8",
                f"{domain}: {wanted} is wanted; announced is {watched.record}, served "
                f"{watched.served}",
            )

        for _, sender in watched.senders:  # what came of another hand stays under its id
            if sender.kept and {sender.kept.id, sender.kept.body} & watched.by_hand:
                sender.forgets()

        def lag() -> list[str]:
            return [
                f"{name} holds {sender.kept}"
                for name, sender in watched.senders  # noqa: B023
                if sender.custom.looks and (sender.kept is None or sender.kept.body != wanted)  # noqa: B023
            ]

        if not play.watchers.wait_for(lambda: not lag(), SETTLING):
            taken_back = any(
                name == domain and words.startswith("served-unannounced")
                for _, name, words in play.said
            )
            if not taken_back:
                raise BrokenError(play, "P2", f"{domain}: {wanted} is announced; {lag()}")
            watched.forgets()


def nothing_left(play: "Play") -> None:
    """The clouds hold nothing but what the state knows, or a message named (P8)."""
    there = leftovers.in_clouds(play.cloud)
    known = leftovers.in_state(play.engine.state().get("resources", []))
    told = "\n".join(play.told)
    for kind, name in sorted(there - known - play.leftovers):
        if not re.search(rf"[:/]{kind}\b", told):
            raise BrokenError(play, "P8", f"{kind} {name} is left behind, and nothing names it")
        play.leftovers.add((kind, name))
        play.figures.left[kind] += 1
    if missing := known - there:
        raise BrokenError(play, "P8", f"the state has what is not there: {sorted(missing)}")


def protection(play: "Play") -> None:
    """Protected is what senders may need, and nothing else (P6)."""
    flags = {
        each["urn"].split("::", 3)[-1]: bool(each.get("protect"))
        for each in play.engine.state()["resources"]
    }
    for domain, known in play.model.domains.items():
        for part in OWN:
            name = f"{domain}{part}"
            if name in flags and flags[name] != known.protected:
                raise BrokenError(
                    play,
                    "P6",
                    f"{name} is {'' if flags[name] else 'not '}protected, though senders may "
                    f"{'' if known.protected else 'not '}hold an enforce policy",
                )


def mail(play: "Play") -> None:
    """No sender refuses an MX host in DNS that was not named (P5)."""
    for domain in play.wanted:
        named = " ".join(words for _, name, words in play.said if name == domain)
        for sender, held in play.watchers.holding(domain):
            if held.policy.mode != "enforce":
                continue
            refused = [h for h in play.model.mail[domain] if not held.policy.matches(h)]
            unnamed = [host for host in refused if host not in named]
            if unnamed and not play.blind:
                raise BrokenError(
                    play, "P5", f"{domain}: {sender} refuses {unnamed}, and nothing names them"
                )


def left_in_time(play: "Play", domains: set[str]) -> None:
    """No sender holds the enforce policy of a domain that is gone (P6)."""
    for domain in domains:
        if play.model.domains[domain].released:
            continue
        for sender, held in play.watchers.holding(domain):
            if held.policy.mode == "enforce":
                raise BrokenError(
                    play, "P6", f"{domain} is gone, and {sender} holds enforce until {held.until}"
                )
