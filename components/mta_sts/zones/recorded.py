"""DNS records as the state and the engine hold them, whichever zone they are in."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

ROUTE53 = "aws:route53/record:Record"
CLOUDFLARE = "cloudflare:index/dnsRecord:DnsRecord"
RECORD_TYPES = (ROUTE53, CLOUDFLARE)
"""The type tokens of the resources that are DNS records."""

LONGEST_STRING = 255  # bytes, RFC 1035 3.3


class RecordedZone(NamedTuple):
    """A zone that has records of ours: the type of their resources, and its id."""

    type: str
    id: str


def value_of(properties: Mapping[str, Any]) -> str:
    """The one value in a record's inputs or outputs, as it was given."""
    if properties.get("aliases"):
        return str(properties["aliases"][0]["name"])
    if "records" in properties:
        return str(properties["records"][0])
    return unquoted(str(properties["content"]))


def quoted(text: str) -> str:
    """The text of a TXT record as strings in double quotes, each of at most 255 bytes."""
    parts = range(0, len(text), LONGEST_STRING)
    return " ".join(f'"{text[start : start + LONGEST_STRING]}"' for start in parts)


def unquoted(content: str) -> str:
    """The text that `quoted` was given; anything else as it stands."""
    strings = re.findall(r'"([^"]*)"', content)
    return "".join(strings) if content.startswith('"') else content
