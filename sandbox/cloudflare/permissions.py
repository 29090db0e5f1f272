"""What a token may do: the permission groups that each call asks for, by Cloudflare's names."""

import json
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "docs" / "policies"
"""The tokens, as the documentation says: one for each host."""

GROUPS = {
    "dns_records.": "DNS",
    "zones.": "Zone",
    "r2.": "Workers R2 Storage",
    "workers.routes.": "Workers Routes",
    "workers.": "Workers Scripts",
}
"""By the beginning of an operation's name; the first that fits."""
READS = ("list", "get")


def needed(operation: str) -> tuple[str, ...]:
    """The groups of which a token needs one for this operation; none where every token may."""
    for beginning, group in GROUPS.items():
        if operation.startswith(beginning):
            if operation.rpartition(".")[2] in READS:
                return f"{group} Read", f"{group} Write"
            return (f"{group} Write",)
    return ()


def documented(host: str) -> frozenset[str]:
    """The groups of the token that the documentation gives for this host."""
    document = json.loads((DOCUMENTS / f"cloudflare-{host}.json").read_text())
    return frozenset(
        group["name"] for policy in document["policies"] for group in policy["permission_groups"]
    )


def all_documented() -> frozenset[str]:
    """Those of all hosts together."""
    files = DOCUMENTS.glob("cloudflare-*.json")
    return frozenset().union(*(documented(file.stem.removeprefix("cloudflare-")) for file in files))
