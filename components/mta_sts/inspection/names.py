"""Which domains to look at: those named, and those in a file, each once."""

from collections.abc import Iterable, Iterator

from mta_sts.protocol.errors import HostNameError
from mta_sts.protocol.names import host_name

Names = dict[str, HostNameError | None]
"""Each domain in its one spelling, or what is none as it was given, with the reason."""


def names(given: Iterable[str]) -> Names:
    """The domains, in the order they were given first."""
    found: Names = {}
    for text in given:
        try:
            found[host_name(text)] = None
        except HostNameError as error:
            found[text.encode(errors="replace").decode()] = error  # without halves of characters
    return found


def listed(file: Iterable[bytes]) -> Iterator[str]:
    """The domains that a file has: one a line, `#` and what follows it is no part of one."""
    for line in file:
        text = line.decode("utf-8-sig", "replace").partition("#")[0].strip()
        if text:
            yield text
