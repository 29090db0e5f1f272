"""An address that senders POST their TLS reports to (RFC 8460 5.4), kept as they came in R2.

A Worker and a bucket of its own: what takes from strangers shares nothing with what serves
policies.
"""

import json
from pathlib import Path
from typing import Any

import pulumi

from mta_sts import checks, cloudflare
from mta_sts.arguments import ReportCollectorArgs, Zone
from mta_sts.hosts.shared import name_in_account, once_reviewed, short

CODE = Path(__file__).with_name("collector.js").read_text(encoding="ascii")
MODULE = "collector.js"
BINDING = "REPORTS"
URL_PATH = "/v1/tlsrpt"
"""As in the example of RFC 8460 3.1.2."""
MOST_BYTES = 10 * 1024 * 1024
"""Of a report as it comes in: gzipped, that can be more than `mta-sts reports` unpacks. While one
is taken it is there twice, and a Worker has 128 MB."""
MOST_SECONDS = 60
"""For a report to come in."""
KEPT = 365 * 86400
"""Seconds."""


def script_for(host: str) -> str:
    """The text of the Worker that takes reports at this host name."""
    settings = {"host": host, "path": URL_PATH, "bytes": MOST_BYTES, "seconds": MOST_SECONDS}
    return f"const SETTINGS = {json.dumps(settings)};\n{CODE}"


class ReportCollector(pulumi.ComponentResource):
    """An HTTPS address for `reports`, and the bucket that holds for a year what came in."""

    url: pulumi.Output[str]
    """What to list in the `reports` of domains, known once the address is there."""
    bucket: pulumi.Output[str]
    """The name of the R2 bucket, for `mta-sts reports s3://<bucket>`."""

    def __init__(
        self, name: str, args: ReportCollectorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        given = checks.collector(name, args)
        super().__init__(
            "mta-sts:index:ReportCollector", name, {"host": once_reviewed(given.host)}, opts
        )
        account = {"accountId": given.account_id}
        own = name_in_account(name)
        bucket = cloudflare.R2Bucket(f"{short(name)}-bucket", self._child(), **account, name=own)
        expiry = cloudflare.R2BucketLifecycle(
            f"{short(name)}-expiry",
            self._child(),
            **account,
            bucketName=bucket.name,
            rules=[_deletes_after(KEPT)],
        )
        script = cloudflare.WorkersScript(
            f"{short(name)}-script",
            self._child(depends_on=[expiry]),
            **account,
            scriptName=own,
            mainModule=MODULE,
            content=script_for(given.host),
            compatibilityDate=cloudflare.COMPATIBILITY_DATE,
            bindings=[{"name": BINDING, "type": "r2_bucket", "bucketName": bucket.name}],
        )
        domain = cloudflare.WorkersCustomDomain(
            f"{short(name)}-domain",
            # Every input replaces it, and the name is free only once the old one is gone.
            self._child(delete_before_replace=True),
            **account,
            hostname=given.host,
            service=script.id,
            zoneId=given.zone["cloudflare"],
        )
        self.url = domain.hostname.apply(lambda host: f"https://{host}{URL_PATH}")
        self.bucket = bucket.name
        self.register_outputs({"url": self.url, "bucket": self.bucket})

    def _child(self, **options: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, **options)


def zone_above(host: str) -> Zone:
    """The zone that a host name of a stack's configuration lies in.

    Raises:
        ZoneNotFoundError: the name is not one label below a zone that can be read.
    """
    asked = f"mta-sts:cloudflare: collectReportsAt: {host}"
    instead = "Take a name one label below a zone of the account, and a token that may read it"
    return Zone(cloudflare=cloudflare.zone_named(host.partition(".")[2], asked, instead))


def _deletes_after(seconds: int) -> dict[str, Any]:
    """The rule of a bucket that deletes each object at this age."""
    return {
        "id": "expire",
        "enabled": True,
        "conditions": {"prefix": ""},
        "deleteObjectsTransition": {"condition": {"type": "Age", "maxAge": seconds}},
    }
