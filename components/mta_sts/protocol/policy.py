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
from collections.abc import Iterable
from dataclasses import dataclass

from mta_sts.protocol import lines
from mta_sts.protocol.errors import (
    FieldMissingError,
    HostNameError,
    MaxAgeError,
    ModeError,
    MxError,
    MxMissingError,
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
        first: dict[str, lines.Field] = {}
        patterns = []
        for field in lines.fields(data):
            if field.key == "mx":
                patterns.append(_served_mx(field))
            else:
                first.setdefault(field.key, field)
        for key in ("version", "mode", "max_age"):
            if key not in first:
                raise FieldMissingError(sorted(first), key)
        if first["version"].value != "STSv1":
            raise VersionError(first["version"].value, first["version"].where)
        mode = mode_of(first["mode"].value, first["mode"].where)
        if mode != "none" and not patterns:
            raise MxMissingError(mode, first["mode"].where)
        return cls(mode=mode, mx=patterns, max_age=_served_max_age(first["max_age"]))

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
