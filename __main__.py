"""The stack's configuration -> components."""

import gc

import pulumi

import mta_sts
from mta_sts import checks, domains_file, life, removed
from mta_sts.arguments import Host, HostedDomain
from mta_sts.collector import zone_above
from mta_sts.hosts.groups import DEFAULT
from mta_sts.program import this_program
from mta_sts.zones import look_up

# What a program makes lives to its end. With many domains, to look for garbage among it as often as
# Python does by itself is a sixth of the program's work: docs/bench/domains.md.
gc.set_threshold(100_000, 50, 100)

config = pulumi.Config("mta-sts")
domains = checks.stack_domains(
    *domains_file.given(config.get_object("domains"), config.get("domainsFile"))
)
account = checks.account(
    config.get_object("cloudflare"), config.get_secret("secretAccessKey"), domains
)
live = checks.look_up(config.get_object("lookUp"))
removed.refuse_in_force(each.domain for each in domains)

program = this_program()
zones = {each.domain: look_up(each.zone, each.domain) for each in domains}


def protects_host(domain: checks.StackDomain) -> bool:
    """Whether the host must not be deleted for the sake of a domain."""
    recorded = program.state.memory_of(domain.domain)
    reports = program.reports(domain.domain, recorded, domain.reports_from, domain.testing_period)
    return life.protects_host(domain, recorded, program.now, reports)


protected = {each.domain: protects_host(each) for each in domains}


def hosted_by(kind: str) -> list[HostedDomain]:
    """The domains of a host, and those that leave it in this run."""
    hosted = []
    for each in domains:
        place = program.state.place_of(each.domain, each.domain)
        here, was = host_kind(each.host), host_kind(place.host if place else None)
        if kind in (here, was):
            one = HostedDomain(
                domain=each.domain,
                zone=zones[each.domain],
                protect=protected[each.domain],
                leaving=here != kind,
            )
            if each.group is not None:
                one["group"] = each.group
            hosted.append(one)
    return hosted


def host_kind(host: str | None) -> str | None:
    """The shared host behind the word: both kinds of Worker are one."""
    return "worker" if host == "worker-route" else host


if account and account.collect_reports_at:
    at = account.collect_reports_at
    collector = mta_sts.ReportCollector(
        "reports",
        {"account_id": account.account_id, "zone": zone_above(at), "host": at},
    )
    pulumi.export("reports", {"url": collector.url, "bucket": collector.bucket})
hosts: dict[str, Host] = {}
# Before the distribution, which lets go of the names that go to tenants.
if on_tenants := hosted_by("tenant"):
    tenants = mta_sts.TenantHost("tenants", {"domains": on_tenants})
    hosts["tenant"] = {
        "tenant": {
            "target": tenants.target,
            "bucket": tenants.bucket,
            "distribution_id": tenants.distribution_id,
            "connection_group_id": tenants.connection_group_id,
        }
    }
groups: dict[str, Host] = {}
"""By group, the host of its domains on CloudFront."""
if on_cloudfront := hosted_by("cloudfront"):
    cloudfront = mta_sts.CloudFrontHost("cloudfront", {"domains": on_cloudfront})
    bucket = cloudfront.bucket
    groups = {
        group: {"cloudfront": {"target": target, "bucket": bucket}}
        for group, target in cloudfront.targets.items()
    }
if account:
    hosts["r2"] = {"r2": {"account_id": account.account_id, **account.access_key}}
    if on_worker := hosted_by("worker"):
        in_bucket = account.policies_in == "r2"
        worker = mta_sts.WorkerHost(
            "worker",
            {"domains": on_worker, "account_id": account.account_id, "in_bucket": in_bucket},
        )
        served = {"account_id": account.account_id, "script": worker.script}
        if in_bucket:
            served |= {"bucket": worker.bucket, **account.access_key}
        hosts["worker"] = {"worker": served}
        hosts["worker-route"] = {"worker": {**served, "route": True}}


def host_of(domain: checks.StackDomain) -> Host:
    """Where its policy is served."""
    if domain.host == "cloudfront":
        return groups[domain.group or DEFAULT]
    return hosts[domain.host]


to_make: list[pulumi.Output[str]] = []
"""For the owners of zones kept elsewhere; `pulumi stack output toMake` prints it."""
for each in domains:
    domain = mta_sts.MtaSts(
        each.domain,
        {
            **each.arguments,
            "zone": zones[each.domain],
            "host": host_of(each),
            "look_up": live,
        },
    )
    pulumi.export(
        each.domain,
        {
            "id": domain.policy_id,
            "url": domain.url,
            "policy": domain.policy,
            "records": domain.records,
            "toMake": domain.to_make,
        },
    )
    if "external" in zones[each.domain]:
        to_make.append(domain.to_make_text)
if to_make:
    pulumi.export("toMake", pulumi.Output.all(*to_make).apply("\n".join))
