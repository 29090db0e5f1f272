"""One Worker serves the policies of many domains, from inside its script or from an R2 bucket."""

from collections.abc import Mapping
from pathlib import Path

import pulumi
import pulumi.runtime

from mta_sts import checks, cloudflare
from mta_sts.arguments import HostedDomain, WorkerHostArgs
from mta_sts.arguments import Worker as WorkerArgs
from mta_sts.findings import CLOUDFLARE_ISSUERS
from mta_sts.hosts import Served, Site
from mta_sts.hosts.recorded import (
    FILE_OF,
    WORKER,
    WORKER_ROUTE,
    file_key,
    held_in,
    script_with,
    words,
)
from mta_sts.hosts.shared import name_in_account, once_reviewed, protection, short
from mta_sts.limits import WORKER_SPREAD
from mta_sts.program import this_program

ISSUERS = CLOUDFLARE_ISSUERS
CODE = Path(__file__).with_name("worker.js").read_text(encoding="ascii")
MODULE = "worker.js"
BINDING = "POLICIES"


def kind(given: WorkerArgs) -> str:
    """The word for this host."""
    return WORKER_ROUTE if given.get("route") else WORKER


def target(given: WorkerArgs, domain: str) -> pulumi.Output[str]:
    """Where the policy is served, in words."""
    return pulumi.Output.from_input(given["script"]).apply(lambda name: words(kind(given), name))


def spread(given: WorkerArgs) -> float:
    """A script takes a while until every edge runs it; a bucket gives what was last written."""
    return 0.0 if "bucket" in given else WORKER_SPREAD


def serve(site: Site, given: WorkerArgs) -> Served:
    """Make the file, unless it goes into the script, and what brings the name to the Worker."""
    ready: list[pulumi.Resource] = []
    script = pulumi.Output.from_input(given["script"])
    if "bucket" in given:
        from mta_sts.hosts import r2_objects

        resource = f"{site.name}-{FILE_OF[WORKER]}"
        key = file_key(site.domain)
        ready.append(r2_objects.write(resource, site, given, given["bucket"], key))
    else:
        # The name of the script is known once it has this policy.
        this_program().inside.put(site.host_name, site.text)
    if not given.get("route"):
        resource = f"{site.name}-worker-domain"
        name = cloudflare.WorkersCustomDomain(
            resource,
            site.options(
                depends_on=ready,
                # Every input replaces it, and the name is free only once the old one is gone.
                delete_before_replace=True,
                hooks=site.gates.before_name(resource),
            ),
            accountId=given["account_id"],
            hostname=site.host_name,
            service=script,
            zoneId=site.claim(ready),
        )
        return Served([*ready, name])
    zone_id = site.claim(ready)
    route = cloudflare.WorkersRoute(
        f"{site.name}-worker-route",
        site.options(depends_on=ready),
        zoneId=zone_id,
        pattern=f"{site.host_name}/*",
        script=script,
    )
    # Under a route, what the proxied record points to is never asked.
    ready = [*ready, route]
    options, gate = site.options(depends_on=ready), site.gates.before_name
    record, value = site.cname(zone_id, site.domain, options, gate, proxied=True)
    return Served([*ready, record], {site.host_name: ("CNAME", value)})


class WorkerHost(pulumi.ComponentResource):
    """The Worker that serves the policies of all its domains."""

    script: pulumi.Output[str]
    """The name of the Worker, known once it is deployed."""
    account_id: pulumi.Output[str]
    """The Cloudflare account."""
    bucket: pulumi.Output[str | None]
    """The name of the R2 bucket that holds the policies; None where they are inside the script."""

    def __init__(
        self, name: str, args: WorkerHostArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        domains = checks.worker_domains(name, args)
        names = [f"mta-sts.{hosted['domain']}" for hosted in domains]
        super().__init__(
            "mta-sts:index:WorkerHost",
            name,
            {"names": once_reviewed(names)},
            protection(domains, opts),
        )
        script = args.get("script") or name_in_account(name)
        child = pulumi.ResourceOptions(parent=self)
        self.account_id = pulumi.Output.from_input(args["account_id"])
        bindings = []
        held: pulumi.Input[Mapping[str, str] | None] = None
        if args.get("in_bucket"):
            bucket = cloudflare.R2Bucket(
                f"{short(name)}-bucket", child, accountId=args["account_id"], name=script
            )
            self.bucket = bucket.name
            bindings.append({"name": BINDING, "type": "r2_bucket", "bucketName": bucket.name})
        else:
            self.bucket = pulumi.Output.from_input(None)
            held = self._held(script, domains)
        worker = cloudflare.WorkersScript(
            f"{short(name)}-script",
            child,
            accountId=args["account_id"],
            scriptName=script,
            mainModule=MODULE,
            content=pulumi.Output.from_input(held).apply(lambda known: script_with(known, CODE)),
            compatibilityDate=cloudflare.COMPATIBILITY_DATE,
            bindings=bindings,
        )
        self.script = worker.id
        self.register_outputs(
            {"script": self.script, "accountId": self.account_id, "bucket": self.bucket}
        )

    def _held(self, script: str, domains: list[HostedDomain]) -> pulumi.Output[dict[str, str]]:
        """The policies of all domains; of one that is leaving, the one that is there."""
        program = this_program()
        recorded = held_in(program.state.script(script))
        held: dict[str, pulumi.Input[str]] = {}
        for hosted in domains:
            host = f"mta-sts.{hosted['domain']}"
            if hosted.get("leaving"):
                held |= {host: recorded[host]} if host in recorded else {}
            else:
                held[host] = program.inside.get(host)
        return pulumi.Output.all(**held)
