"""Which reports have been counted, in a few bytes each."""

from array import array
from bisect import bisect_left

SHELVES = 4096
_64_BITS = 2**64 - 1


class Seen:
    """The reports so far: 8 bytes of a hash of each, in sorted arrays.

    Two of ten million reports are taken for one with a chance of one in 400,000. Nobody can look
    for two that are: Python hashes texts with a key of its own in every process.
    """

    def __init__(self) -> None:
        self._shelves = [array("Q") for _ in range(SHELVES)]

    def add(self, organization: str, identifier: str) -> bool:
        """Whether this report is new."""
        number = hash((organization, identifier)) & _64_BITS
        shelf = self._shelves[number % SHELVES]
        place = bisect_left(shelf, number)
        if place < len(shelf) and shelf[place] == number:
            return False
        shelf.insert(place, number)
        return True
