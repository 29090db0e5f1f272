"""The policy: which MX hosts are real, and whether mail needs TLS to reach them (RFC 8461 3.2).

The example of the RFC:

    version: STSv1
    mode: enforce
    mx: mail.example.com
    mx: *.example.net
    mx: backupmx.example.com
    max_age: 604800
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mta_sts.protocol import lines
from mta_sts.protocol.errors import (
    FieldMissingError,
    HostNameError,
    MaxAgeError,
    ModeError,
    MxError,
    MxMissingError,
    PolicyError,
    PolicyTooLongError,
    VersionError,
)
from mta_sts.protocol.names import host_name

MODES = ("testing", "enforce", "none")
LONGEST_MAX_AGE = 31557600
"""Seconds: a year (RFC 8461 3.2)."""
WELL_KNOWN = "/.well-known/mta-sts.txt"
"""The path a policy is served at (RFC 8461 3.2)."""


@dataclass(frozen=True, init=False)
class Policy:
    """A policy in its one spelling: equal meaning gives equal policies, bytes and ids.

    Attributes:
        mode: `testing`, `enforce` or `none`.
        mx: the patterns, as lower-case A-labels, sorted, each once.
        max_age: how long a sender may keep the policy, in seconds.
    """

    mode: str
    mx: tuple[str, ...]
    max_age: int

    def __init__(self, *, mode: str, mx: Iterable[str], max_age: int) -> None:
        """Check and normalise.

        Args:
            mode: exactly one of `testing`, `enforce` and `none`.
            mx: host names, each maybe after `*.`; Unicode, upper case and a trailing dot are
                folded. May be empty in mode `none` only.
            max_age: seconds, 0 to 31557600.

        Raises:
            ModeError, MxError, MxMissingError, MaxAgeError: what a value breaks.
            PolicyTooLongError: the policy would be longer than senders read.
        """
        if isinstance(mx, str) or not isinstance(mx, Iterable):
            raise MxError(mx, "mx", "mx is a list of host names (RFC 8461 3.2)")
        patterns = tuple(sorted({mx_of(pattern) for pattern in mx}))
        object.__setattr__(self, "mode", mode_of(mode))
        object.__setattr__(self, "mx", patterns)
        object.__setattr__(self, "max_age", max_age_of(max_age))
        if not patterns and mode != "none":
            raise MxMissingError(mode, "mode")
        if len(self.render()) > lines.LONGEST:
            raise PolicyTooLongError(f"{len(patterns)} mx", "mx")

    @classmethod
    def parse(cls, data: bytes) -> "Policy":
        """The policy that the bytes `data` are, read strictly (RFC 8461 3.2).

        Keys may come in any order and unknown ones are ignored; of a key given twice the first
        counts, but for mx. The parsed policy is normalised, so its id may differ from
        `policy_id(data)`.

        Raises:
            PolicyError: the subclass names the failure, the error the line and the rule.
        """
        served = _Served()
        for problem in served.read(data):
            raise problem
        return cls(mode=served.mode, mx=served.mx, max_age=served.max_age)

    def render(self) -> bytes:
        """The bytes to serve: ASCII, each line ended by LF, which reads well in a preview."""
        text = ["version: STSv1", f"mode: {self.mode}"]
        text += [f"mx: {pattern}" for pattern in self.mx]
        text += [f"max_age: {self.max_age}", ""]
        return "\n".join(text).encode("ascii")

    @property
    def id(self) -> str:
        """The id to announce: that of the rendered bytes."""
        return policy_id(self.render())

    def matches(self, host: str) -> bool:
        """Whether the MX host `host` is one of the policy's (RFC 8461 4.1).

        `*` stands for exactly one whole label, the first. What is no host name matches nothing.
        """
        try:
            name = host_name(host)
        except HostNameError:
            return False
        parent = name.partition(".")[2]
        return name in self.mx or f"*.{parent}" in self.mx


@dataclass
class _Served:
    """What the bytes of a policy file hold, as far as it can be read (RFC 8461 3.2).

    Attributes:
        first: of each key but mx the first field, which counts.
        mx: the patterns that can be read, in their order, as lower-case A-labels.
        mode: empty where it cannot be read.
        max_age: seconds; 0 where it cannot be read.
    """

    first: dict[str, lines.Field] = field(default_factory=dict)
    mx: list[str] = field(default_factory=list)
    mode: str = ""
    max_age: int = 0

    def read(self, data: bytes) -> Iterator[PolicyError]:
        """Read the bytes, and tell of every problem in them."""
        has_mx = False
        for each in lines.fields(data):
            if isinstance(each, PolicyError):
                yield each
            elif each.key == "mx":
                has_mx = True
                yield from self._read_mx(each)
            else:
                self.first.setdefault(each.key, each)
        if len(data) > lines.LONGEST:
            return  # senders read no policy of it, so nothing is missing
        required = ("version", "mode", "max_age")
        yield from (
            FieldMissingError(sorted(self.first), key) for key in required if key not in self.first
        )
        version, mode, max_age = (self.first.get(key) for key in required)
        if version and version.value != "STSv1":
            yield VersionError(version.value, version.where)
        if mode:
            yield from self._read_mode(mode, has_mx)
        if max_age:
            yield from self._read_max_age(max_age)

    def _read_mx(self, given: lines.Field) -> Iterator[PolicyError]:
        try:
            self.mx.append(_served_mx(given))
        except MxError as error:
            yield error

    def _read_mode(self, given: lines.Field, has_mx: bool) -> Iterator[PolicyError]:
        try:
            self.mode = mode_of(given.value, given.where)
        except ModeError as error:
            yield error
        else:
            if self.mode != "none" and not has_mx:
                yield MxMissingError(self.mode, given.where)

    def _read_max_age(self, given: lines.Field) -> Iterator[PolicyError]:
        try:
            self.max_age = _served_max_age(given)
        except MaxAgeError as error:
            yield error


@dataclass(frozen=True)
class PolicyChange:
    """What differs from the policy `before` to the policy `after`; false where nothing does."""

    before: Policy
    after: Policy

    @property
    def mx_added(self) -> tuple[str, ...]:
        """Patterns that only the policy after has, sorted."""
        return tuple(sorted(set(self.after.mx) - set(self.before.mx)))

    @property
    def mx_removed(self) -> tuple[str, ...]:
        """Patterns that only the policy before has, sorted."""
        return tuple(sorted(set(self.before.mx) - set(self.after.mx)))

    def __bool__(self) -> bool:
        return self.before != self.after


def problems(data: bytes) -> tuple[PolicyError, ...]:
    """All that is wrong with the bytes of a policy file, in the order that `Policy.parse` would
    meet it; nothing where they are a policy."""
    found = tuple(_Served().read(data))
    if not found:
        try:
            Policy.parse(data)
        except PolicyError as error:  # only its one spelling is too long
            return (error,)
    return found


def policy_id(body: bytes) -> str:
    """The id of a policy served as the bytes `body`: 32 hex digits of their SHA-256.

    An id is 1 to 32 letters and digits (RFC 8461 3.1).
    """
    return hashlib.sha256(body).hexdigest()[:32]


def policy_url(domain: str) -> str:
    """Where senders look for the policy of the mail domain `domain` (RFC 8461 3.2)."""
    return f"https://mta-sts.{domain}{WELL_KNOWN}"


def mode_of(value: object, where: str = "mode") -> str:
    """`value`, if it is a mode (RFC 8461 3.2).

    Raises:
        ModeError: it is none, or one in another spelling.
    """
    if not isinstance(value, str) or value not in MODES:
        raise ModeError(value, where)
    return value


def mx_of(value: object, where: str = "mx") -> str:
    """The MX pattern `value` in its one spelling: lower-case A-labels, no trailing dot.

    Raises:
        MxError: it is neither a host name nor `*.` and a host name (RFC 8461 3.2).
    """
    if not isinstance(value, str):
        raise MxError(value, where)
    star, name = ("*.", value[2:]) if value.startswith("*.") else ("", value)
    if "*" in name:
        rule = "'*' stands only once, for the whole first label (RFC 8461 4.1)"
        raise MxError(value, where, rule)
    if any(separator in value for separator in ", \t;"):
        raise MxError(value, where, "mx is one host name; each has its own line (RFC 8461 3.2)")
    try:
        return star + host_name(name)
    except HostNameError as error:
        raise MxError(value, where, f"{MxError.rule}; {error.rule}") from None


def max_age_of(value: object, where: str = "max_age") -> int:
    """`value`, if it is a number of seconds a policy may be kept: an int, 0 to 31557600.

    Raises:
        MaxAgeError: it is not (RFC 8461 3.2).
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_MAX_AGE:
        raise MaxAgeError(value, where)
    return value


def _served_mx(field: lines.Field) -> str:
    if not field.value.isascii():
        raise MxError(field.value, field.where, "mx is served as A-labels (RFC 8461 3.2)")
    if field.value.endswith("."):
        raise MxError(field.value, field.where, "mx has no trailing dot (RFC 8461 3.2)")
    return mx_of(field.value, field.where)


def _served_max_age(field: lines.Field) -> int:
    digits = field.value
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise MaxAgeError(digits, field.where)
    return max_age_of(int(digits), field.where)
