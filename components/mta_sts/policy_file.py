"""What there is to say of a policy file, before anybody serves it or after: `mta-sts policy`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from mta_sts.limits import SHORTEST_MAX_AGE, TESTING_MAX_AGE
from mta_sts.protocol import lines
from mta_sts.protocol.errors import quoted
from mta_sts.protocol.policy import LONGEST_MAX_AGE, Policy, policy_id, problems
from mta_sts.words import age, nearest

if TYPE_CHECKING:  # a file is looked at without DNS
    from mta_sts.protocol.resolve import MxAnswer

KEYS = ("version", "mode", "mx", "max_age")


@dataclass(frozen=True)
class Problem:
    """Why senders take no policy from the file.

    Attributes:
        where: the line (`line 3`), or the key that is missing.
        found: what is there.
        rule: what is allowed, with the section of the RFC that says so.
    """

    where: str
    found: str
    rule: str


@dataclass(frozen=True)
class Warned:
    """What senders take, but Google Workspace or a less careful sender may not."""

    where: str
    says: str


@dataclass(frozen=True)
class Terms:
    """What the policy says. `max_age`: seconds."""

    mode: str
    mx: tuple[str, ...]
    max_age: int


@dataclass(frozen=True)
class Normalised:
    """The policy in the one spelling in which this project would serve it, where that is another.

    Attributes:
        id: that of its bytes.
        differences: what of the file differs, in words.
    """

    id: str
    differences: tuple[str, ...]


@dataclass(frozen=True)
class Host:
    """An MX host in DNS.

    Attributes:
        patterns: those of the policy that match it; none: senders refuse it under enforce.
        nearest: the pattern that nearly matches it, and how it fails to.
    """

    host: str
    preference: int
    patterns: tuple[str, ...]
    nearest: str | None


@dataclass(frozen=True)
class Coverage:
    """The policy against live DNS.

    Attributes:
        exists: false where DNS says that there is no such domain.
        implicit: there is no MX record, so that the domain is its own MX host (RFC 5321 5.1).
        null: there is the record that says that the domain takes no mail (RFC 7505 3).
        unused: patterns that match none of the hosts.
    """

    domain: str
    exists: bool
    implicit: bool
    null: bool
    hosts: tuple[Host, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True)
class PolicyFile:
    """All there is to say of a policy file.

    Attributes:
        size: bytes.
        id: that of the bytes as they are.
        problems: none where the file is a policy.
        policy: None where it is none.
        normalised: None where it is none, or the file has just these bytes.
        coverage: None where it is none, or no domain was given.
    """

    file: str
    size: int
    id: str
    problems: tuple[Problem, ...]
    warnings: tuple[Warned, ...]
    policy: Terms | None
    normalised: Normalised | None
    coverage: Coverage | None = None

    @property
    def is_fine(self) -> bool:
        """Whether senders take it, and it leaves out no MX host of the domain given."""
        if self.problems or self.coverage is None:
            return not self.problems
        covers_all = all(host.patterns for host in self.coverage.hosts)
        return self.coverage.exists and (covers_all or self.policy_is_none)

    @property
    def policy_is_none(self) -> bool:
        """Whether senders with this policy act as if there were none, and so refuse no host."""
        return self.policy is not None and self.policy.mode == "none"


def examine(file: str, data: bytes, answer: "MxAnswer | None" = None) -> PolicyFile:
    """What there is to say of the bytes `data`.

    Args:
        file: what they are called.
        answer: the MX hosts of the domain that they are for.
    """
    found = sorted(problems(data), key=lambda problem: _line(problem.where))
    policy = None if found else Policy.parse(data)
    return PolicyFile(
        file=file,
        size=len(data),
        id=policy_id(data),
        problems=tuple(Problem(each.where, quoted(each.found), each.rule) for each in found),
        warnings=tuple(sorted(_warnings(data, policy), key=lambda warned: _line(warned.where)))
        if policy
        else (),
        policy=Terms(policy.mode, policy.mx, policy.max_age) if policy else None,
        normalised=_normalised(data, policy) if policy else None,
        coverage=covers(policy, answer) if policy and answer else None,
    )


def covers(policy: Policy, answer: "MxAnswer") -> Coverage:
    """Which MX hosts the policy matches, and which of its patterns match none."""
    each = {pattern: Policy(mode="none", mx=[pattern], max_age=0) for pattern in policy.mx}
    hosts = []
    for live in answer.hosts:
        matched = tuple(pattern for pattern in policy.mx if each[pattern].matches(live.host))
        near = None if matched else nearest(live.host, policy.mx)
        hosts.append(Host(live.host, live.preference, matched, near))
    used = {pattern for host in hosts for pattern in host.patterns}
    unused = tuple(pattern for pattern in policy.mx if pattern not in used)
    return Coverage(answer.name, answer.exists, answer.implicit, answer.null, tuple(hosts), unused)


def _warnings(data: bytes, policy: Policy) -> Iterator[Warned]:
    """What could trouble a reader that is stricter than RFC 8461, or less careful."""
    yield from _endings(data)
    places: dict[tuple[str, str], str] = {}
    for number, field in enumerate(_fields(data), start=1):
        if number == 1 and field.key != "version":
            yield Warned(
                "line 1", f"{field.key} stands first; Google Workspace wants version there"
            )
        same = field.value.lower() if field.key == "mx" else ""
        before = places.setdefault((field.key, same), field.where)
        if field.key == "max_age" and before == field.where:
            yield from _ages(policy, field.where)
        if before != field.where:
            yield _twice(field, before)
        if field.key == "mx" and field.value != field.value.lower():
            yield Warned(
                field.where,
                f"{field.value} has capitals: some senders compare letter by letter. Write "
                f"{field.value.lower()}",
            )
        if field.key not in KEYS and field.key.lower() in KEYS:
            yield Warned(field.where, f"senders ignore {field.key}: keys are in small letters")


def _ages(policy: Policy, where: str) -> Iterator[Warned]:
    """The Google Workspace page asks for more than RFC 8461 3.2."""
    if policy.mode == "testing":
        least, most, when = TESTING_MAX_AGE[0], TESTING_MAX_AGE[-1], " in testing"
    else:
        least, most, when = SHORTEST_MAX_AGE, LONGEST_MAX_AGE, ""
    if not least <= policy.max_age <= most:
        yield Warned(
            where,
            f"max_age {policy.max_age} ({age(policy.max_age)}){when}: Google Workspace asks for "
            f"{least} to {most} ({age(least)} to {age(most)})",
        )


def _endings(data: bytes) -> Iterator[Warned]:
    ended = [line.endswith(b"\r") for line in data.split(b"\n")[:-1]]
    if len(set(ended)) > 1:
        other = ended.index(not ended[0]) + 1
        endings = ("CRLF", "LF") if ended[0] else ("LF", "CRLF")
        yield Warned(
            f"line {other}",
            f"ends in {endings[1]}, and line 1 in {endings[0]}: end all lines alike",
        )
    if not data.endswith(b"\n"):
        yield Warned("the last line", "has no ending: to some readers it is cut off")


def _line(where: str) -> float:
    """The number of the line, to sort by; what is in none comes last."""
    number = where.removeprefix("line ")
    return int(number) if number.isdigit() else inf


def _twice(field: lines.Field, before: str) -> Warned:
    if field.key == "mx":
        return Warned(field.where, f"{field.value} stands in {before} already")
    return Warned(
        field.where,
        f"{field.key} stands in {before} already: the first counts, but some senders take the last",
    )


def _normalised(data: bytes, policy: Policy) -> Normalised | None:
    if policy.render() == data:
        return None
    return Normalised(policy.id, tuple(_differences(data, policy)))


def _differences(data: bytes, policy: Policy) -> Iterator[str]:
    if b"\r\n" in data:
        yield "lines end in LF"
    if not data.endswith(b"\n"):
        yield "the last line is ended"
    wanted = policy.render().decode("ascii").splitlines()
    left = Counter(wanted)
    kept = []
    for field, raw in zip(_fields(data), data.split(b"\n"), strict=False):
        line = raw.decode().removesuffix("\r")
        spelled = _spelled(field)
        if left[spelled] == 0:
            yield f"{field.where} is left out: {quoted(line)}"
            continue
        left[spelled] -= 1
        kept.append(spelled)
        if spelled != line:
            yield f"{field.where} is spelled {quoted(spelled)}, not {quoted(line)}"
    if kept != wanted:
        yield "the order is version, mode, mx by name, max_age"


def _spelled(field: lines.Field) -> str:
    """The line of a field in its one spelling."""
    if field.key == "mx":
        return f"mx: {field.value.lower()}"
    if field.key == "max_age" and field.value.isascii() and field.value.isdigit():
        return f"max_age: {field.value.lstrip('0') or '0'}"
    return f"{field.key}: {field.value}"


def _fields(data: bytes) -> Iterator[lines.Field]:
    """The fields of what is known to be a policy."""
    return (each for each in lines.fields(data) if isinstance(each, lines.Field))
