"""The ways in which a name, a policy or a record can be wrong.

Each error knows what was found, where, and the rule it breaks; its message is made of these three.
What a caller does is the same for all of them: show the message to whoever wrote the value.
"""

import reprlib

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


def quoted(value: object) -> str:
    """A value as a message quotes it: whole, unless it is long."""
    return _short.repr(value)


class RuleBrokenError(ValueError):
    """A value breaks a rule of the RFCs.

    Attributes:
        found: the offending value, or the offending part of it.
        where: the line (`line 3`) or the field (`mx`) it was found in.
        rule: what is allowed, with the section of the RFC that says so.
    """

    rule = "it breaks a rule"

    def __init__(self, found: object, where: str, rule: str | None = None) -> None:
        super().__init__(found, where, rule)
        self.found = found
        self.where = where
        if rule is not None:
            self.rule = rule

    def __str__(self) -> str:
        return f"{self.where}: found {quoted(self.found)}; {self.rule}"


class HostNameError(RuleBrokenError):
    """Not the name of a host or mail domain; `rule` says why."""

    rule = "a host name is text (RFC 5321 2.3.5)"


class PolicyError(RuleBrokenError):
    """Base of all that can be wrong with a policy. A sender that meets one has no policy from
    that fetch, and a policy cached before still applies (RFC 8461 3.3)."""


class PolicyTooLongError(PolicyError):
    """The policy takes more bytes than senders read."""

    rule = "a policy is at most 65536 bytes long, as senders read no more (RFC 8461 3.3)"


class NotUtf8Error(PolicyError):
    """Bytes that are not text."""

    rule = "a policy is ASCII, and UTF-8 in fields unknown to RFC 8461 (3.2)"


class ByteOrderMarkError(PolicyError):
    """A byte order mark, put before the first key by an editor."""

    rule = "a policy starts with its first key, without a byte order mark (RFC 8461 3.2)"


class BlankLineError(PolicyError):
    """A line without a field."""

    rule = "every line is a key, a colon and a value; there are no blank lines (RFC 8461 3.2)"


class LineError(PolicyError):
    """A line that is not `key: value`."""

    rule = "a line is a key, a colon and a value (RFC 8461 3.2)"


class KeySpaceError(PolicyError):
    """White space before a key or between it and its colon."""

    rule = "no white space stands before a key or its colon (RFC 8461 3.2)"


class PolicyKeyError(PolicyError):
    """A key with characters no key can have, or too many of them."""

    rule = (
        "a key is 1 to 32 letters, digits, '_', '-' and '.', and starts with a letter or digit "
        "(RFC 8461 3.2)"
    )


class ValueMissingError(PolicyError):
    """A key without a value."""

    rule = "a value has at least one character (RFC 8461 3.2)"


class ControlCharacterError(PolicyError):
    """A control character in a value: often a lone carriage return, or a tab."""

    rule = "a value has no control characters, and lines end in LF or CRLF (RFC 8461 3.2)"


class FieldMissingError(PolicyError):
    """A required key is not there."""

    rule = "version, mode and max_age are required (RFC 8461 3.2)"


class VersionError(PolicyError):
    """Another version, or another spelling of it."""

    rule = "version is exactly STSv1 (RFC 8461 3.2)"


class ModeError(PolicyError):
    """Not a mode, or another spelling of one."""

    rule = "mode is exactly one of testing, enforce and none (RFC 8461 3.2)"


class MaxAgeError(PolicyError):
    """Not a number of seconds, or too many."""

    rule = "max_age is a whole number of seconds from 0 to 31557600 (RFC 8461 3.2)"


class MxError(PolicyError):
    """Not an MX pattern; `rule` says why."""

    rule = "mx is a host name, or '*.' and a host name (RFC 8461 3.2)"


class MxMissingError(PolicyError):
    """No MX host, in a mode that needs one."""

    rule = "modes testing and enforce need at least one mx (RFC 8461 3.2)"


class RecordError(RuleBrokenError):
    """Base of all that can be wrong with `_mta-sts` records. A sender that meets one takes the
    domain to have no new policy, and a policy cached before still applies (RFC 8461 3.1)."""


class RecordVersionError(RecordError):
    """A text that does not start as an MTA-STS record does."""

    rule = "a record starts with v=STSv1 and a semicolon, in this case (RFC 8461 3.1)"


class RecordFieldError(RecordError):
    """A field that is not `name=value`."""

    rule = (
        "after v=STSv1 come fields name=value with a semicolon between; a name is 1 to 32 letters, "
        "digits, '_', '-' and '.', a value printable ASCII without space, '=' and ';' "
        "(RFC 8461 3.1)"
    )


class RecordIdError(RecordError):
    """An id with characters no id can have, or too many of them."""

    rule = "id is 1 to 32 letters and digits (RFC 8461 3.1)"


class RecordIdMissingError(RecordError):
    """A record without an id."""

    rule = "a record has an id (RFC 8461 3.1)"


class NoRecordError(RecordError):
    """No text that starts as an MTA-STS record does: the domain has no MTA-STS."""

    rule = "one TXT record starts with v=STSv1; (RFC 8461 3.1)"


class SeveralRecordsError(RecordError):
    """More than one MTA-STS record. The domain's owner removes all but one."""

    rule = "only one TXT record starts with v=STSv1; or senders take none (RFC 8461 3.1)"


class TlsRptError(RuleBrokenError):
    """Base of all that can be wrong with a `_smtp._tls` record. A sender that meets one sends no
    reports (RFC 8460 3)."""


class TlsRptVersionError(TlsRptError):
    """A text that does not start as a TLS reporting record does."""

    rule = "a record starts with v=TLSRPTv1 and a semicolon, in this case (RFC 8460 3)"


class TlsRptFieldError(TlsRptError):
    """A field that is not `name=value`."""

    rule = "after v=TLSRPTv1 come fields name=value with a semicolon between (RFC 8460 3)"


class RuaMissingError(TlsRptError):
    """No address to report to."""

    rule = "rua names at least one address (RFC 8460 3)"


class RuaError(TlsRptError):
    """Not an address that reports can be sent to; `rule` says why."""

    rule = "rua is a mailto: or https: address (RFC 8460 3)"


class NoTlsRptError(TlsRptError):
    """No text that starts as a TLS reporting record does: nobody reports."""

    rule = "one TXT record starts with v=TLSRPTv1; (RFC 8460 3)"


class SeveralTlsRptError(TlsRptError):
    """More than one TLS reporting record. The domain's owner removes all but one."""

    rule = "only one TXT record starts with v=TLSRPTv1; or senders take none (RFC 8460 3)"
