"""Programs that the engine tests run."""

import json
import runpy
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi.runtime

from mta_sts import CloudFrontHost, MtaSts
from sandbox.cloudflare.state import Cloudflare
from sandbox.setting import ROOT

MX = ["mail.solarmora.com", "*.solarmora.net", "backupmx.solarmora.com"]
MORE_MX = [*MX, "mx4.solarmora.net"]
GATE_TIMEOUT = 20.0  # seconds

Program = Callable[[], None]


def configured(
    domains: Mapping[str, Mapping[str, Any]], cloudflare: Cloudflare | None = None
) -> Program:
    """The repository's own program, with these `mta-sts:domains`, and maybe an account."""
    configuration: dict[str, Any] = {"mta-sts:domains": domains}
    if cloudflare:
        configuration |= {
            "mta-sts:cloudflare": {
                "accountId": cloudflare.account,
                "accessKeyId": cloudflare.access_key_id,
            },
            "mta-sts:secretAccessKey": cloudflare.secret_access_key,
        }
    return of_stack(configuration)


def of_stack(config: Mapping[str, Any]) -> Program:
    """The repository's own program, with what stands under `config` in a stack's file."""
    values = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()
    }

    def program() -> None:
        pulumi.runtime.set_all_config(values)
        runpy.run_path(str(ROOT / "__main__.py"))

    return program


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
