"""The commands of `mta-sts`, a module each, and what they have in common.

Each is imported when it is used: one that reads files does not wait for what asks the network.
"""

FINE, FINDINGS, COULD_NOT_LOOK = 0, 1, 2
"""Exit status."""
