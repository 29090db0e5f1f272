"""Inspections as lines, for files that hold what is found."""

import re
from pathlib import Path

from mta_sts.inspection.result import Inspection

GOLDEN = Path(__file__).with_name("golden")


def told(name: str, inspection: Inspection, *, around: bool = True) -> str:
    """What was found, without what differs from machine to machine; and, unless `around` is false,
    all that was seen beside the policy."""
    lines = [f"{name}: {inspection.state}"]
    for seen in inspection.seen:
        beside = seen.what in ("mx", "smtp", "reports", "caa")
        if around if beside else seen.findings:
            lines.append(f"  {seen.what}: {seen.found}")
            lines += [
                f"    {each.severity} {each.code}: {each.message} → {each.advice}"
                for each in seen.findings
            ]
    text = "\n".join(lines) + "\n"
    return re.sub(r"until \d{4}-\d\d-\d\d( \d\d:\d\d UTC)?", "until <date>", text)
