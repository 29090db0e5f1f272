"""Programs that the engine tests run."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from mta_sts import CloudFrontHost, MtaSts

MX = ["mail.solarmora.com", "*.solarmora.net", "backupmx.solarmora.com"]
MORE_MX = [*MX, "mx4.solarmora.net"]
GATE_TIMEOUT = 20.0  # seconds

Program = Callable[[], None]


def shared_host(domains: Mapping[str, Mapping[str, Any]], zones: Mapping[str, str]) -> Program:
    """One host, and a component for each domain; `zones` gives the zone of each."""

    def program() -> None:
        host = CloudFrontHost(
            "shared",
            {
                "domains": [
                    {"domain": domain, "zone": {"route53": zones[domain]}} for domain in domains
                ]
            },
        )
        for domain, arguments in domains.items():
            made = MtaSts(
                domain,
                {
                    "domain": domain,
                    "zone": {"route53": zones[domain]},
                    "host": {"cloudfront": {"target": host.target, "bucket": host.bucket}},
                    **policy(**arguments),  # type: ignore[typeddict-item]
                },
            )
            pulumi.export(domain, {"id": made.policy_id, "memory": made.memory})

    return program


def policy(**arguments: Any) -> dict[str, Any]:
    """The arguments of a policy: what is not given is the example's."""
    return {
        "mode": "testing",
        "mx": MX,
        "max_age": 604800,
        "gate_timeout": GATE_TIMEOUT,
    } | arguments
