"""Reports, made as tests want them."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

DOMAIN, OTHER = "solarmora.com", "solarmora.net"


def policy(
    domain: str = DOMAIN,
    kind: str = "sts",
    good: int = 5,
    failed: Mapping[str, int] = MappingProxyType({}),
    **more: int,
) -> dict[str, Any]:
    """What one report says of one policy; failures by MX, all of one kind."""
    failed = {**failed, **more}
    return {
        "policy": {"policy-type": kind, "policy-domain": domain},
        "summary": {
            "total-successful-session-count": good,
            "total-failure-session-count": sum(failed.values()),
        },
        "failure-details": [
            {
                "result-type": "starttls-not-supported",
                "receiving-mx-hostname": f"{mx}.example",
                "failed-session-count": count,
            }
            for mx, count in failed.items()
        ],
    }


def report(*policies: dict[str, Any], day: int = 10, name: str = "1", sender: str = "A") -> bytes:
    """A report, as JSON.

    Args:
        day: of January 2026.
    """
    return json.dumps(
        {
            "organization-name": sender,
            "report-id": name,
            "date-range": {
                "start-datetime": f"2026-01-{day:02}T00:00:00Z",
                "end-datetime": f"2026-01-{day:02}T23:59:59Z",
            },
            "policies": list(policies),
        }
    ).encode()
