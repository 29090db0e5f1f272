"""Which zone the records go into, and the host that goes with it (docs/hosts.md)."""

import re
from dataclasses import dataclass
from typing import Any

from mta_sts.protocol.resolve import Delegation
from mta_sts.suggestion.told import Reason
from mta_sts.words import listed

ROUTE53 = re.compile(r"ns-\d+\.awsdns-\d+\.(com|net|org|co\.uk)")
CLOUDFLARE = re.compile(r"[a-z0-9-]+\.ns\.cloudflare\.com")
ACCOUNT = "mta-sts:cloudflare: {accountId: <id>}"


@dataclass(frozen=True)
class Place:
    """Where the records and the file go.

    Attributes:
        keys: `zone` and `host` of the configuration.
        first: what has to be done before they are right.
    """

    keys: dict[str, Any]
    reasons: tuple[Reason, ...]
    first: tuple[str, ...] = ()


def place(domain: str, delegation: Delegation | None) -> Place:
    """Where the records of `domain` and its file go, by the name servers of its zone."""
    if delegation is None or not delegation.servers:
        return _elsewhere(())
    if all(ROUTE53.fullmatch(server) for server in delegation.servers):
        zone, host, name = "route53", "cloudfront", "Route 53"
    elif all(CLOUDFLARE.fullmatch(server) for server in delegation.servers):
        zone, host, name = "cloudflare", "worker", "Cloudflare"
    else:
        return _elsewhere(delegation.servers)
    at_apex = delegation.zone == domain
    first = [] if at_apex else [f"put the id of the zone {delegation.zone} into zone"]
    if zone == "cloudflare":
        first.append(f"add {ACCOUNT} beside mta-sts:domains: the account that the zone belongs to")
    return Place(
        {"zone": zone if at_apex else {zone: f"<id of {delegation.zone}>"}, "host": host},
        (
            Reason("zone", f"{delegation.zone} is at {name}, by its name servers"),
            Reason("host", _host_words(host)),
        ),
        tuple(first),
    )


def _host_words(host: str) -> str:
    if host == "worker":
        return "a Worker serves the policies of all domains, from its script: no bucket and no key"
    return "one CloudFront distribution serves the policies of all domains"


def _elsewhere(servers: tuple[str, ...]) -> Place:
    where = f"the zone is at {listed(servers)}" if servers else "which zone it is in is not known"
    return Place(
        {"zone": "route53", "host": "cloudfront"},
        (
            Reason("zone", f"{where}: one that this project writes to is needed"),
            Reason("host", _host_words("cloudfront")),
        ),
        (
            f"{where}, and this project writes to Route 53 and Cloudflare: have the zone in one of "
            "them, and name it",
        ),
    )
