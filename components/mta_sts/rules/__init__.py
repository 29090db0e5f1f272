"""The rules of a review, one function each. A new rule is one function and its line in RULES.

A rule says what is wrong and what to do about it, or nothing. It reads what was observed only where
it matters to the case: what could not be asked is then reported, and only then.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from mta_sts.case import Case, Said
from mta_sts.rules import life, mx, owner, place


@dataclass(frozen=True)
class Rule:
    """A code, and when its check speaks: of `changed` policies only, `always`, or of a domain that
    is `removed`. Of a policy that does not change, nothing is more than a warning, unless the rule
    is about what this run changes beside it."""

    code: str
    speaks: Literal["changed", "always", "removed"]
    check: Callable[[Case], Said]
    beside: bool = False


RULES = (
    Rule("mx-uncovered", "always", mx.mx_uncovered),
    Rule("mx-leaves-too-early", "changed", mx.mx_leaves_too_early),
    Rule("mx-too-new", "always", mx.mx_too_new),
    Rule("mx-unused", "changed", mx.mx_unused),
    Rule("mx-broad", "changed", mx.mx_broad),
    Rule("mode-skips-testing", "changed", life.mode_skips_testing),
    Rule("testing-too-short", "changed", life.testing_too_short),
    Rule("reports-failing", "changed", life.reports_failing),
    Rule("reports-incomplete", "changed", life.reports_incomplete),
    Rule("reports-missing", "always", life.reports_missing),
    Rule("reports-at-home", "always", life.reports_at_home),
    Rule("max-age-testing", "changed", life.max_age_testing),
    Rule("max-age-short", "changed", life.max_age_short),
    Rule("max-age-growing", "changed", life.max_age_growing),
    Rule("removed-in-force", "removed", life.removed_in_force),
    Rule("served-unannounced", "changed", place.served_unannounced),
    Rule("id-again", "changed", place.id_again),
    Rule("record-differs", "always", place.record_differs),
    Rule("zone-not-delegated", "always", place.zone_not_delegated),
    Rule("caa-blocks", "always", place.caa_blocks),
    Rule("moved-zone", "always", place.moved_zone),
    Rule("moved-host", "always", place.moved_host),
    Rule("route-uncovered", "always", place.route_uncovered),
    Rule("owner-records", "always", owner.owner_records),
    Rule("owner-host", "always", owner.owner_host, beside=True),
    Rule("validation-gone", "always", owner.validation_gone, beside=True),
)
"""In the order of the findings."""
