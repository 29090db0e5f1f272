"""The TXT record `_mta-sts.<domain>`: that a domain has a policy, and which (RFC 8461 3.1).

The example of the RFC: `v=STSv1; id=20160831085700Z;`
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mta_sts.protocol.errors import (
    NoRecordError,
    RecordFieldError,
    RecordIdError,
    RecordIdMissingError,
    RecordVersionError,
    SeveralRecordsError,
)

_DELIMITER = re.compile(r"[ \t]*;[ \t]*")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")
_EXTENSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+")


@dataclass(frozen=True)
class Record:
    """An MTA-STS record. `id` names the instance of the policy: 1 to 32 letters and digits."""

    id: str

    def __post_init__(self) -> None:
        """Raises RecordIdError: the id is not 1 to 32 letters and digits (RFC 8461 3.1)."""
        if not isinstance(self.id, str) or not _ID.fullmatch(self.id):
            raise RecordIdError(self.id, "id")

    @classmethod
    def parse(cls, text: str) -> "Record":
        """The record that `text` is: the joined strings of one TXT record.

        Unknown fields are ignored, and of a field given twice the first counts. White space before
        a semicolon is in the grammar, but `select` does not find a record that has it after the
        version (RFC 8461 3.1 and erratum 6285).

        Raises:
            RecordVersionError, RecordFieldError, RecordIdError, RecordIdMissingError: what it
                breaks.
        """
        version, *fields = _DELIMITER.split(text)
        if version != "v=STSv1" or not fields:
            raise RecordVersionError(text, "record")
        if not fields[-1]:
            fields.pop()  # the grammar lets a delimiter end the record (RFC 8461 3.1)
        found = None
        for number, field in enumerate(fields, start=2):
            if field.startswith("id=") and found is None:
                found = field.removeprefix("id=")
                if not _ID.fullmatch(found):
                    raise RecordIdError(found, f"field {number}")
            elif not _EXTENSION.fullmatch(field):
                raise RecordFieldError(field, f"field {number}")
        if found is None:
            raise RecordIdMissingError(text, "record")
        return cls(id=found)

    @classmethod
    def select(cls, texts: Iterable[str]) -> "Record":
        """The record a sender uses, of all the TXT records at a name (RFC 8461 3.1).

        Raises:
            NoRecordError: none starts with `v=STSv1;`.
            SeveralRecordsError: more than one does.
            RecordError: the one that does is wrong, see `parse`.
        """
        every = list(texts)
        candidates = [text for text in every if text.startswith("v=STSv1;")]
        if not candidates:
            raise NoRecordError(every, "TXT")
        if len(candidates) > 1:
            raise SeveralRecordsError(candidates, "TXT")
        return cls.parse(candidates[0])

    def render(self) -> str:
        """The text to publish. No space before a semicolon: erratum 6285."""
        return f"v=STSv1; id={self.id};"
